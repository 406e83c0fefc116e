package nn_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

const pixels = 28 * 28

// BenchmarkVAE is a training step of a VAE on small pictures.
func BenchmarkVAE(b *testing.B) {
	const latent = 32
	var params tensor.Params
	encoder := nn.NewMLP(&params, "encoder", []int{pixels, 256, 128, 2 * latent}, tensor.ReLU, tensor.Linear)
	decoder := nn.NewMLP(&params, "decoder", []int{latent, 128, 256, pixels}, tensor.ReLU, tensor.Linear)
	adam := optim.NewAdam(1e-3)
	steps(b, []*tensor.Params{&params}, func(tape *tensor.Tape, x *tensor.Tensor, first int) {
		q := encoder.Forward(x)
		mu, logVar := q.Columns(0, latent), q.Columns(latent, 2*latent)
		eps := nn.Normal(tape.Constant(x.Rows, latent), 1, first)
		z := mu.Add(logVar.Scale(0.5).Exp().Mul(eps))
		loss := nn.KL(mu, logVar).Mean().Sub(nn.Bernoulli(x, decoder.Forward(z)).Mean())
		loss.Backward(&params)
		adam.Step(&params)
	})
}

// BenchmarkGAN is a training step of a GAN on small pictures: an update of the
// discriminator and one of the generator.
func BenchmarkGAN(b *testing.B) {
	const latent = 100
	var g, d tensor.Params
	generator := nn.NewMLP(&g, "generator", []int{latent, 256, 512, 1024, pixels}, tensor.ReLU, tensor.Sigmoid)
	discriminator := nn.NewMLP(&d, "discriminator", []int{pixels, 512, 256, 1}, tensor.LeakyReLU, tensor.Linear)
	adamG, adamD := optim.NewAdam(1e-4), optim.NewAdam(1e-4)
	steps(b, []*tensor.Params{&g, &d}, func(tape *tensor.Tape, x *tensor.Tensor, first int) {
		n := x.Rows
		fake := generator.Forward(nn.Normal(tape.Constant(n, latent), 1, first))
		logits := discriminator.Forward(x.Stack(fake))
		real := logits.Slice(0, n).BCE(tape.Full(n, 1, 1)).Mean()
		lossD := real.Add(logits.Slice(n, 2*n).BCE(tape.Full(n, 1, 0)).Mean())
		lossD.Backward(&d)
		adamD.Step(&d)
		lossG := discriminator.Forward(fake).BCE(tape.Full(n, 1, 1)).Mean()
		lossG.Backward(&g)
		adamG.Step(&g)
	})
}

// steps measures step, on random rows, for batches of several sizes.
func steps(b *testing.B, params []*tensor.Params, step func(tape *tensor.Tape, x *tensor.Tensor, first int)) {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]float32, 1024*pixels)
	for i := range rows {
		rows[i] = rng.Float32()
	}
	for _, batch := range []int{32, 128} {
		for _, p := range params {
			p.Init(rng)
		}
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			var tape tensor.Tape
			first := 0
			for b.Loop() {
				tape.Reset()
				at := first % (1024 - batch + 1)
				step(&tape, tape.Input(rows[at*pixels:(at+batch)*pixels], batch, pixels), first)
				first += batch
			}
			b.ReportMetric(float64(batch)*float64(b.N)/b.Elapsed().Seconds(), "samples/s")
		})
	}
}
