package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// Sum returns the sum of all numbers, 1×1. Sums are made in float64, in an
// order that depends on nothing but how many numbers there are.
func (x *Tensor) Sum() *Tensor { return x.total("sum", 1) }

// Mean returns the mean of all numbers, 1×1.
func (x *Tensor) Mean() *Tensor { return x.total("mean", 1/float64(max(1, x.Rows*x.Cols))) }

func (x *Tensor) total(op string, k float64) *Tensor {
	t := x.result(op, 1, 1, totalBack)
	t.own()
	t.k = float32(k)
	t.Data[0] = float32(k * kernel.Sum(x.Data))
	return t
}

func totalBack(t *Tensor) {
	kernel.Shift(t.a.Grad, t.k*t.Grad[0], t.a.Grad)
}

// SumRows returns the sum of each row, Rows×1.
func (x *Tensor) SumRows() *Tensor {
	t := x.result("sum rows", x.Rows, 1, sumRowsBack)
	t.own()
	t.rows(x.Rows, x.Cols, sumRows)
	return t
}

func sumRows(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		t.Data[i] = float32(kernel.Sum(t.a.row(i)))
	}
}

func sumRowsBack(t *Tensor) {
	for i, d := range t.Grad {
		kernel.Shift(t.a.gradRow(i), d, t.a.gradRow(i))
	}
}

// BCE returns, for each row of logits, the binary cross-entropy to a row of
// targets from 0 to 1, in nats, summed over the row: Rows×1. With σ = sigmoid,
//
//	−Σ y log σ(x) + (1−y) log(1−σ(x)) = Σ max(x, 0) − x y + log(1 + e^−|x|)
//
// which overflows for no logit.
func (x *Tensor) BCE(target *Tensor) *Tensor {
	if x.Rows != target.Rows || x.Cols != target.Cols {
		panic("tensor: bce: logits " + x.String() + " and targets " + target.String())
	}
	t := x.result("bce", x.Rows, 1, bceBack, target)
	t.b = target
	t.own()
	t.aux = resize(t.aux, x.Rows*x.Cols)
	t.rows(x.Rows, x.Cols, bce)
	return t
}

// bce keeps σ(x) − y for the gradient.
func bce(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		t.Data[i] = float32(kernel.BCE(t.a.part(t.aux, i), t.a.row(i), t.b.row(i), 1))
	}
}

func bceBack(t *Tensor) { t.rows(t.a.Rows, t.a.Cols, bceSlope) }

func bceSlope(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		d := t.Grad[i]
		if t.a.wanted() {
			kernel.Axpy(t.a.gradRow(i), d, t.a.part(t.aux, i))
		}
		if t.b.wanted() {
			kernel.Axpy(t.b.gradRow(i), -d, t.a.row(i))
		}
	}
}
