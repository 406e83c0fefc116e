package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// product sets z = x·y + beta·z on the tape's threads, and calls done, unless
// it is nil, for parts that cover z once they have their final numbers.
func (tape *Tape) product(x, y kernel.Matrix, beta float32, z kernel.Matrix, done kernel.Epilogue) {
	tape.workers.gemm().Mul(1, x, y, beta, z, done)
}

// matrix is the numbers of t as a factor of a product.
func (t *Tensor) matrix() kernel.Matrix { return t.shaped(t.Data) }

// gradient is the gradient of t as a factor of a product.
func (t *Tensor) gradient() kernel.Matrix { return t.shaped(t.Grad) }

func (t *Tensor) shaped(data []float32) kernel.Matrix {
	return kernel.Matrix{Rows: t.Rows, Cols: t.Cols, Stride: max(1, t.Cols), Data: data}
}

// An ending is what happens to parts of a product while they are in the cache.
type ending struct {
	layer *Tensor // the product, or what it is the gradient of

	finish, mask kernel.Epilogue // bound once: a method value allocates
}

// finishing returns the epilogue that makes the sums of t, a dense layer, its
// result; nil if that is what they are.
func (tape *Tape) finishing(t *Tensor) kernel.Epilogue {
	if t.c == nil && t.act == Linear {
		return nil
	}
	e := tape.endingOf(t)
	return e.finish
}

// masking returns the epilogue that multiplies the gradient of t by the slope
// of its activation.
func (tape *Tape) masking(t *Tensor) kernel.Epilogue {
	e := tape.endingOf(t)
	return e.mask
}

func (tape *Tape) endingOf(t *Tensor) *ending {
	e := &tape.ending
	if e.finish == nil {
		e.finish, e.mask = e.finishPart, e.maskPart
	}
	e.layer = t
	return e
}

func (e *ending) finishPart(i0, i1, j0, j1 int) {
	t := e.layer
	if t.c == nil {
		for i := i0; i < i1; i++ {
			row := t.row(i)[j0:j1]
			t.act.apply(row, row)
		}
		return
	}
	t.act.applyWithBias(t.Data[i0*t.Cols+j0:], i1-i0, t.Cols, t.c.Data[j0:j1])
}

func (e *ending) maskPart(i0, i1, j0, j1 int) {
	t := e.layer
	for i := i0; i < i1; i++ {
		t.act.mulSlope(t.gradRow(i)[j0:j1], t.row(i)[j0:j1])
	}
}
