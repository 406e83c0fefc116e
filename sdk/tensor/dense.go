package tensor

import (
	"fmt"

	"gonum.org/v1/gonum/blas"
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
	t.b, t.c, t.act = w, b, act
	t.own()
	g := gemm{tA: blas.NoTrans, tB: blas.NoTrans, m: t.Rows, n: t.Cols, k: x.Cols, a: x.Data, b: w.Data, c: t.Data, act: act}
	if b != nil {
		g.bias = b.Data
	} else {
		clear(t.Data)
	}
	t.tape.product(g)
	return t
}

// MatMul returns the matrix product x·y.
func (x *Tensor) MatMul(y *Tensor) *Tensor { return x.Dense(y, nil, Linear) }

// denseBack turns the gradient of t into that of x·w + b, in place, and that
// into dw = xᵀ·dt, db = Σ rows of dt and dx = dt·wᵀ.
func denseBack(t *Tensor) {
	x, w, b := t.a, t.b, t.c
	if t.act != Linear {
		t.numbers(denseSlope)
	}
	if w.wanted() {
		t.tape.product(gemm{tA: blas.Trans, tB: blas.NoTrans, m: w.Rows, n: w.Cols, k: t.Rows, a: x.Data, b: t.Grad, c: w.Grad})
	}
	if b != nil && b.wanted() {
		for i := range t.Rows {
			add(b.Grad, t.gradRow(i))
		}
	}
	if x.wanted() {
		t.tape.product(gemm{tA: blas.NoTrans, tB: blas.Trans, m: x.Rows, n: x.Cols, k: w.Cols, a: t.Grad, b: w.Data, c: x.Grad})
	}
}

func denseSlope(t *Tensor, from, to int) { t.act.mulSlope(t.Grad[from:to], t.Data[from:to]) }
