package optim

import (
	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// SGD is gradient descent with momentum, classical or Nesterov's, in the form
// of Sutskever et al., "On the importance of initialization and momentum in
// deep learning", ICML 2013, eqs. 1 to 4, with the rate where PyTorch has it:
//
//	v ← μ v + g
//	θ ← θ − rate · v            classical
//	θ ← θ − rate · (g + μ v)    Nesterov
//
// The paper's velocity is −rate·v here, so both are the same as long as the
// rate is; when it changes, this velocity keeps its meaning. Nesterov's θ is the
// paper's θ + μ v, the point at which it takes the gradient. Make one with
// [NewSGD].
type SGD struct {
	Rate     float64 // step size, from 0
	Momentum float64 // μ, from 0, none, to below 1; it may change between steps
	Nesterov bool
	Clip     Clip

	memory memory // v
	pass   sgdPass
}

// NewSGD returns an SGD with classical momentum.
func NewSGD(rate, momentum float64) *SGD { return &SGD{Rate: rate, Momentum: momentum} }

// Step changes p by its gradient.
func (s *SGD) Step(p *tensor.Params) {
	s.remember(p).next("sgd", p, s.Rate, s.Clip)
	s.pass = sgdPass{p.Data, p.Grad, s.memory.first, s.Clip.scale(p), float32(s.Momentum), float32(s.Rate), s.Nesterov}
	p.Do(len(p.Data), grain, &s.pass)
	s.pass = sgdPass{}
}

// Steps returns how many steps there have been.
func (s *SGD) Steps() int { return s.memory.count() }

// State returns the velocity, and the number of steps: see the package's
// doc.
func (s *SGD) State(name string, p *tensor.Params) *tensor.Params {
	return s.remember(p).named("sgd", name, p)
}

func (s *SGD) remember(p *tensor.Params) *memory {
	s.memory.begin(p, "velocity")
	return &s.memory
}

// An sgdPass is one step over all parameters.
type sgdPass struct {
	p, g, v         []float32
	scale, mu, rate float32
	nesterov        bool
}

func (s *sgdPass) Run(from, to int) {
	step := kernel.Momentum
	if s.nesterov {
		step = kernel.Nesterov
	}
	step(s.p[from:to], s.g[from:to], s.v[from:to], s.scale, s.mu, s.rate)
}
