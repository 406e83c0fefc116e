package eval

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// Neighbours are the K nearest rows of each of some rows, the nearest first.
type Neighbours struct {
	K        int
	Index    []int     // those of row i are Index[i*K] to Index[i*K+K-1]
	Distance []float64 // Euclidean, to each
}

// Nearest finds the k rows of among that are nearest to each of rows. Of rows
// equally near the first come first. It takes 2·|rows|·|among|·size operations
// and memory for the result.
func Nearest(ctx context.Context, rows, among sdk.Batch, k int) (Neighbours, error) {
	if err := check(named{"given", rows, 1}, named{"other", among, 1}); err != nil {
		return Neighbours{}, err
	}
	if k < 1 || k > among.Len() {
		return Neighbours{}, fmt.Errorf("%w: %d nearest of %d rows", sdk.ErrBadInput, k, among.Len())
	}
	return newScan(rows, among).nearest(ctx, k, false)
}

// NearestOthers finds the k rows that are nearest to each row, itself left out.
func NearestOthers(ctx context.Context, rows sdk.Batch, k int) (Neighbours, error) {
	if err := check(named{"given", rows, 2}); err != nil {
		return Neighbours{}, err
	}
	if k < 1 || k > rows.Len()-1 {
		return Neighbours{}, fmt.Errorf("%w: %d nearest of %d other rows", sdk.ErrBadInput, k, rows.Len()-1)
	}
	return newScan(rows, rows).nearest(ctx, k, true)
}

// A candidate may be among the nearest rows.
type candidate struct {
	index  int
	square float64
}

func nearer(a, b candidate) int {
	return cmp.Or(cmp.Compare(a.square, b.square), cmp.Compare(a.index, b.index))
}

// spare is how many more candidates there are than nearest rows: products
// round, so that the last of them may not be among the first.
const spare = 8

// nearest finds the k nearest rows of b of each row of a. With others, a is b,
// and no row is its own neighbour.
func (s *scan) nearest(ctx context.Context, k int, others bool) (Neighbours, error) {
	keep := min(k+spare, s.b.Len())
	best := make([][]candidate, s.a.Len())
	err := s.run(ctx, func(i, j int, squares []float32) {
		limit := float32(math.Inf(1))
		if len(best[i]) == keep {
			limit = float32(best[i][keep-1].square)
		}
		for c, d := range squares {
			if d >= limit || others && i == j+c {
				continue
			}
			best[i] = insert(best[i], candidate{j + c, float64(d)}, keep)
			if len(best[i]) == keep {
				limit = float32(best[i][keep-1].square)
			}
		}
	})
	if err != nil {
		return Neighbours{}, err
	}
	n := Neighbours{K: k, Index: make([]int, k*len(best)), Distance: make([]float64, k*len(best))}
	s.share(len(best), func(i int) {
		for c := range best[i] {
			best[i][c].square = s.exact(i, best[i][c].index)
		}
		slices.SortFunc(best[i], nearer)
		for c, b := range best[i][:k] {
			n.Index[i*k+c], n.Distance[i*k+c] = b.index, math.Sqrt(b.square)
		}
	})
	return n, nil
}

// insert puts c in its place among the best, of which it keeps so many.
func insert(best []candidate, c candidate, keep int) []candidate {
	at := len(best)
	for at > 0 && best[at-1].square > c.square {
		at--
	}
	best = slices.Insert(best, at, c)
	return best[:min(len(best), keep)]
}
