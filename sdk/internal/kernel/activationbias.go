package kernel

// The end of a dense layer, over a block of a matrix: rows rows of len(bias)
// numbers, each row so far from the one before. They are meant for the block
// that a matrix product has just left in the cache.

// Bias adds bias to each row of dst.
//
//	for i := range rows {
//		for j, b := range bias {
//			dst[i*stride+j] += b
//		}
//	}
func Bias(dst []float32, rows, stride int, bias []float32) {
	for i := range rows {
		row := dst[i*stride:][:len(bias)]
		add(row, row, bias)
	}
}

// BiasReLU adds bias to each row of dst and sets what is negative to 0.
//
//	for i := range rows {
//		for j, b := range bias {
//			dst[i*stride+j] = max(dst[i*stride+j]+b, 0)
//		}
//	}
func BiasReLU(dst []float32, rows, stride int, bias []float32) {
	for i := range rows {
		biasReLU(dst[i*stride:][:len(bias)], bias)
	}
}

func biasReLUGo(dst, bias []float32) {
	for i, b := range bias {
		dst[i] = greaterOf(0, dst[i]+b)
	}
}

// BiasLeakyReLU adds bias to each row of dst and multiplies what is negative
// by slope.
//
//	for i := range rows {
//		for j, b := range bias {
//			dst[i*stride+j] = leakyReLU(dst[i*stride+j]+b, slope)
//		}
//	}
func BiasLeakyReLU(dst []float32, rows, stride int, bias []float32, slope float32) {
	for i := range rows {
		biasLeakyReLU(dst[i*stride:][:len(bias)], bias, slope)
	}
}

func biasLeakyReLUGo(dst, bias []float32, slope float32) {
	for i, b := range bias {
		dst[i] = leakyOf(dst[i]+b, slope)
	}
}

// BiasTanh adds bias to each row of dst and takes the hyperbolic tangent.
//
//	for i := range rows {
//		for j, b := range bias {
//			dst[i*stride+j] = tanh(dst[i*stride+j] + b)
//		}
//	}
func BiasTanh(dst []float32, rows, stride int, bias []float32) {
	for i := range rows {
		biasTanh(dst[i*stride:][:len(bias)], bias)
	}
}

func biasTanhGo(dst, bias []float32) {
	for i, b := range bias {
		dst[i] = tanhOf(dst[i] + b)
	}
}

// BiasSigmoid adds bias to each row of dst and takes the sigmoid.
//
//	for i := range rows {
//		for j, b := range bias {
//			dst[i*stride+j] = sigmoid(dst[i*stride+j] + b)
//		}
//	}
func BiasSigmoid(dst []float32, rows, stride int, bias []float32) {
	for i := range rows {
		biasSigmoid(dst[i*stride:][:len(bias)], bias)
	}
}

func biasSigmoidGo(dst, bias []float32) {
	for i, b := range bias {
		dst[i] = sigmoidOf(dst[i] + b)
	}
}
