package optim

import (
	"math"

	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// Adam is the optimiser of Kingma and Ba, "Adam: A Method for Stochastic
// Optimization", arXiv:1412.6980, algorithm 1, and with a Decay that of
// Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
// arXiv:1711.05101, algorithm 2. Make one with [NewAdam] or [NewAdamW].
type Adam struct {
	Rate  float64 // step size α, from 0
	Beta1 float64 // decay of the mean of gradients, from 0 to below 1
	Beta2 float64 // decay of the mean of their squares, from 0 to below 1
	Eps   float64 // ε, above 0
	Clip  Clip

	// Decay is the weight decay of AdamW: a step also takes Rate·Decay of a
	// parameter away. It thus follows the schedule of Rate, as algorithm 2 has
	// it, and is that algorithm's λ divided by its α, as in PyTorch.
	Decay float64

	// Decays says which parameters decay. If it is nil, those of more than one
	// row do: weights, but not biases and gains, and not the weights of a layer
	// with one input or a convolution with one filter. It is asked once, before
	// the first step with a Decay.
	Decays func(*tensor.Param) bool

	memory memory // the means m and v of algorithm 1, not corrected for their start at 0
	runs   []run
	pass   adamPass
}

// NewAdam returns an Adam with the β₁, β₂ and ε that its paper recommends.
func NewAdam(rate float64) *Adam {
	return &Adam{Rate: rate, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
}

// NewAdamW returns an Adam whose weights decay. Common are decays from 0.01 to
// 0.1.
func NewAdamW(rate, decay float64) *Adam {
	a := NewAdam(rate)
	a.Decay = decay
	return a
}

// Step changes p by its gradient.
func (a *Adam) Step(p *tensor.Params) {
	t := float64(a.remember(p).next("adam", p, a.Rate, a.Clip))
	a.pass = adamPass{a.parts(p), p.Data, p.Grad, a.memory.first, a.memory.second, kernel.AdamStep{
		Scale: a.Clip.scale(p),
		Beta1: float32(a.Beta1),
		Beta2: float32(a.Beta2),
		Rate:  float32(a.Rate / (1 - math.Pow(a.Beta1, t))),
		Root:  float32(1 / math.Sqrt(1-math.Pow(a.Beta2, t))),
		Eps:   float32(a.Eps),
		Keep:  float32(1 - float64(a.Rate*a.Decay)),
	}}
	p.Do(len(p.Data), grain, &a.pass)
	a.pass = adamPass{}
}

// Steps returns how many steps there have been.
func (a *Adam) Steps() int { return a.memory.count() }

// State returns the means, and the number of steps: see the package's
// doc.
func (a *Adam) State(name string, p *tensor.Params) *tensor.Params {
	return a.remember(p).named("adam", name, p)
}

func (a *Adam) remember(p *tensor.Params) *memory {
	a.memory.begin(p, "mean", "square")
	return &a.memory
}

// A run is parameters that lie together and all decay, or all do not.
type run struct {
	from, to int
	decays   bool
}

// parts returns the runs of p.
func (a *Adam) parts(p *tensor.Params) []run {
	if a.Decay == 0 {
		return nil
	}
	if a.runs == nil {
		a.runs = runs(p, a.Decays)
	}
	return a.runs
}

func runs(p *tensor.Params, decays func(*tensor.Param) bool) []run {
	if decays == nil {
		decays = func(q *tensor.Param) bool { return q.Tensor.Rows > 1 }
	}
	var all []run
	at := 0
	for _, q := range p.All() {
		from, yes := at, decays(q)
		at += len(q.Tensor.Data)
		if last := len(all) - 1; last >= 0 && all[last].decays == yes {
			all[last].to = at
		} else {
			all = append(all, run{from, at, yes})
		}
	}
	return all
}

// An adamPass is one step over all parameters.
type adamPass struct {
	runs       []run // nil if nothing decays
	p, g, m, v []float32
	step       kernel.AdamStep
}

func (s *adamPass) Run(from, to int) {
	if s.runs == nil {
		s.on(from, to, 1)
	}
	for _, r := range s.runs {
		keep := float32(1)
		if r.decays {
			keep = s.step.Keep
		}
		s.on(max(from, r.from), min(to, r.to), keep)
	}
}

// on is Run for parameters of which a step keeps the same part.
func (s *adamPass) on(from, to int, keep float32) {
	if from >= to {
		return
	}
	step := s.step
	step.Keep = keep
	kernel.Adam(s.p[from:to], s.g[from:to], s.m[from:to], s.v[from:to], step)
}
