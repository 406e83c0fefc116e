package kernel

// The gradients of the activations: each multiplies dst, the gradient of the
// result y, by the derivative, which it tells from y. As the end of a matrix
// product they mask dX in the cache.

// ReLUSlope sets dst to 0 where y is not above 0.
//
//	for i := range dst {
//		if !(y[i] > 0) {
//			dst[i] = 0
//		}
//	}
func ReLUSlope(dst, y []float32) { reluSlope(dst, y) }

func reluSlopeGo(dst, y []float32) {
	for i, v := range y {
		if !(v > 0) {
			dst[i] = 0
		}
	}
}

// LeakyReLUSlope multiplies dst by slope where y is not above 0.
//
//	for i := range dst {
//		if !(y[i] > 0) {
//			dst[i] *= slope
//		}
//	}
func LeakyReLUSlope(dst, y []float32, slope float32) { leakyReLUSlope(dst, y, slope) }

func leakyReLUSlopeGo(dst, y []float32, slope float32) {
	for i, v := range y {
		if !(v > 0) {
			dst[i] *= slope
		}
	}
}

// TanhSlope multiplies dst by 1 − y².
//
//	for i := range dst {
//		dst[i] *= 1 - y[i]*y[i]
//	}
func TanhSlope(dst, y []float32) { tanhSlope(dst, y) }

func tanhSlopeGo(dst, y []float32) {
	for i, v := range y {
		dst[i] *= fused(-v, v, 1)
	}
}

// SigmoidSlope multiplies dst by y·(1−y).
//
//	for i := range dst {
//		dst[i] *= y[i] - y[i]*y[i]
//	}
func SigmoidSlope(dst, y []float32) { sigmoidSlope(dst, y) }

func sigmoidSlopeGo(dst, y []float32) {
	for i, v := range y {
		dst[i] *= fused(-v, v, v)
	}
}

// SoftplusSlope adds dy times the derivative of softplus at x to dst. Unlike
// the others it needs x, and adds.
//
//	for i := range dst {
//		dst[i] += dy[i] * sigmoid(x[i])
//	}
func SoftplusSlope(dst, dy, x []float32) { softplusSlope(dst, dy, x) }

func softplusSlopeGo(dst, dy, x []float32) {
	for i, v := range x {
		dst[i] = fused(dy[i], sigmoidOf(v), dst[i])
	}
}
