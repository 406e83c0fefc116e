package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The steps of optimisers against the loops in their comments, in float64.
func TestSteps(t *testing.T) { eachLevel(t, testSteps) }

func testSteps(t *testing.T) {
	const n, scale, mu, rate, eps = 100, 0.5, 0.9, 1e-2, 1e-3
	for _, c := range []struct {
		name string
		f    func(p, grad, v []float32)
		v, p func(p, d, v float64) float64 // the new ones; p of the new v
	}{
		{"Momentum",
			func(p, grad, v []float32) { Momentum(p, grad, v, scale, mu, rate) },
			func(_, d, v float64) float64 { return mu*v + d },
			func(p, _, v float64) float64 { return p - rate*v }},
		{"Nesterov",
			func(p, grad, v []float32) { Nesterov(p, grad, v, scale, mu, rate) },
			func(_, d, v float64) float64 { return mu*v + d },
			func(p, d, v float64) float64 { return p - rate*(d+mu*v) }},
		{"RMSProp",
			func(p, grad, v []float32) { RMSProp(p, grad, v, scale, mu, rate, eps) },
			func(_, d, v float64) float64 { return mu*v + (1-mu)*d*d },
			func(p, d, v float64) float64 { return p - rate*d/(math.Sqrt(v)+eps) }},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		p, v := usual(rng, n), make([]float32, n)
		wantP, wantV := make([]float64, n), make([]float64, n)
		for i := range p {
			wantP[i] = float64(p[i])
		}
		for range 20 {
			grad := usual(rng, n)
			c.f(p, grad, v)
			for i := range p {
				d := scale * float64(grad[i])
				wantV[i] = c.v(wantP[i], d, wantV[i])
				wantP[i] = c.p(wantP[i], d, wantV[i])
			}
		}
		for i := range p {
			nearly(t, c.name+": parameter", p[i], wantP[i], 4)
			nearly(t, c.name+": state", v[i], wantV[i], 4)
		}
	}
}
