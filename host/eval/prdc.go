package eval

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/genhost/genhost/sdk"
)

// An Overlap says how far two sets of rows cover each other.
type Overlap struct {
	Precision Estimate // share of generated rows in the balls around real ones
	Recall    Estimate // share of real rows in the balls around generated ones
	Density   Estimate // real balls that a generated row is in, over k
	Coverage  Estimate // share of real rows with a generated row in their ball
}

// PRDC returns precision, recall, density and coverage. The ball around a row
// reaches to its kth nearest neighbour in its own set, rim included; 5 is a
// usual k.
//
// All are better higher. Precision, recall and coverage are in [0, 1], density
// in [0, n/k]: it tells how typical rows are, and passes 1 where they crowd.
// Rows of the real distribution have an expected density of 1 and coverage of
// [RealCoverage]. Standard errors are those of means over the rows counted,
// with the balls as given: over other rows to draw balls around, figures vary
// up to twice as much.
//
// Precision and recall are Kynkäänniemi et al., arXiv:1904.06991, equations 1
// and 2; density and coverage Naeem et al., arXiv:2002.09797, section 3.
func PRDC(ctx context.Context, generated, real sdk.Batch, k int) (Overlap, error) {
	if k < 1 {
		return Overlap{}, fmt.Errorf("%w: balls up to neighbour %d, want at least 1", sdk.ErrBadInput, k)
	}
	if err := check(named{"real", real, k + 1}, named{"generated", generated, k + 1}); err != nil {
		return Overlap{}, err
	}
	aroundReal, err := radii(ctx, real, k)
	if err != nil {
		return Overlap{}, err
	}
	aroundGenerated, err := radii(ctx, generated, k)
	if err != nil {
		return Overlap{}, err
	}
	inside := make([]int, generated.Len()) // real balls that a generated row is in
	covered := make([]atomic.Bool, real.Len())
	recalled := make([]atomic.Bool, real.Len())
	s := newScan(generated, real)
	err = s.run(ctx, func(i, j int, squares []float32) {
		for c, d := range squares {
			if s.within(i, j+c, d, aroundReal[j+c]) {
				inside[i]++
				covered[j+c].Store(true)
			}
			if s.within(i, j+c, d, aroundGenerated[i]) {
				recalled[j+c].Store(true)
			}
		}
	})
	if err != nil {
		return Overlap{}, err
	}
	o := Overlap{Recall: shareOf(recalled), Coverage: shareOf(covered)}
	o.Precision, o.Density = densities(inside, k)
	return o, nil
}

// radii returns the squared distance of each row to its kth neighbour.
func radii(ctx context.Context, rows sdk.Batch, k int) ([]float64, error) {
	s := newScan(rows, rows)
	n, err := s.nearest(ctx, k, true)
	if err != nil {
		return nil, err
	}
	squares := make([]float64, rows.Len())
	for i := range squares {
		squares[i] = s.exact(i, n.Index[i*k+k-1])
	}
	return squares, nil
}

func shareOf(hits []atomic.Bool) Estimate {
	var n float64
	for i := range hits {
		if hits[i].Load() {
			n++
		}
	}
	return share(n, len(hits))
}

// densities returns how many rows are in any ball, and in how many k-ths.
func densities(inside []int, k int) (precision, density Estimate) {
	var hits float64
	each := make([]float64, len(inside))
	for i, n := range inside {
		each[i] = float64(n) / float64(k)
		if n > 0 {
			hits++
		}
	}
	return share(hits, len(inside)), Mean(each)
}

// RealCoverage returns the coverage to expect of so many generated rows that
// are distributed like the real ones: about 1 − 2⁻ᵏ where there are as many
// (Naeem et al., lemma 2).
func RealCoverage(generated, real, k int) float64 {
	missed := 1.0 // the k nearest of all others are real
	for i := range k {
		missed *= float64(real-1-i) / float64(generated+real-1-i)
	}
	return 1 - missed
}
