package main

// The model of Goodfellow et al., "Generative Adversarial Networks",
// arXiv:1406.2661. Section numbers are theirs.

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// A gan is a pair of networks that play a game: the generator G makes rows
// from noise, the discriminator D gives the logit of the probability that a
// row is real. Section 3.
type gan struct {
	sdk.NoEncoder
	settings
	space sdk.Space

	g, d          tensor.Params
	generator     nn.MLP
	discriminator nn.MLP

	// The average of the generator over its training, which generates.
	average  tensor.Params
	averaged nn.MLP

	trained bool
	tape    tensor.Tape // of everything but training
}

func newGAN(s settings, space sdk.Space) (*gan, error) {
	last, err := output(space)
	if err != nil {
		return nil, err
	}
	up, down, err := s.widths(space)
	if err != nil {
		return nil, err
	}
	n := &gan{settings: s, space: space}
	hidden := tensor.Activation(s.Activation)
	n.generator = nn.NewMLP(&n.g, "generator", up, hidden, last)
	n.averaged = nn.NewMLP(&n.average, "generator", up, hidden, last)
	n.discriminator = nn.NewMLP(&n.d, "discriminator", down, tensor.Activation(s.DiscriminatorAct), tensor.Linear)
	return n, nil
}

// loss is the mean over rows of the cross-entropy between the label, the
// probability that a row is said to be real, and what D thinks of it. With
// label 1 it is −log D, with 0 it is −log(1 − D).
func loss(logits *tensor.Tensor, label float64, tape *tensor.Tape) *tensor.Tensor {
	return logits.BCE(tape.Full(logits.Rows, 1, float32(label))).Mean()
}

// lossD is what D descends: algorithm 1, with the label of real rows smoothed,
// as in Salimans et al., arXiv:1606.03498, section 3.4. logits are D's of as
// many real rows as fake ones after them.
func (n *gan) lossD(logits *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	half := logits.Rows / 2
	real, fake := logits.Slice(0, half), logits.Slice(half, logits.Rows)
	return loss(real, 1-n.LabelSmoothing, tape).Add(loss(fake, 0, tape))
}

// lossG is what G descends: −log D(G(z)), which does not saturate while D
// wins. Section 3.
func (n *gan) lossG(logits *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	return loss(logits, 1, tape)
}

// Train plays the game: algorithm 1 with k = 1, Adam for momentum, and the
// same noise for the two updates of a step.
func (n *gan) Train(_ context.Context, job *sdk.Job) error {
	if size := job.Data.Space().Size(); size != n.space.Size() {
		return fmt.Errorf("%w: gan: train: rows of %d numbers, want %d", sdk.ErrBadInput, size, n.space.Size())
	}
	n.g.Init(job.Rand(0))
	n.d.Init(job.Rand(1))
	n.trained = true // for the previews and checkpoints of job.Step
	err := n.play(job)
	if err == nil && !(n.average.Finite() && n.d.Finite()) {
		err = fmt.Errorf("%w: a weight is not finite", sdk.ErrDiverged)
	}
	if errors.Is(err, sdk.ErrDiverged) {
		n.trained = false
		err = sdk.Hint(err, fmt.Sprintf("lower rate, now %g, and discriminator_rate, now %g", n.Rate, n.DiscriminatorRate))
	}
	return err
}

func (n *gan) play(job *sdk.Job) error {
	var tape tensor.Tape
	adamG, adamD := optim.NewAdam(n.Rate), optim.NewAdam(n.DiscriminatorRate)
	adamG.Beta1, adamD.Beta1 = n.Beta1, n.Beta1
	average := nn.EMA{Decay: n.EMA}
	noise, drawn := job.Rand(2).Uint64(), 0
	for rows := range job.Batches(n.Batch, n.Epochs) {
		tape.Reset()
		x := tape.Input(rows.Data, rows.Len(), n.space.Size())
		z := nn.Normal(tape.Constant(rows.Len(), n.Latent), noise, drawn)
		drawn += rows.Len()

		fake := n.generator.Forward(z)
		logits := n.discriminator.Forward(x.Stack(fake))
		lossD := n.lossD(logits, &tape)
		lossD.Backward(&n.d)
		adamD.Step(&n.d)

		lossG := n.lossG(n.discriminator.Forward(fake), &tape)
		lossG.Backward(&n.g)
		adamG.Step(&n.g)
		average.Update(&n.average, &n.g)

		believed := logits.Sigmoid()
		err := job.Step(sdk.Metrics{
			"loss_d": lossD.Item(),
			"loss_g": lossG.Item(),
			"d_real": believed.Slice(0, rows.Len()).Mean().Item(),
			"d_fake": believed.Slice(rows.Len(), 2*rows.Len()).Mean().Item(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
