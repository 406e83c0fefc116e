package nn_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// A critic that tells N(0, I) from the same moved by (3, 4) as well as it can finds
// their Wasserstein distance, W = 5, times its slope s. That is not quite 1: where a
// slope pays W, and costs λ(s−1)², the best is s = 1 + W/2λ, here 1.25.
func TestCriticFindsTheDistance(t *testing.T) {
	const n = 64
	var p tensor.Params
	critic := nn.NewMLP(&p, "critic", []int{2, 32, 32, 1}, tensor.LeakyReLU, tensor.Linear)
	p.Init(rand.New(rand.NewPCG(1, 2)))
	adam := optim.NewAdam(3e-3)
	adam.Beta1 = 0.5
	schedule := optim.LinearTo(500, 0.01)
	var tape tensor.Tape
	mean := 0.0
	for step := range 500 {
		tape.Reset()
		real := nn.Normal(tape.Constant(n, 2), 1, 2*n*step).Add(tape.Input([]float32{3, 4}, 1, 2))
		fake := nn.Normal(tape.Constant(n, 2), 1, 2*n*step+n)
		mix := nn.Uniform(tape.Constant(n, 1), 2, n*step)
		distance := critic.Forward(real).Mean().Sub(critic.Forward(fake).Mean())
		loss := nn.GradientPenalty(critic, real, fake, mix).Scale(10).Sub(distance)
		loss.Backward(&p)
		adam.Rate = 3e-3 * schedule(step)
		adam.Step(&p)
		if step >= 400 {
			mean += distance.Item() / 100
		}
	}
	if math.Abs(mean-5*1.25) > 0.25 {
		t.Errorf("the critic says %.2f, want 6.25", mean)
	}
}

// BenchmarkCritic is a step of a critic of small pictures, 128 real ones and as
// many generated, without a penalty and with each.
func BenchmarkCritic(b *testing.B) {
	const n, pixels = 128, 28 * 28
	for name, penalty := range map[string]func(critic nn.Layer, real, fake, mix *tensor.Tensor) *tensor.Tensor{
		"none":             func(_ nn.Layer, real, _, _ *tensor.Tensor) *tensor.Tensor { return real.Slice(0, 0).Sum() },
		"gradient penalty": nn.GradientPenalty,
		"r1":               func(critic nn.Layer, real, _, _ *tensor.Tensor) *tensor.Tensor { return nn.R1(critic, real) },
	} {
		b.Run(name, func(b *testing.B) {
			var p tensor.Params
			var critic nn.Layer = nn.NewMLP(&p, "critic", []int{pixels, 512, 256, 1}, tensor.LeakyReLU, tensor.Linear)
			p.Init(rand.New(rand.NewPCG(1, 2)))
			var tape tensor.Tape
			rows := nn.Normal(tape.Constant(2*n, pixels), 1, 0).Data
			var step tensor.Tape
			for b.Loop() {
				step.Reset()
				both := step.Input(rows, 2*n, pixels)
				real, fake := both.Slice(0, n), both.Slice(n, 2*n)
				y := critic.Forward(both)
				loss := y.Slice(n, 2*n).Mean().Sub(y.Slice(0, n).Mean())
				mix := nn.Uniform(step.Constant(n, 1), 2, 0)
				loss.Add(penalty(critic, real, fake, mix)).Backward(&p)
			}
		})
	}
}
