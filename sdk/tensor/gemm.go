package tensor

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// A gemm is the matrix product c += op(a)·op(b), as a Task whose parts are
// tiles of c. No sum is shared between tiles, so c is the same whoever
// computes which tile. Gonum adds the products of the forward pass, in which
// neither a nor b is transposed, in the order of their index, so that a row of
// c depends on that row of a only.
type gemm struct {
	tA, tB  blas.Transpose
	m, n, k int // c is m×n, the sums have k terms
	a, b, c []float32

	bias []float32  // what c begins as, if not nil
	act  Activation // applied to c in the end
	wide int        // width of a tile
}

// Tiles of at most 3 blocks of 64×64 are too small for gonum to spread over
// goroutines of its own, which would allocate. The terms of a sum are taken
// so many at a time, so that their part of b stays in the cache.
const (
	tileRows = 64
	tileCols = 192
	terms    = 64
)

// product runs g on the tape's threads.
func (tape *Tape) product(g gemm) {
	if g.m == 0 || g.n == 0 {
		return
	}
	across := (g.n + tileCols - 1) / tileCols
	if across == 1 && g.m <= tileRows && g.n > 64 {
		across = 2 // one for each of two threads
	}
	g.wide = min(tileCols, ((g.n+across-1)/across+15)/16*16)
	tape.gemm = g
	tape.workers.Do(g.down()*g.across(), 1, &tape.gemm)
	tape.gemm = gemm{}
}

func (g *gemm) down() int   { return (g.m + tileRows - 1) / tileRows }
func (g *gemm) across() int { return (g.n + g.wide - 1) / g.wide }

func (g *gemm) Run(from, to int) {
	for tile := from; tile < to; tile++ {
		i, j := tile/g.across()*tileRows, tile%g.across()*g.wide
		g.tile(i, min(i+tileRows, g.m), j, min(j+g.wide, g.n))
	}
}

// tile computes rows i0 to i1 and columns j0 to j1 of c.
func (g *gemm) tile(i0, i1, j0, j1 int) {
	if g.bias != nil {
		for i := i0; i < i1; i++ {
			copy(g.c[i*g.n+j0:i*g.n+j1], g.bias[j0:j1])
		}
	}
	step := terms
	if g.tB == blas.Trans {
		step = max(1, g.k) // rows of both: whole dot products
	}
	for l := 0; l < g.k; l += step {
		g.block(i0, i1, j0, j1, l, min(l+step, g.k))
	}
	if g.act != Linear && g.act != "" {
		for i := i0; i < i1; i++ {
			g.act.apply(g.c[i*g.n+j0 : i*g.n+j1])
		}
	}
}

// block adds terms l0 to l1 to a tile.
func (g *gemm) block(i0, i1, j0, j1, l0, l1 int) {
	a := part(g.a, g.k, i0, i1, l0, l1)
	if g.tA == blas.Trans {
		a = part(g.a, g.m, l0, l1, i0, i1)
	}
	b := part(g.b, g.n, l0, l1, j0, j1)
	if g.tB == blas.Trans {
		b = part(g.b, g.k, j0, j1, l0, l1)
	}
	blas32.Gemm(g.tA, g.tB, 1, a, b, 1, part(g.c, g.n, i0, i1, j0, j1))
}

// part is rows i0 to i1 and columns j0 to j1 of a matrix with so many columns.
func part(x []float32, cols, i0, i1, j0, j1 int) blas32.General {
	return blas32.General{Rows: i1 - i0, Cols: j1 - j0, Stride: cols, Data: x[i0*cols+j0 : (i1-1)*cols+j1]}
}
