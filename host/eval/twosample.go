package eval

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// Told says how well generated and real rows are told apart.
type Told struct {
	Accuracy  Estimate // over all rows
	Generated Estimate // over generated ones: low where they are near real ones
	Real      Estimate // over real ones: high where nothing generated is near
}

// TwoSample returns the leave-one-out accuracy of the nearest neighbour, among
// as many generated and real rows, in telling one from the other. Where the
// nearest of both sides are equally far, half is right.
//
// It is in [0, 1] and best at 0.5, where the sides cannot be told apart: at 1
// nothing generated looks real, and below 0.5 generated rows are closer to the
// real ones than these to each other, as copies are. Standard errors allow for
// rows that are each other's nearest, and for those that have the same: in many
// dimensions a few rows are the nearest to many. Those of a side are rather
// too large.
//
// Lopez-Paz and Oquab, arXiv:1610.06545; with one nearest neighbour and by side
// Xu et al., arXiv:1806.07755, section 2.5.
func TwoSample(ctx context.Context, generated, real sdk.Batch) (Told, error) {
	if err := check(named{"real", real, 2}, named{"generated", generated, 2}); err != nil {
		return Told{}, err
	}
	n := real.Len()
	if generated.Len() != n {
		return Told{}, sdk.Hint(fmt.Errorf("%w: %d generated rows and %d real ones", sdk.ErrBadInput, generated.Len(), n),
			"compare as many of each: chance is right half the time then")
	}
	ofGenerated, err := verdicts(ctx, generated, real, 0, n)
	if err != nil {
		return Told{}, err
	}
	ofReal, err := verdicts(ctx, real, generated, n, 0)
	if err != nil {
		return Told{}, err
	}
	all := append(ofGenerated, ofReal...)
	return Told{accuracy(all, 0, 2*n), accuracy(all, 0, n), accuracy(all, n, 2*n)}, nil
}

// A verdict says whether a row's nearest is of its own side.
type verdict struct {
	right   float64 // 1, or 0, or half for neither
	nearest int     // which that is, of all rows of both sides
}

// verdicts returns those of a side, given the number that its first row and
// the other side's have among all.
func verdicts(ctx context.Context, own, other sdk.Batch, ownFirst, otherFirst int) ([]verdict, error) {
	among, err := newScan(own, own).nearest(ctx, 1, true)
	if err != nil {
		return nil, err
	}
	across, err := newScan(own, other).nearest(ctx, 1, false)
	if err != nil {
		return nil, err
	}
	all := make([]verdict, own.Len())
	for i, d := range among.Distance {
		switch {
		case d < across.Distance[i]:
			all[i] = verdict{1, ownFirst + among.Index[i]}
		case d == across.Distance[i]:
			all[i] = verdict{0.5, ownFirst + among.Index[i]}
		default:
			all[i] = verdict{0, otherFirst + across.Index[i]}
		}
	}
	return all, nil
}

// accuracy returns that of rows from, to. Its variance is the sum of products
// of what two rows are off the mean, over pairs that depend on the same row.
func accuracy(all []verdict, from, to int) Estimate {
	n := float64(to - from)
	var mean, variance float64
	for _, v := range all[from:to] {
		mean += v.right / n
	}
	shared := make([]float64, len(all)) // by the nearest
	for i, v := range all[from:to] {
		off := v.right - mean
		shared[v.nearest] += off
		if v.nearest >= from && v.nearest < to && all[v.nearest].nearest == from+i {
			variance += off * (all[v.nearest].right - mean)
		}
	}
	for _, s := range shared {
		variance += s * s
	}
	return Estimate{Value: mean, SE: math.Sqrt(max(0, variance)) / n, N: to - from}
}
