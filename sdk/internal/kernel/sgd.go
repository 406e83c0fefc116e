package kernel

// Momentum changes the parameters p by their gradient, of which v is the
// velocity, in one pass.
//
//	for i := range p {
//		v[i] = fma(v[i], mu, scale*grad[i])
//		p[i] = fma(-v[i], rate, p[i])
//	}
func Momentum(p, grad, v []float32, scale, mu, rate float32) { momentum(p, grad, v, scale, mu, rate) }

func momentumGo(p, grad, v []float32, scale, mu, rate float32) {
	for i, d := range grad {
		vi := fused(v[i], mu, float32(d*scale))
		v[i] = vi
		p[i] = fused(-vi, rate, p[i])
	}
}

// Nesterov is [Momentum] that steps from where the velocity will have led.
//
//	for i := range p {
//		d := scale * grad[i]
//		v[i] = fma(v[i], mu, d)
//		p[i] = fma(-fma(v[i], mu, d), rate, p[i])
//	}
func Nesterov(p, grad, v []float32, scale, mu, rate float32) { nesterov(p, grad, v, scale, mu, rate) }

func nesterovGo(p, grad, v []float32, scale, mu, rate float32) {
	for i, d := range grad {
		d = float32(d * scale)
		vi := fused(v[i], mu, d)
		v[i] = vi
		p[i] = fused(-fused(vi, mu, d), rate, p[i])
	}
}
