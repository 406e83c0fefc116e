package eval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// Significant is the z of a two-sided test at the level of 0.05.
const Significant = 1.959964

// Bins are cells of a space: a row is in the bin whose centre is nearest.
type Bins struct {
	Centres sdk.Batch // the fullest bin first
	Counts  []int     // training rows in each
}

// MakeBins finds k bins of training rows by k-means, on one start of
// k-means++. Rows are compared as they are, in all their numbers. Equal seeds
// give equal bins. It takes some tens of rounds of 2·|train|·k·size operations.
//
// Richardson and Weiss, arXiv:1805.12462, whose code keeps the best of ten
// starts, bins long rows by some of their numbers, and advises 500 training
// rows a bin or so.
func MakeBins(ctx context.Context, train sdk.Batch, k int, seed uint64) (*Bins, error) {
	if k < 2 {
		return nil, fmt.Errorf("%w: %d bins, want at least 2", sdk.ErrBadInput, k)
	}
	if err := check(named{"training", train, k}); err != nil {
		return nil, err
	}
	centres, err := kmeans(ctx, train, k, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		return nil, err
	}
	counts, err := countNearest(ctx, train, centres)
	if err != nil {
		return nil, err
	}
	order := make([]int, k)
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	b := &Bins{sdk.MakeBatch(k, train.Shape...), make([]int, k)}
	for c, from := range order {
		copy(b.Centres.Row(c), centres.Row(from))
		b.Counts[c] = counts[from]
	}
	return b, nil
}

// countNearest returns how many of rows each centre is nearest to.
func countNearest(ctx context.Context, rows, centres sdk.Batch) ([]int, error) {
	n, err := newScan(rows, centres).nearest(ctx, 1, false)
	counts := make([]int, centres.Len())
	for _, c := range n.Index {
		counts[c]++
	}
	return counts, err
}

// NDB says how otherwise than training rows do some rows fill the bins.
type NDB struct {
	Different int     // the number of statistically different bins
	Share     float64 // the same over the number of bins
	JS        float64 // Jensen-Shannon divergence of the shares, in nats

	// Of each bin: the share of the training rows and of the rows compared,
	// and the second less the first in standard errors.
	Train, Rows, Z []float64
}

// Compare counts the bins whose share of rows is more than z standard errors
// from their share of training rows, for which see [Significant].
//
// Different, Share and JS are better lower. Share is in [0, 1]: to be expected
// of real rows is the level of the test, 0.05 with [Significant]. JS is in
// [0, ln 2], and of real rows about (k−1)/8·(1/|train| + 1/|rows|). A bin's Z is
// below 0 where rows are missing. Copies of training rows pass for real ones:
// see [Memorise].
//
// Richardson and Weiss, arXiv:1805.12462; the test is that of two proportions
// with their pooled variance, as in their code.
func (b *Bins) Compare(ctx context.Context, rows sdk.Batch, z float64) (NDB, error) {
	if !(z > 0) || math.IsInf(z, 1) {
		return NDB{}, fmt.Errorf("%w: bins that differ by %g standard errors, want a positive number", sdk.ErrBadInput, z)
	}
	if err := check(named{"binned", b.Centres, 1}, named{"generated", rows, 1}); err != nil {
		return NDB{}, err
	}
	counts, err := countNearest(ctx, rows, b.Centres)
	if err != nil {
		return NDB{}, err
	}
	d := NDB{Train: shares(b.Counts), Rows: shares(counts), Z: make([]float64, len(counts))}
	n, m := float64(total(b.Counts)), float64(rows.Len())
	for c, p := range d.Train {
		q := d.Rows[c]
		d.JS += divergence(p, q)
		d.Z[c] = twoProportions(p, n, q, m)
		if math.Abs(d.Z[c]) > z {
			d.Different++
		}
	}
	d.Share = float64(d.Different) / float64(len(counts))
	return d, nil
}

func total(counts []int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

func shares(counts []int) []float64 {
	n := float64(total(counts))
	s := make([]float64, len(counts))
	for i, c := range counts {
		s[i] = float64(c) / n
	}
	return s
}

// twoProportions returns how many standard errors a share q of m is above a
// share p of n, if both are shares of one whole.
func twoProportions(p, n, q, m float64) float64 {
	pooled := (p*n + q*m) / (n + m)
	se := math.Sqrt(pooled * (1 - pooled) * (1/n + 1/m))
	if se == 0 {
		return 0
	}
	return (q - p) / se
}

// divergence is a bin's part of the Jensen-Shannon divergence.
func divergence(p, q float64) float64 {
	m := (p + q) / 2
	var sum float64
	for _, share := range []float64{p, q} {
		if share > 0 {
			sum += share / 2 * math.Log(share/m)
		}
	}
	return sum
}
