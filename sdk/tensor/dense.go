package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// Dense returns act(x·w + b), the dense layer of a network: x has a row for
// each example, w a row for each input and a column for each output, and b one
// row; b may be nil.
func (x *Tensor) Dense(w, b *Tensor, act Activation) *Tensor {
	if x.Cols != w.Rows {
		panic(fmt.Sprintf("tensor: dense: %v times %v", x, w))
	}
	if b != nil && (b.Rows != 1 || b.Cols != w.Cols) {
		panic(fmt.Sprintf("tensor: dense: bias %v for %d outputs", b, w.Cols))
	}
	act.check("dense")
	t := x.result("dense", x.Rows, w.Cols, denseBack, w, b)
	t.b, t.c, t.act, t.begins = w, b, act, true
	t.own()
	t.tape.product(x.matrix(), w.matrix(), 0, t.matrix(), t.tape.finishing(t))
	return t
}

// MatMul returns the matrix product x·y.
func (x *Tensor) MatMul(y *Tensor) *Tensor { return x.Dense(y, nil, Linear) }

// denseBack turns the gradient of t into that of x·w + b, in place, and that
// into dw = xᵀ·dt, db = Σ rows of dt and dx = dt·wᵀ.
func denseBack(t *Tensor) {
	x, w, b := t.a, t.b, t.c
	if t.act != Linear && !t.masked {
		t.numbers(maskNumbers)
	}
	if w.wanted() {
		beta := w.share()
		t.tape.product(x.matrix().T(), t.gradient(), beta, w.gradient(), nil)
	}
	if b != nil && b.wanted() {
		b.begin()
		kernel.ColumnSums(b.Grad, t.Grad, t.Rows, t.Cols)
	}
	if x.wanted() {
		beta := x.share()
		var mask kernel.Epilogue
		if x.last == t && x.act != "" && x.act != Linear {
			mask, x.masked = t.tape.masking(x), true
		}
		t.tape.product(t.gradient(), w.matrix().T(), beta, x.gradient(), mask)
	}
}

// share returns how much of the gradient of t there is to keep: 0 where the
// caller is the first to add to it, and 1 from then on.
func (t *Tensor) share() float32 {
	if t.first() {
		return 0
	}
	return 1
}

func maskNumbers(t *Tensor, from, to int) { t.act.mulSlope(t.Grad[from:to], t.Data[from:to]) }
