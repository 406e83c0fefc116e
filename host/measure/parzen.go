package measure

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

const (
	kept     = 1000   // training rows choose σ, at most
	mostTest = 10_000 // held-out rows, at most: Goodfellow et al. have as many
)

// parzen follows Goodfellow et al.: σ is chosen on rows that are neither test
// rows nor, for the ceiling, samples.
func parzen(ctx context.Context, y *study) ([]report.Figure, error) {
	if slices.ContainsFunc(y.space.Segments, func(g sdk.Segment) bool { return g.Kind == sdk.Category }) {
		return nil, fmt.Errorf("%w: categories have no density", errInapplicable)
	}
	validation, samples := y.validation()
	t, err := y.trio(ctx, y.Rows)
	if err != nil {
		return nil, err
	}
	n := min(t.generated.Len(), samples.Len())
	t = trio{t.generated.Slice(0, n), samples.Slice(0, n), t.shuffled.Slice(0, n)}
	t, err = t.as(func(b sdk.Batch) (sdk.Batch, error) { return y.points(b), nil })
	if err != nil {
		return nil, err
	}
	validation, test := y.points(validation), y.points(y.test(min(mostTest, y.most())))
	return y.contrast(ctx, t, func(rows sdk.Batch) ([]report.Figure, error) {
		w, err := eval.Parzen(ctx, rows, validation, test, y.sigmas())
		note := fmt.Sprintf("σ %.4g, %d samples", w.Sigma, rows.Len())
		if w.Edge {
			note += ", and perhaps better beyond"
		}
		return []report.Figure{figure("parzen", w.LogLikelihood, report.Higher, note)}, err
	})
}

// validation returns a tenth of the training rows, spread evenly, and rows drawn
// from the others.
func (y *study) validation() (validation, others sdk.Batch) {
	rest, held := sdk.HoldOut(y.Train, max(1, min(kept, y.most(), sdk.Originals(y.Train).Len()/10)))
	return sdk.Between(held, sdk.Batch{}, 0, held.Len()), y.sample(sdk.Originals(rest), y.Rows, forReal)
}

// sigmas are those of Goodfellow et al. for numbers in [0, 1], and more for
// others, which may lie close together.
func (y *study) sigmas() []float64 {
	wide := func(g sdk.Segment) bool { return g.Kind == sdk.Real || g.Kind == sdk.Signed }
	if !slices.ContainsFunc(y.space.Segments, wide) {
		return eval.ParzenSigmas()
	}
	const steps = 28 // nine to a power of ten, from 10⁻²·⁵ on
	all := make([]float64, steps)
	for i := range all {
		all[i] = math.Pow(10, -2.5+float64(i)/9)
	}
	return all
}
