package kernel

import "math"

// An AdamStep is what one step of Adam is made of besides the gradient: Kingma
// and Ba, arXiv:1412.6980, algorithm 1, at step t.
type AdamStep struct {
	Scale float32 // of the gradient
	Beta1 float32 // β₁
	Beta2 float32 // β₂
	Rate  float32 // α / (1−β₁ᵗ)
	Root  float32 // 1 / √(1−β₂ᵗ)
	Eps   float32 // ε
	Keep  float32 // of a parameter: 1, or less for the weight decay of AdamW, arXiv:1711.05101
}

// Adam changes the parameters p by their gradient, and the means m of
// gradients and v of their squares, in one pass.
//
//	for i := range p {
//		d := s.Scale * grad[i]
//		m[i] = fma(d-m[i], 1-s.Beta1, m[i])
//		v[i] = fma(d*d-v[i], 1-s.Beta2, v[i])
//		step := m[i] / fma(sqrt(v[i]), s.Root, s.Eps)
//		p[i] = fma(-step, s.Rate, s.Keep*p[i])
//	}
func Adam(p, grad, m, v []float32, s AdamStep) {
	adam(p, grad, m, v, s.Scale, 1-s.Beta1, 1-s.Beta2, s.Rate, s.Root, s.Eps, s.Keep)
}

func adamGo(p, grad, m, v []float32, scale, k1, k2, rate, root, eps, keep float32) {
	for i, d := range grad {
		d = float32(d * scale)
		mi := fused(d-m[i], k1, m[i])
		vi := fused(float32(d*d)-v[i], k2, v[i])
		m[i], v[i] = mi, vi
		step := mi / fused(float32(math.Sqrt(float64(vi))), root, eps)
		p[i] = fused(-step, rate, float32(p[i]*keep))
	}
}
