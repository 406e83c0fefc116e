package optim

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Classical momentum, eqs. 1 and 2 of Sutskever et al. with a constant rate, in
// float64: v is minus the rate times ours.
func TestMomentumAgainstPaper(t *testing.T) {
	const epsilon, mu = 0.001, 0.9
	p, s := layers(), NewSGD(epsilon, mu)
	theta := numbers(p)
	v := make([]float64, len(theta))
	rng := rand.New(rand.NewPCG(3, 4))
	for step := 1; step <= 100; step++ {
		draw(rng, p)
		for i := range theta {
			v[i] = mu*v[i] - epsilon*float64(p.Grad[i])
			theta[i] += v[i]
		}
		s.Step(p)
		near(t, step, p, theta)
	}
}

// Nesterov's, eqs. 3 and 4, on a loss whose gradient depends on where it is
// taken: at θ + μ v, which is where our parameters are.
func TestNesterovAgainstPaper(t *testing.T) {
	const epsilon, mu = 0.05, 0.9
	p := params(50)
	s := SGD{Rate: epsilon, Momentum: mu, Nesterov: true}
	theta := numbers(p)
	v := make([]float64, len(theta))
	slope := func(i int, x float64) float64 { return math.Sin(x + float64(i)) }
	for step := 1; step <= 200; step++ {
		for i, x := range numbers(p) {
			p.Grad[i] = float32(slope(i, x))
		}
		s.Step(p)
		for i := range theta {
			v[i] = mu*v[i] - epsilon*slope(i, theta[i]+mu*v[i])
			theta[i] += v[i]
		}
		ahead := make([]float64, len(theta))
		for i := range ahead {
			ahead[i] = theta[i] + mu*v[i]
		}
		near(t, step, p, ahead)
	}
}

// With a rate that changes, the velocity is a sum of gradients, not of steps: so
// it is in PyTorch.
func TestRateIsOutsideTheVelocity(t *testing.T) {
	p, s := params(1), NewSGD(0, 0.5)
	p.Data[0] = 0
	for _, c := range []struct{ rate, want float64 }{{1, -1}, {0.1, -1.15}, {10, -18.65}} {
		p.Grad[0] = 1
		s.Rate = c.rate
		s.Step(p)
		near(t, s.Steps(), p, []float64{c.want})
	}
}
