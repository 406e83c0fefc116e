package measure

import (
	"context"

	"github.com/genhost/genhost/host/eval/classifier"
	"github.com/genhost/genhost/sdk"
)

// A view is rows as they are compared: through the eyes of a classifier, or as
// they are, where there are no labels for one to learn, or no more numbers than
// it has features.
type view struct {
	trio
	test   sdk.Batch // held-out rows, that the trio is held against
	judged bool      // by a classifier
}

// where says in what the rows of a view are compared.
func (v view) where() string {
	if v.judged {
		return "in features"
	}
	return "of rows"
}

// view returns the rows that most metrics compare.
func (y *study) view(ctx context.Context) (view, error) {
	return y.viewed.get(func() (v view, err error) {
		t, err := y.trio(ctx, y.Rows)
		if err != nil {
			return v, err
		}
		see := func(b sdk.Batch) (sdk.Batch, error) { return y.points(b), nil }
		if _, unlabelled := y.told(); unlabelled == nil && classifier.Width(y.space) > classifier.Size {
			c, err := y.judged(ctx)
			if err != nil {
				return v, err
			}
			v.judged = true
			see = func(b sdk.Batch) (sdk.Batch, error) { return c.Features(ctx, b) }
		}
		if v.trio, err = t.as(see); err != nil {
			return v, err
		}
		v.test, err = see(y.test(y.Rows))
		return v, err
	})
}
