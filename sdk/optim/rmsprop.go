package optim

import (
	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// RMSProp divides a gradient by a running root mean square of itself: Tieleman
// and Hinton, "Lecture 6.5 - RMSProp", Coursera: Neural Networks for Machine
// Learning, 2012.
//
//	v ← β v + (1−β) g²
//	θ ← θ − rate · g / (√v + ε)
//
// v begins at 0, so the first steps are up to 1/√(1−β) times as long as later ones.
// Make one with [NewRMSProp].
type RMSProp struct {
	Rate float64 // step size, from 0
	Beta float64 // decay of the mean of squares, from 0 to below 1
	Eps  float64 // ε, above 0
	Clip Clip

	memory memory // v
	pass   rmsPass
}

// NewRMSProp returns an RMSProp with the lecture's β, 0.9, and an ε of 1e-8.
func NewRMSProp(rate float64) *RMSProp { return &RMSProp{Rate: rate, Beta: 0.9, Eps: 1e-8} }

// Step changes p by its gradient.
func (r *RMSProp) Step(p *tensor.Params) {
	r.remember(p).next("rmsprop", p, r.Rate, r.Clip)
	r.pass = rmsPass{p.Data, p.Grad, r.memory.first, r.Clip.scale(p), float32(r.Beta), float32(r.Rate), float32(r.Eps)}
	p.Do(len(p.Data), grain, &r.pass)
	r.pass = rmsPass{}
}

// Steps returns how many steps there have been.
func (r *RMSProp) Steps() int { return r.memory.count() }

// State returns the means, and the number of steps: see the package's
// doc.
func (r *RMSProp) State(name string, p *tensor.Params) *tensor.Params {
	return r.remember(p).named("rmsprop", name, p)
}

func (r *RMSProp) remember(p *tensor.Params) *memory {
	r.memory.begin(p, "square")
	return &r.memory
}

// An rmsPass is one step over all parameters.
type rmsPass struct {
	p, g, v                []float32
	scale, beta, rate, eps float32
}

func (s *rmsPass) Run(from, to int) {
	kernel.RMSProp(s.p[from:to], s.g[from:to], s.v[from:to], s.scale, s.beta, s.rate, s.eps)
}
