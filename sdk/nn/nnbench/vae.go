package main

import (
	"math/rand/v2"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

const vaeLatent = 32

// A vae is that of W1.
type vae struct {
	params           tensor.Params
	encoder, decoder nn.MLP
	adam             *optim.Adam
}

func newVAE() *vae {
	v := &vae{adam: optim.NewAdam(1e-3)}
	v.encoder = nn.NewMLP(&v.params, "encoder", []int{pixels, 256, 128, 2 * vaeLatent}, tensor.ReLU, tensor.Linear)
	v.decoder = nn.NewMLP(&v.params, "decoder", []int{vaeLatent, 128, 256, pixels}, tensor.ReLU, tensor.Linear)
	v.params.Init(rand.New(rand.NewPCG(3, 4)))
	return v
}

func (v *vae) step(tape *tensor.Tape, x *tensor.Tensor, first int) float64 {
	q := v.encoder.Forward(x)
	mu, logVar := q.Columns(0, vaeLatent), q.Columns(vaeLatent, 2*vaeLatent)
	eps := nn.Normal(tape.Constant(x.Rows, vaeLatent), 1, first)
	z := mu.Add(logVar.Scale(0.5).Exp().Mul(eps))
	loss := nn.KL(mu, logVar).Mean().Sub(nn.Bernoulli(x, v.decoder.Forward(z)).Mean())
	loss.Backward(&v.params)
	v.adam.Step(&v.params)
	return loss.Item()
}

// flop counts a pass forward and two back, except that nobody asks for the
// gradient of x.
func (v *vae) flop() float64 {
	e := dense(pixels, 256, 128, 2*vaeLatent)
	return 6*(e.total+v.decoderWork()) - 2*e.first
}

func (v *vae) decoderWork() float64 { return dense(vaeLatent, 128, 256, pixels).total }
