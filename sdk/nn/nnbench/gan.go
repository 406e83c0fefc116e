package main

import (
	"math/rand/v2"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

const ganLatent = 100

// A gan is that of W2 or W3.
type gan struct {
	g, d                     tensor.Params
	generator, discriminator nn.Sequential
	adamG, adamD             *optim.Adam
	gWork, dWork             work
}

func newDenseGAN() *gan {
	n := newGAN()
	up, down := []int{ganLatent, 256, 512, 1024, pixels}, []int{pixels, 512, 256, 1}
	n.generator = nn.Sequential{nn.NewMLP(&n.g, "generator", up, tensor.ReLU, tensor.Sigmoid)}
	n.discriminator = nn.Sequential{nn.NewMLP(&n.d, "discriminator", down, tensor.LeakyReLU, tensor.Linear)}
	n.gWork, n.dWork = dense(up...), dense(down...)
	return n.begin()
}

// newConvGAN returns W3: 7 × 7 × 128 to 14 × 14 × 64 to a picture, and back.
func newConvGAN() *gan {
	n := newGAN()
	outer, inner := nn.Window2D(28, 28, 1, 4, 2, 1), nn.Window2D(14, 14, 64, 4, 2, 1)
	const middle = 7 * 7 * 128
	n.generator = nn.Sequential{
		nn.NewDense(&n.g, "generator.0", ganLatent, middle, tensor.ReLU),
		nn.NewConvTransposed(&n.g, "generator.1", inner, 128, tensor.ReLU),
		nn.NewConvTransposed(&n.g, "generator.2", outer, 64, tensor.Sigmoid),
	}
	n.discriminator = nn.Sequential{
		nn.NewConv(&n.d, "discriminator.0", outer, 64, tensor.LeakyReLU),
		nn.NewConv(&n.d, "discriminator.1", inner, 128, tensor.LeakyReLU),
		nn.NewDense(&n.d, "discriminator.2", middle, 1, tensor.Linear),
	}
	wide, narrow := float64(outer.Places()*outer.PatchSize()*64), float64(inner.Places()*inner.PatchSize()*128)
	n.gWork = work{ganLatent*middle + narrow + wide, ganLatent * middle}
	n.dWork = work{wide + narrow + middle, wide}
	return n.begin()
}

func newGAN() *gan { return &gan{adamG: optim.NewAdam(1e-3), adamD: optim.NewAdam(1e-3)} }

func (n *gan) begin() *gan {
	rng := rand.New(rand.NewPCG(3, 4))
	n.g.Init(rng)
	n.d.Init(rng)
	return n
}

func (n *gan) step(tape *tensor.Tape, x *tensor.Tensor, first int) float64 {
	b := x.Rows
	fake := n.generator.Forward(nn.Normal(tape.Constant(b, ganLatent), 1, first))
	logits := n.discriminator.Forward(x.Stack(fake))
	real := logits.Slice(0, b).BCE(tape.Full(b, 1, 1)).Mean()
	lossD := real.Add(logits.Slice(b, 2*b).BCE(tape.Full(b, 1, 0)).Mean())
	lossD.Backward(&n.d)
	n.adamD.Step(&n.d)

	lossG := n.discriminator.Forward(fake).BCE(tape.Full(b, 1, 1)).Mean()
	lossG.Backward(&n.g)
	n.adamG.Step(&n.g)
	return lossG.Item()
}

// flop counts, of the generator, a pass forward and two back, except that
// nobody asks for the gradient of the noise; of the discriminator three forward,
// two back for each of two batches, except that nobody asks for the gradient of
// the pictures, and one back for the generator.
func (n *gan) flop() float64 {
	return 6*n.gWork.total - 2*n.gWork.first + 6*n.dWork.total + 2*(4*n.dWork.total-2*n.dWork.first) + 2*n.dWork.total
}
