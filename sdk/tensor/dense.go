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
	t.tape.product(x.matrix(), w.matrix(), 0, t.matrix(), t.tape.finishing(t, t.Cols))
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
	t.tape.addBias(b, t.Grad)
	if x.wanted() {
		beta := x.share()
		t.tape.product(t.gradient(), w.matrix().T(), beta, x.gradient(), t.maskOf(x, x.Cols))
	}
}

// addBias adds to the gradient of b, a bias or nil, that of rows to each of
// which it was added.
func (tape *Tape) addBias(b *Tensor, dt []float32) {
	if b.wanted() {
		b.begin()
		tape.addColumnSums(b.Grad, 1, dt)
	}
}

// maskOf returns the epilogue with which t, when it has added to the gradient of
// x, makes it that of what x is the activation of: nil unless t is the last to
// add to it.
func (t *Tensor) maskOf(x *Tensor, width int) kernel.Epilogue {
	if x.last != t || x.act == "" || x.act == Linear {
		return nil
	}
	x.masked = true
	return t.tape.masking(x, width)
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
