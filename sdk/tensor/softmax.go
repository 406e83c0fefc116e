package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// Softmax returns e to the power of each number, divided by the sum of that
// over its row. No number overflows.
func (x *Tensor) Softmax() *Tensor { return x.byRow("softmax", softmax, softmaxBack) }

// LogSoftmax returns the logarithm of the softmax of each row.
func (x *Tensor) LogSoftmax() *Tensor { return x.byRow("log softmax", logSoftmax, logSoftmaxBack) }

// OneHot returns 1 at the largest number of each row, the first of them, and 0
// elsewhere. Its gradient is taken to be that of x itself: the straight-through
// estimator of Bengio et al., arXiv:1308.3432.
func (x *Tensor) OneHot() *Tensor { return x.byRow("one hot", oneHot, sameBack) }

// byRow is an operation that makes a row of each row.
func (x *Tensor) byRow(op string, forward func(*Tensor, int, int), back func(*Tensor)) *Tensor {
	t := x.result(op, x.Rows, x.Cols, back)
	t.own()
	if t.Cols > 0 {
		t.rows(t.Rows, t.Cols, forward)
	}
	return t
}

func softmax(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		kernel.Softmax(t.row(i), t.a.row(i))
	}
}

func softmaxBack(t *Tensor) { t.rows(t.Rows, t.Cols, softmaxSlope) }

func softmaxSlope(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		kernel.SoftmaxSlope(t.a.gradRow(i), t.row(i), t.gradRow(i))
	}
}

func logSoftmax(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		kernel.LogSoftmax(t.row(i), t.a.row(i))
	}
}

func logSoftmaxBack(t *Tensor) { t.rows(t.Rows, t.Cols, logSoftmaxSlope) }

func logSoftmaxSlope(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		kernel.LogSoftmaxSlope(t.a.gradRow(i), t.row(i), t.gradRow(i))
	}
}

func oneHot(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		y, x := t.row(i), t.a.row(i)
		clear(y)
		most := 0
		for j, v := range x {
			if v > x[most] {
				most = j
			}
		}
		y[most] = 1
	}
}
