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
// last bit. Save it in a file of its own if the weights are to be loaded
// without it: nn.Load wants all of a file. The state is live: Step changes it,
// and what is loaded into it is what the next Step goes on from. Its tensors
// are named after the name given and after the parameters, such as
// adam.mean.encoder.0.weight.
//
// Equal gradients give equal bytes for any GOMAXPROCS and on any CPU, and a step
// after the first allocates nothing. An optimiser belongs to one [tensor.Params] and to
// one goroutine at a time. That the Params have another size, that they have no
// gradient yet, and a rate that is negative or NaN, panic.
package optim

// grain is how many parameters a thread changes at a time.
const grain = 1 << 14
