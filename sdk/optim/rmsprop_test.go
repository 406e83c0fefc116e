package optim

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The lecture's slide 29, in float64.
func TestRMSPropAgainstLecture(t *testing.T) {
	const rate, beta, eps = 0.001, 0.9, 1e-4
	p, r := layers(), &RMSProp{Rate: rate, Beta: beta, Eps: eps}
	w := numbers(p)
	meanSquare := make([]float64, len(w))
	rng := rand.New(rand.NewPCG(3, 4))
	for step := 1; step <= 100; step++ {
		draw(rng, p)
		for i := range w {
			g := float64(p.Grad[i])
			meanSquare[i] = beta*meanSquare[i] + (1-beta)*g*g
			w[i] -= rate * g / (math.Sqrt(meanSquare[i]) + eps)
		}
		r.Step(p)
		near(t, step, p, w)
	}
}
