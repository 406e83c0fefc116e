package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// A normalisation is y = gain·x̂ + bias, where x̂ is x less a mean, divided by a
// standard deviation. It keeps x̂, some numbers more, and room for two sums over
// each column of each band: see parts of its aux below.

// normalised returns the tensor that a normalisation of x is to fill, with room
// for x̂ and n numbers more.
func (x *Tensor) normalised(op string, n int, gain, bias *Tensor, back func(*Tensor)) *Tensor {
	for _, p := range [...]*Tensor{gain, bias} {
		if p == nil || p.Rows != 1 || p.Cols != x.Cols {
			panic(fmt.Sprintf("tensor: %s: %v of columns for %v, want a gain and a bias of 1×%d", op, p, x, x.Cols))
		}
	}
	t := x.result(op, x.Rows, x.Cols, back, gain, bias)
	t.b, t.c = gain, bias
	t.own()
	t.aux = resize(t.aux, x.Rows*x.Cols+n+2*x.bands()*x.Cols)
	return t
}

// hat returns row i of x̂.
func (t *Tensor) hat(i int) []float32 { return t.part(t.aux, i) }

// kept returns numbers from to to of the n more.
func (t *Tensor) kept(from, to int) []float32 {
	n := t.Rows * t.Cols
	return t.aux[n+from : n+to]
}

// bandSums returns the room for sums: two rows of columns for each band.
func (t *Tensor) bandSums() []float32 { return t.aux[len(t.aux)-2*t.bands()*t.Cols:] }

// gainAndBias sets row i to gain·x̂ + bias.
func (t *Tensor) gainAndBias(i int) {
	kernel.Mul(t.row(i), t.hat(i), t.b.Data)
	add(t.row(i), t.c.Data)
}

// slopeSums fills bandSums with the sums of dy, the gradient of the bias, and
// of dy·x̂, that of the gain.
func slopeSums(t *Tensor, from, to int) {
	n := t.Cols
	for b := from; b < to; b++ {
		i0, i1 := t.bandRows(b)
		sums := t.bandSums()[2*b*n : 2*(b+1)*n]
		clear(sums)
		kernel.ColumnSums(sums[:n], t.Grad[i0*n:], i1-i0, n)
		for i := i0; i < i1; i++ {
			kernel.MulAdd(sums[n:], t.gradRow(i), t.hat(i))
		}
	}
}

// slopeTotals adds those sums to the gradients of gain and bias.
func (t *Tensor) slopeTotals() {
	t.byBands(slopeSums)
	sums, n := t.bandSums(), t.Cols
	for j := range n {
		if t.c.wanted() {
			t.c.Grad[j] += float32(bandsTotal(sums, 2*n, j))
		}
		if t.b.wanted() {
			t.b.Grad[j] += float32(bandsTotal(sums, 2*n, n+j))
		}
	}
}
