package tensor

import (
	"math"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// NormRows returns the Euclidean norm of each row, Rows×1. Its gradient is a row
// of length 1, or of zeros where the norm is 0, which has none: the shortest of
// its subgradients. So no gradient is infinite, and no norm needs an ε.
func (x *Tensor) NormRows() *Tensor {
	t := x.result("norm rows", x.Rows, 1, normRowsBack)
	t.own()
	t.rows(x.Rows, x.Cols, normRows)
	return t
}

func normRows(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		t.Data[i] = float32(math.Sqrt(kernel.Dot(t.a.row(i), t.a.row(i))))
	}
}

// tinyNorm is a norm whose inverse, times a gradient, might overflow.
const tinyNorm = 1e-30

func normRowsBack(t *Tensor) { t.rows(t.a.Rows, t.a.Cols, normRowsSlope) }

func normRowsSlope(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		if norm := t.Data[i]; norm > tinyNorm {
			kernel.Axpy(t.a.gradRow(i), t.Grad[i]/norm, t.a.row(i))
		}
	}
}
