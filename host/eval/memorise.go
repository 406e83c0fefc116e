package eval

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// A Memory says whether rows were generated or remembered.
type Memory struct {
	Ratio     Estimate   // of the two medians
	Generated float64    // median distance of a generated row to a training row
	HeldOut   float64    // the same of a held-out row
	Nearest   Neighbours // the training row nearest to each generated one
}

// Memorise returns the median distance of generated rows to the nearest
// training row, over that of held-out rows, which no model can have seen.
//
// It is 0 or more and best near 1: much less means copies of training rows, 0
// exact ones; more means rows that are not like the data. Smooth rows are
// nearer too, so read it beside the pictures of [Nearest]. The standard error
// is of 200 bootstrap samples of both sets of distances, with the training rows
// as given.
//
// Meehan et al., arXiv:2004.05675, section 2, compare the same distances of the
// same three sets, but by their ranks.
func Memorise(ctx context.Context, generated, train, heldOut sdk.Batch, seed uint64) (Memory, error) {
	err := check(named{"training", train, 1}, named{"generated", generated, 2}, named{"held-out", heldOut, 2})
	if err != nil {
		return Memory{}, err
	}
	m := Memory{}
	if m.Nearest, err = newScan(generated, train).nearest(ctx, 1, false); err != nil {
		return Memory{}, err
	}
	seen, err := newScan(heldOut, train).nearest(ctx, 1, false)
	if err != nil {
		return Memory{}, err
	}
	own, held := m.Nearest.Distance, seen.Distance
	m.Generated, m.HeldOut = median(own), median(held)
	if m.HeldOut == 0 {
		return Memory{}, sdk.Hint(fmt.Errorf("%w: most held-out rows are among the training rows", sdk.ErrBadInput),
			"hold out rows that are not trained on")
	}
	ratios, err := bootstrap(ctx, own, held, rand.New(rand.NewPCG(seed, 0)))
	m.Ratio = Estimate{Value: m.Generated / m.HeldOut, SE: deviation(ratios), N: len(own)}
	return m, err
}

// bootstrap returns the ratios of medians of 200 resamples: Efron, Annals of
// Statistics 7, 1979, section 3. Resamples of median 0 have no ratio.
func bootstrap(ctx context.Context, above, below []float64, rng *rand.Rand) ([]float64, error) {
	var ratios []float64
	for range 200 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		a, b := median(resample(rng, above)), median(resample(rng, below))
		if b > 0 {
			ratios = append(ratios, a/b)
		}
	}
	return ratios, nil
}

// resample draws as many of x, with replacement.
func resample(rng *rand.Rand, x []float64) []float64 {
	y := make([]float64, len(x))
	for i := range y {
		y[i] = x[rng.IntN(len(x))]
	}
	return y
}

// median returns that of x, the mean of the middle two of an even number.
func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}
