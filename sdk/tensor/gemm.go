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
// It sees the numbers of layer as rows of width.
type ending struct {
	layer *Tensor // the product, or what it is the gradient of
	width int
	bias  []float32 // that of layer: once, or if it is short often enough to be worth a call

	finish, mask kernel.Epilogue // bound once: a method value allocates
}

// finishing returns the epilogue that makes the sums of t, a dense layer or a
// convolution with so many outputs, its result; nil if that is what they are.
func (tape *Tape) finishing(t *Tensor, width int) kernel.Epilogue {
	if t.c == nil && t.act == Linear {
		return nil
	}
	e := tape.endingOf(t, width)
	if t.c != nil {
		e.bias = repeat(e.bias, t.c.Data)
	}
	return e.finish
}

// masking returns the epilogue that multiplies the gradient of t by the slope
// of its activation.
func (tape *Tape) masking(t *Tensor, width int) kernel.Epilogue { return tape.endingOf(t, width).mask }

func (tape *Tape) endingOf(t *Tensor, width int) *ending {
	e := &tape.ending
	if e.finish == nil {
		e.finish, e.mask = e.finishPart, e.maskPart
	}
	e.layer, e.width = t, width
	return e
}

// shortRow is how many numbers are too few for a kernel to be worth a call.
const shortRow = 64

// repeat returns bias as often as it takes to have shortRow numbers, in the
// memory of dst.
func repeat(dst, bias []float32) []float32 {
	dst = append(dst[:0], bias...)
	for len(dst) < shortRow {
		dst = append(dst, bias...)
	}
	return dst
}

func (e *ending) finishPart(i0, i1, j0, j1 int) {
	t := e.layer
	switch {
	case t.c == nil:
		e.eachRow(i0, i1, j0, j1, finishNumbers)
	case j1-j0 == e.width && e.width < shortRow: // the rows are one run of numbers
		all := t.Data[i0*e.width : i1*e.width]
		n := len(e.bias)
		whole := len(all) / n
		t.act.applyWithBias(all, whole, n, e.bias)
		t.act.applyWithBias(all[whole*n:], 1, n, e.bias[:len(all)-whole*n])
	default:
		t.act.applyWithBias(t.Data[i0*e.width+j0:], i1-i0, e.width, e.bias[j0:j1])
	}
}

func (e *ending) maskPart(i0, i1, j0, j1 int) { e.eachRow(i0, i1, j0, j1, maskNumbers) }

// eachRow runs f on part of each row.
func (e *ending) eachRow(i0, i1, j0, j1 int, f func(t *Tensor, from, to int)) {
	if j1-j0 == e.width {
		f(e.layer, i0*e.width, i1*e.width)
		return
	}
	for i := i0; i < i1; i++ {
		f(e.layer, i*e.width+j0, i*e.width+j1)
	}
}

func finishNumbers(t *Tensor, from, to int) { t.act.apply(t.Data[from:to], t.Data[from:to]) }
