package kernel

import "fmt"

// Element-wise kernels take slices of one length. dst may be the very slice
// that is read, but not another that overlaps it.
//
// They give the same bytes on every level, and so does cutting a slice in
// parts; only which NaN a NaN is may differ. Sums are made in 16 lanes, in
// float64, where element i goes to lane i%16: those too are the same on every
// level, but the sum of a slice is not the sum of the sums of its parts.

// vectorChunk is how many elements one call of assembly, which cannot be
// interrupted, may have: some 10 µs' worth. It is a multiple of 16.
const vectorChunk = 1 << 13

// fit panics where two slices differ in length.
func fit(n, m int) {
	if n != m {
		panic(mismatch{n, m})
	}
}

type mismatch struct{ n, m int }

func (e mismatch) Error() string {
	return fmt.Sprintf("kernel: slices of %d and %d numbers", e.n, e.m)
}

// Add sets dst to x + y.
//
//	for i := range dst {
//		dst[i] = x[i] + y[i]
//	}
func Add(dst, x, y []float32) { add(dst, x, y) }

func addGo(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

// Sub sets dst to x − y.
//
//	for i := range dst {
//		dst[i] = x[i] - y[i]
//	}
func Sub(dst, x, y []float32) { sub(dst, x, y) }

func subGo(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

// Mul sets dst to x·y.
//
//	for i := range dst {
//		dst[i] = x[i] * y[i]
//	}
func Mul(dst, x, y []float32) { mul(dst, x, y) }

func mulGo(dst, x, y []float32) {
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

// MulAdd adds x·y to dst, rounding once.
//
//	for i := range dst {
//		dst[i] = fma(x[i], y[i], dst[i])
//	}
func MulAdd(dst, x, y []float32) { mulAdd(dst, x, y) }

func mulAddGo(dst, x, y []float32) {
	for i := range dst {
		dst[i] = fused(x[i], y[i], dst[i])
	}
}

// MulAddScaled adds k·x·y to dst.
//
//	for i := range dst {
//		dst[i] = fma(k*x[i], y[i], dst[i])
//	}
func MulAddScaled(dst []float32, k float32, x, y []float32) { mulAddScaled(dst, x, y, k) }

func mulAddScaledGo(dst, x, y []float32, k float32) {
	for i := range dst {
		dst[i] = fused(k*x[i], y[i], dst[i])
	}
}

// Scale sets dst to k·x. To clip a gradient by its norm is to scale it.
//
//	for i := range dst {
//		dst[i] = k * x[i]
//	}
func Scale(dst []float32, k float32, x []float32) { scale(dst, x, k) }

func scaleGo(dst, x []float32, k float32) {
	for i := range dst {
		dst[i] = k * x[i]
	}
}

// Shift sets dst to x + k.
//
//	for i := range dst {
//		dst[i] = x[i] + k
//	}
func Shift(dst []float32, k float32, x []float32) { shift(dst, x, k) }

func shiftGo(dst, x []float32, k float32) {
	for i := range dst {
		dst[i] = x[i] + k
	}
}

// Affine sets dst to k·x + b, rounding once.
//
//	for i := range dst {
//		dst[i] = fma(x[i], k, b)
//	}
func Affine(dst []float32, k float32, x []float32, b float32) { affine(dst, x, k, b) }

func affineGo(dst, x []float32, k, b float32) {
	for i := range dst {
		dst[i] = fused(x[i], k, b)
	}
}

// Axpy adds k·x to dst, rounding once.
//
//	for i := range dst {
//		dst[i] = fma(x[i], k, dst[i])
//	}
func Axpy(dst []float32, k float32, x []float32) { axpy(dst, x, k) }

func axpyGo(dst, x []float32, k float32) {
	for i := range dst {
		dst[i] = fused(x[i], k, dst[i])
	}
}

// EMA moves dst by k of its way to x: an exponential moving average of decay
// 1−k.
//
//	for i := range dst {
//		dst[i] = fma(x[i]-dst[i], k, dst[i])
//	}
func EMA(dst []float32, k float32, x []float32) { ema(dst, x, k) }

func emaGo(dst, x []float32, k float32) {
	for i := range dst {
		dst[i] = fused(x[i]-dst[i], k, dst[i])
	}
}

// Clip sets dst to x, but to lo or hi where x is beyond. A NaN stays.
//
//	for i, v := range x {
//		if lo > v {
//			v = lo
//		}
//		if hi < v {
//			v = hi
//		}
//		dst[i] = v
//	}
func Clip(dst []float32, lo, hi float32, x []float32) { clip(dst, x, lo, hi) }

func clipGo(dst, x []float32, lo, hi float32) {
	for i, v := range x {
		dst[i] = lesser(hi, greaterOf(lo, v))
	}
}

// lesser is a where a < b and otherwise b, which may be a NaN.
func lesser(a, b float32) float32 {
	if a < b {
		return a
	}
	return b
}

// greaterOf is a where a > b and otherwise b, which may be a NaN.
func greaterOf(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
}
