package kernel

import "math"

// RMSProp changes the parameters p by their gradient, and the means v of its
// squares, in one pass.
//
//	for i := range p {
//		d := scale * grad[i]
//		v[i] = fma(d*d-v[i], 1-beta, v[i])
//		p[i] = fma(-d/(sqrt(v[i])+eps), rate, p[i])
//	}
func RMSProp(p, grad, v []float32, scale, beta, rate, eps float32) {
	rmsProp(p, grad, v, scale, 1-beta, rate, eps)
}

func rmsPropGo(p, grad, v []float32, scale, k, rate, eps float32) {
	for i, d := range grad {
		d = float32(d * scale)
		vi := fused(float32(d*d)-v[i], k, v[i])
		v[i] = vi
		step := d / (float32(math.Sqrt(float64(vi))) + eps)
		p[i] = fused(-step, rate, p[i])
	}
}
