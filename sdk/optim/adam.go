// Package optim changes parameters so that a loss falls.
//
//	adam := optim.NewAdam(1e-3)
//	for ... {
//		loss.Backward(params)
//		adam.Step(params)
//	}
//
// To follow a schedule, set Rate before each step: adam.Rate = rate *
// optim.Cosine(step, steps).
//
// Equal gradients give equal bytes for any GOMAXPROCS and on any CPU, and a step
// after the first allocates nothing. An optimiser belongs to one [tensor.Params] and to
// one goroutine at a time; that the Params have another size panics.
package optim

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// Adam is the optimiser of Kingma and Ba, "Adam: A Method for Stochastic
// Optimization", arXiv:1412.6980, algorithm 1. Make one with [NewAdam].
type Adam struct {
	Rate  float64 // step size α, above 0
	Beta1 float64 // decay of the mean of gradients, from 0 to below 1
	Beta2 float64 // decay of the mean of their squares, from 0 to below 1
	Eps   float64 // ε, above 0

	// Clip is the longest a gradient may be, as the Euclidean norm over all
	// parameters: a longer one is scaled down to it (Pascanu et al.,
	// arXiv:1211.5063, algorithm 1). 0 is no limit.
	Clip float64

	// What has been learned of the gradients, as large as the parameters: the
	// means m and v of algorithm 1, not corrected for their start at 0, and
	// the number of steps.
	M, V  []float32
	Steps int

	workers tensor.Workers
	pass    pass
}

// NewAdam returns an Adam with the β₁, β₂ and ε that its paper recommends.
func NewAdam(rate float64) *Adam {
	return &Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// grain is how many parameters a thread changes at a time.
const grain = 1 << 14

// Step changes p by its gradient, which it leaves as it is.
func (a *Adam) Step(p *tensor.Params) {
	if a.M == nil {
		a.M, a.V = make([]float32, len(p.Data)), make([]float32, len(p.Data))
	}
	if len(a.M) != len(p.Data) || len(a.V) != len(p.Data) || len(p.Grad) != len(p.Data) {
		panic(fmt.Sprintf("optim: adam: %d parameters, %d gradients, state for %d", len(p.Data), len(p.Grad), len(a.M)))
	}
	a.Steps++
	t := float64(a.Steps)
	a.pass = pass{p.Data, p.Grad, a.M, a.V, kernel.AdamStep{
		Scale: 1,
		Beta1: float32(a.Beta1),
		Beta2: float32(a.Beta2),
		Rate:  float32(a.Rate / (1 - math.Pow(a.Beta1, t))),
		Root:  float32(1 / math.Sqrt(1-math.Pow(a.Beta2, t))),
		Eps:   float32(a.Eps),
		Keep:  1,
	}}
	if a.Clip > 0 {
		if norm := p.Norm(); norm > a.Clip {
			a.pass.step.Scale = float32(a.Clip / norm)
		}
	}
	a.workers.Do(len(p.Data), grain, &a.pass)
	a.pass = pass{}
}

// A pass is one step over all parameters.
type pass struct {
	p, g, m, v []float32
	step       kernel.AdamStep
}

func (s *pass) Run(from, to int) {
	kernel.Adam(s.p[from:to], s.g[from:to], s.m[from:to], s.v[from:to], s.step)
}

// Cosine falls from 1 at step 0 to 0 at the last of so many steps, along half
// a cosine (Loshchilov and Hutter, arXiv:1608.03983, eq. 5 without restarts).
func Cosine(step, steps int) float64 {
	if steps < 1 {
		return 1
	}
	return (1 + math.Cos(math.Pi*float64(min(step, steps))/float64(steps))) / 2
}
