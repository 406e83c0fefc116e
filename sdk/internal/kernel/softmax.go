package kernel

import "math"

// Softmax sets dst to e to the power of x, divided by the sum of that: one row
// of a matrix. The largest number is taken off first, so that nothing
// overflows.
//
//	m, s := most(x), 0.0
//	for i := range dst {
//		dst[i] = exp(x[i] - m)
//		s += float64(dst[i])
//	}
//	for i := range dst {
//		dst[i] *= float32(1 / s)
//	}
func Softmax(dst, x []float32) {
	var lanes [16]float64
	expSum(dst, x, most(x), &lanes)
	scale(dst, dst, float32(1/total(&lanes)))
}

func expSumGo(dst, x []float32, k float32, lanes *[16]float64) {
	for i, v := range x {
		e := expOf(v - k)
		dst[i] = e
		lanes[i%16] += float64(e)
	}
}

// LogSoftmax sets dst to the logarithm of the softmax of x, one row.
//
//	m, s := most(x), 0.0
//	for i := range x {
//		s += float64(exp(x[i] - m))
//	}
//	for i := range dst {
//		dst[i] = x[i] - m - float32(math.Log(s))
//	}
func LogSoftmax(dst, x []float32) {
	fit(len(dst), len(x))
	var lanes [16]float64
	m := most(x)
	sumExp(x, m, &lanes)
	logSoftmax(dst, x, m, float32(math.Log(total(&lanes))))
}

func sumExpGo(x []float32, k float32, lanes *[16]float64) {
	for i, v := range x {
		lanes[i%16] += float64(expOf(v - k))
	}
}

func logSoftmaxGo(dst, x []float32, most, log float32) {
	for i, v := range x {
		dst[i] = v - most - log
	}
}

// SoftmaxSlope adds the gradient of the argument of a softmax to dst, given
// its result y and the gradient dy of that.
//
//	k := float32(Dot(y, dy))
//	for i := range dst {
//		dst[i] += y[i] * (dy[i] - k)
//	}
func SoftmaxSlope(dst, y, dy []float32) {
	fit(len(dst), len(y))
	softmaxSlope(dst, y, dy, float32(Dot(y, dy)))
}

func softmaxSlopeGo(dst, y, dy []float32, k float32) {
	for i := range dst {
		dst[i] = fused(y[i], dy[i]-k, dst[i])
	}
}

// LogSoftmaxSlope adds the gradient of the argument of a log-softmax to dst,
// given its result y and the gradient dy of that.
//
//	k := float32(Sum(dy))
//	for i := range dst {
//		dst[i] += dy[i] - exp(y[i])*k
//	}
func LogSoftmaxSlope(dst, y, dy []float32) { logSoftmaxSlope(dst, y, dy, float32(Sum(dy))) }

func logSoftmaxSlopeGo(dst, y, dy []float32, k float32) {
	for i := range dst {
		dst[i] += fused(-expOf(y[i]), k, dy[i])
	}
}
