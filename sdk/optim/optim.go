// Package optim changes parameters so that a loss falls.
//
//	adam := optim.NewAdam(1e-3)
//	for ... {
//		loss.Backward(params)
//		adam.Step(params)
//	}
//
// To follow a [Schedule], set the rate before each step:
//
//	schedule := optim.Warmup(100, optim.CosineTo(steps, 0.1))
//	for ... {
//		adam.Rate = 1e-3 * schedule(adam.Steps())
//
// To go on later where a training stopped, save what the optimiser remembers
// beside the weights, with nn.Save(path, adam.State("adam", params)), and fill
// that of a new one with nn.Load: the steps that follow are the same to the
// last bit.
//
// Equal gradients give equal bytes for any GOMAXPROCS and on any CPU, and a step
// after the first allocates nothing. An optimiser belongs to one [tensor.Params] and to
// one goroutine at a time; that the Params have another size panics.
package optim

import "github.com/genhost/genhost/sdk/tensor"

// An Optimizer is any of this package's, for code that lets a user choose one.
type Optimizer interface {
	// Step changes p by its gradient.
	Step(p *tensor.Params)

	// Steps returns how many steps there have been.
	Steps() int

	// SetRate sets the step size of the steps to come.
	SetRate(rate float64)

	// State returns what the optimiser remembers of the steps so far, to be
	// saved and loaded. It is live: Step changes it, and what is loaded into
	// it is what the next Step goes on from. Its tensors are named after name
	// and after the parameters, such as name.mean.encoder.0.weight.
	State(name string, p *tensor.Params) *tensor.Params
}

// grain is how many parameters a thread changes at a time.
const grain = 1 << 14
