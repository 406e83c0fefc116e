package eval

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
)

const (
	mostRounds = 100  // of k-means
	settled    = 1e-4 // share of the squared error that a round must take away for another to follow
)

// kmeans returns k points such that rows are near to the nearest of them, in
// the mean of squares: Lloyd, IEEE Transactions on Information Theory 28, 1982.
func kmeans(ctx context.Context, rows sdk.Batch, k int, rng *rand.Rand) (sdk.Batch, error) {
	centres, err := seeds(ctx, rows, k, rng)
	if err != nil {
		return sdk.Batch{}, err
	}
	s := newScan(rows, centres)
	nearest := make([]int, rows.Len())
	last := math.Inf(1)
	for range mostRounds {
		off, err := s.assign(ctx, nearest)
		if err != nil {
			return sdk.Batch{}, err
		}
		if off >= last*(1-settled) {
			break
		}
		last = off
		s.move(nearest)
	}
	return centres, nil
}

// seeds draws k different rows, each with a chance in proportion to its squared
// distance from the nearest before: Arthur and Vassilvitskii, SODA 2007,
// section 2.2.
func seeds(ctx context.Context, rows sdk.Batch, k int, rng *rand.Rand) (sdk.Batch, error) {
	s := &scan{a: plain(rows), b: plain(rows), size: rows.RowSize()}
	chosen := sdk.MakeBatch(k, rows.Shape...)
	weights := make([]float64, rows.Len())
	for i := range weights {
		weights[i] = math.Inf(1)
	}
	at := rng.IntN(len(weights))
	for c := range k {
		if err := ctx.Err(); err != nil {
			return sdk.Batch{}, err
		}
		if at < 0 {
			return sdk.Batch{}, sdk.Hint(fmt.Errorf("%w: %d bins for training rows of which %d differ", sdk.ErrBadInput, k, c),
				"have no more bins than different rows")
		}
		copy(chosen.Row(c), rows.Row(at))
		s.share(len(weights), func(i int) { weights[i] = min(weights[i], s.exact(i, at)) })
		at = draw(weights, rng)
	}
	return chosen, nil
}

// draw returns an index with a chance in proportion to its weight, −1 if all
// are 0.
func draw(weights []float64, rng *rand.Rand) int {
	var total float64
	for _, w := range weights {
		total += w
	}
	at, rest := -1, rng.Float64()*total
	for i, w := range weights {
		if w > 0 {
			at = i
			if rest -= w; rest < 0 {
				break
			}
		}
	}
	return at
}

// assign finds the row of b nearest to each of a, and returns the sum of their
// squared distances.
func (s *scan) assign(ctx context.Context, nearest []int) (float64, error) {
	least := make([]float32, len(nearest))
	err := s.run(ctx, func(i, j int, squares []float32) {
		for c, d := range squares {
			if j+c == 0 || d < least[i] {
				nearest[i], least[i] = j+c, d
			}
		}
	})
	var sum float64
	for _, d := range least {
		sum += float64(d)
	}
	return sum, err
}

// move makes each row of b the mean of the rows of a it is nearest to, if any.
func (s *scan) move(nearest []int) {
	members := make([][]int, s.b.Len())
	for i, c := range nearest {
		members[c] = append(members[c], i)
	}
	s.share(len(members), func(c int) {
		if len(members[c]) == 0 {
			return
		}
		sum := make([]float64, s.size)
		for _, i := range members[c] {
			for k, v := range s.a.Row(i) {
				sum[k] += float64(v)
			}
		}
		for k, v := range sum {
			s.b.Row(c)[k] = float32(v / float64(len(members[c])))
		}
	})
	if s.centre != nil {
		s.lengthsB = s.lengths(s.b)
	}
}
