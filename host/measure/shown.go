package measure

import (
	"context"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/sdk"
)

// What plots show is measured here too, for rows are compared as the metrics
// compare them.

// Nearest returns the k training rows nearest to each of some rows, fewer where
// there are no more: those of the first row, nearest first, then those of the
// second, and so on.
func (s Subject) Nearest(ctx context.Context, rows sdk.Batch, k int) (sdk.Batch, error) {
	y := newStudy(s)
	train := y.known()
	k = min(k, train.Len())
	near, err := eval.Nearest(ctx, y.points(rows), y.points(train), k)
	if err != nil {
		return sdk.Batch{}, err
	}
	found := sdk.MakeBatch(0, train.Shape...)
	for _, i := range near.Index {
		found.Data = append(found.Data, train.Row(i)...)
	}
	return found, nil
}

// Latents returns the latents of held-out rows, at most n, with those
// conditions of the rows that are also the training rows'.
func (s Subject) Latents(ctx context.Context, n int) (sdk.Batch, error) {
	y := newStudy(s)
	rows := y.test(n)
	z, err := y.encoded(ctx, rows)
	z.Conditions = rows.Conditions
	return z, err
}
