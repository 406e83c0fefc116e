package optim

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// Algorithm 1, line by line, in float64.
func TestAdamAgainstAlgorithm1(t *testing.T) {
	const n, alpha, beta1, beta2, eps = 100, 0.01, 0.8, 0.95, 1e-3
	p := params(n)
	a := NewAdam(alpha)
	a.Beta1, a.Beta2, a.Eps = beta1, beta2, eps
	var theta, m, v [n]float64
	for i := range theta {
		theta[i] = float64(p.Data[i])
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for step := 1; step <= 200; step++ {
		draw(rng, p)
		for i := range theta {
			g := float64(p.Grad[i])
			m[i] = beta1*m[i] + (1-beta1)*g
			v[i] = beta2*v[i] + (1-beta2)*g*g
			mHat := m[i] / (1 - math.Pow(beta1, float64(step)))
			vHat := v[i] / (1 - math.Pow(beta2, float64(step)))
			theta[i] -= alpha * mHat / (math.Sqrt(vHat) + eps)
		}
		a.Step(p)
		for i, want := range theta {
			if math.Abs(float64(p.Data[i])-want) > 2e-5 {
				t.Fatalf("step %d: parameter %d is %g, want %g", step, i, p.Data[i], want)
			}
		}
	}
}

// The first step is Rate long in each direction, whatever the gradient's size.
func TestFirstStep(t *testing.T) {
	p := params(2)
	before := slices.Clone(p.Data)
	copy(p.Grad, []float32{1e-3, -1e6})
	NewAdam(0.5).Step(p)
	for i, want := range []float32{-0.5, 0.5} {
		if d := p.Data[i] - before[i]; math.Abs(float64(d-want)) > 1e-4 {
			t.Errorf("parameter %d moved by %g, want %g", i, d, want)
		}
	}
}

// Algorithm 2 of AdamW with its schedule multiplier η, line by line, in float64:
// our Rate is ηα, and our Decay is λ/α.
func TestAdamWAgainstAlgorithm2(t *testing.T) {
	const alpha, lambda, beta1, beta2, eps = 0.01, 0.002, 0.8, 0.95, 1e-3
	p := layers()
	a := NewAdamW(alpha, lambda/alpha)
	a.Beta1, a.Beta2, a.Eps = beta1, beta2, eps
	theta := numbers(p)
	m, v := make([]float64, len(theta)), make([]float64, len(theta))
	rng := rand.New(rand.NewPCG(3, 4))
	for step := 1; step <= 200; step++ {
		eta := 1 / math.Sqrt(float64(step))
		a.Rate = alpha * eta
		draw(rng, p)
		i := 0
		for _, q := range p.All() {
			for range q.Tensor.Data {
				g := float64(p.Grad[i])
				m[i] = beta1*m[i] + (1-beta1)*g
				v[i] = beta2*v[i] + (1-beta2)*g*g
				mHat := m[i] / (1 - math.Pow(beta1, float64(step)))
				vHat := v[i] / (1 - math.Pow(beta2, float64(step)))
				l := lambda
				if strings.HasSuffix(q.Name, "bias") {
					l = 0
				}
				theta[i] -= eta * (alpha*mHat/(math.Sqrt(vHat)+eps) + l*theta[i])
				i++
			}
		}
		a.Step(p)
		near(t, step, p, theta)
	}
}

// Who decays is for the user to say.
func TestDecays(t *testing.T) {
	for name, decays := range map[string]func(*tensor.Param) bool{
		"all":    func(*tensor.Param) bool { return true },
		"none":   func(*tensor.Param) bool { return false },
		"biases": func(q *tensor.Param) bool { return strings.HasSuffix(q.Name, "bias") },
	} {
		p := layers()
		a := NewAdamW(0.1, 0.5)
		a.Decays = decays
		want := numbers(p)
		i := 0
		for _, q := range p.All() {
			for range q.Tensor.Data {
				if decays(q) {
					want[i] *= 0.95
				}
				i++
			}
		}
		a.Step(p) // the gradient is 0
		t.Run(name, func(t *testing.T) { near(t, 1, p, want) })
	}
}
