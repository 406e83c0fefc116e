package main

// The model of Goodfellow et al., "Generative Adversarial Networks",
// arXiv:1406.2661. Section numbers are theirs.

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// A gan is a pair of networks that play a game: the generator G makes rows
// from noise, the discriminator D gives the logit of the probability that a
// row is real. Section 3.
type gan struct {
	sdk.NoEncoder
	settings
	*conditioning
	view

	g, average *generator // the average over G's training generates
	d          *discriminator

	trained bool
	tape    tensor.Tape // of everything but training
}

func newGAN(s settings, space sdk.Space) (*gan, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	v, err := newView(space)
	if err != nil {
		return nil, err
	}
	n := &gan{settings: s, view: v}
	if n.conditioning, err = newConditioning(space, s.Condition, s.Tell == tellSome); err != nil {
		return nil, err
	}
	if err := architectures[s.Architecture].fits(s, v, n.toldWidth); err != nil {
		return nil, err
	}
	n.g, n.average = s.newGenerator(v, n.toldWidth), s.newGenerator(v, n.toldWidth)
	n.d = s.newDiscriminator(v, n.toldWidth)
	return n, nil
}

// Train plays the game.
func (n *gan) Train(_ context.Context, job *sdk.Job) error {
	if size := job.Data.Space().Size(); size != n.space.Size() {
		return fmt.Errorf("%w: gan: train: rows of %d numbers, want %d", sdk.ErrBadInput, size, n.space.Size())
	}
	if err := n.known(job.Data.Space()); err != nil {
		return fmt.Errorf("gan: train: %w", err)
	}
	if rows := job.Data.Len(); rows < n.Pac {
		return sdk.Hint(fmt.Errorf("%w: gan: train: %d rows", sdk.ErrBadInput, rows), fmt.Sprintf("set pac, now %d, to 1", n.Pac))
	}
	p := n.newGame(job)
	n.trained = true // for the previews and checkpoints of job.Step
	err := p.play(job)
	if err == nil && !(n.average.params.Finite() && n.d.params.Finite()) {
		err = fmt.Errorf("%w: a weight is not finite", sdk.ErrDiverged)
	}
	if err == nil && !n.makesNumbers() {
		err = fmt.Errorf("%w: generated rows have what is no number", sdk.ErrDiverged)
	}
	if errors.Is(err, sdk.ErrDiverged) {
		n.trained = false
		err = sdk.Hint(err, fmt.Sprintf("lower rate, now %g, and discriminator_rate, now %g", n.Rate, n.DiscriminatorRate))
	}
	return err
}

// makesNumbers is whether some rows are numbers: weights may be finite, and what
// layers make of them not.
func (n *gan) makesNumbers() bool {
	z := sdk.MakeBatch(8, n.Latent)
	n.tape.Reset()
	nn.Normal(n.tape.Input(z.Data, z.Len(), n.Latent), 1, 0)
	for _, v := range n.decode(z).Data {
		if v != v {
			return false
		}
	}
	return true
}
