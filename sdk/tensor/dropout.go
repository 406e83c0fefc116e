package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// Dropout returns x with each number dropped, that is made 0, with probability
// rate, and the others divided by 1−rate, so that means stay: Srivastava et
// al., JMLR 15, 2014. Which are dropped is a matter of [Tape.Train]; where that
// was not called, none are and the result is x.
func (x *Tensor) Dropout(rate float32) *Tensor {
	if !(rate >= 0 && rate < 1) {
		panic(fmt.Sprintf("tensor: dropout: rate %g, want at least 0 and below 1", rate))
	}
	if rate == 0 || x.tape != nil && !x.tape.training.on {
		return x
	}
	t := x.result("dropout", x.Rows, x.Cols, dropoutBack)
	t.own()
	t.aux = resize(t.aux, x.Rows*x.Cols)
	t.k = 1 - rate
	t.tape.training.stream()
	t.rows(x.Rows, x.Cols, dropout)
	return t
}

// dropout keeps in aux what each number is multiplied by.
func dropout(t *Tensor, from, to int) {
	d := &t.tape.training
	for i := from; i < to; i++ {
		mask := t.part(t.aux, i)
		kernel.Uniform(mask, d.key, uint64(d.first+i), 0)
		keep(mask, t.k)
		kernel.Mul(t.row(i), t.a.row(i), mask)
	}
}

// keep replaces each number u of dst, from 0 to below 1, by 1/p where u < p
// and by 0 elsewhere. Both u and p are multiples of 2⁻²⁴, so that their
// difference, where it is not 0, is beyond any bounds once it is multiplied by
// large.
func keep(dst []float32, p float32) {
	const large = 1 << 50
	kernel.Affine(dst, -large, dst, large*p)
	kernel.Clip(dst, 0, 1/p, dst)
}

func dropoutBack(t *Tensor) { t.numbers(dropoutSlope) }

func dropoutSlope(t *Tensor, from, to int) {
	kernel.MulAdd(t.a.Grad[from:to], t.Grad[from:to], t.aux[from:to])
}
