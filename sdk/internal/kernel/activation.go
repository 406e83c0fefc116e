package kernel

// ReLU sets dst to x, or to 0 where x is negative.
//
//	for i := range dst {
//		dst[i] = max(x[i], 0)
//	}
func ReLU(dst, x []float32) { relu(dst, x) }

func reluGo(dst, x []float32) {
	for i, v := range x {
		dst[i] = greaterOf(0, v)
	}
}

// LeakyReLU sets dst to x, or to slope·x where x is negative.
//
//	for i := range dst {
//		dst[i] = x[i]
//		if x[i] < 0 {
//			dst[i] *= slope
//		}
//	}
func LeakyReLU(dst, x []float32, slope float32) { leakyReLU(dst, x, slope) }

func leakyReLUGo(dst, x []float32, slope float32) {
	for i, v := range x {
		dst[i] = leakyOf(v, slope)
	}
}

func leakyOf(x, slope float32) float32 {
	if x < 0 {
		return x * slope
	}
	return x
}

// Tanh sets dst to the hyperbolic tangent of x, within 2 ulp.
//
//	for i := range dst {
//		dst[i] = tanh(x[i])
//	}
func Tanh(dst, x []float32) { tanh(dst, x) }

func tanhGo(dst, x []float32) {
	for i, v := range x {
		dst[i] = tanhOf(v)
	}
}

// Sigmoid sets dst to 1/(1+e⁻ˣ), within 3 ulp.
//
//	for i := range dst {
//		dst[i] = 1 / (1 + exp(-x[i]))
//	}
func Sigmoid(dst, x []float32) { sigmoid(dst, x) }

func sigmoidGo(dst, x []float32) {
	for i, v := range x {
		dst[i] = sigmoidOf(v)
	}
}

// Softplus sets dst to log(1+eˣ), within 2 ulp.
//
//	for i := range dst {
//		dst[i] = max(x[i], 0) + log1p(exp(-abs(x[i])))
//	}
func Softplus(dst, x []float32) { softplus(dst, x) }

func softplusGo(dst, x []float32) {
	for i, v := range x {
		dst[i] = softplusOf(v)
	}
}
