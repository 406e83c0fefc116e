package main

// The model of Kingma and Welling, "Auto-Encoding Variational Bayes",
// arXiv:1312.6114. Section and equation numbers are theirs.

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// A vae is a pair of networks: q(z|x), the encoder, is a Gaussian with mean μ
// and variance σ²; p(x|z), the decoder, a Bernoulli or a Gaussian. Appendix C.
type vae struct {
	settings
	space sdk.Space

	params  tensor.Params
	encoder nn.MLP
	decoder nn.MLP
	spread  *tensor.Tensor // of a Gaussian p(x|z), see logVar; nil for a Bernoulli

	trained bool
	tape    tensor.Tape // of everything but training
}

func newVAE(s settings, space sdk.Space) (*vae, error) {
	likelihood, err := s.likelihood(space)
	if err != nil {
		return nil, err
	}
	down, up, err := s.widths(space)
	if err != nil {
		return nil, err
	}
	v := &vae{settings: s, space: space}
	hidden := tensor.Activation(s.Activation)
	v.encoder = nn.NewMLP(&v.params, "encoder", down, hidden, tensor.Linear)
	v.decoder = nn.NewMLP(&v.params, "decoder", up, hidden, tensor.Linear)
	if likelihood == "gaussian" {
		v.spread = v.params.Add("decoder.spread", 1, 1, tensor.Init{})
	}
	return v, nil
}

// encode gives the μ and log σ² of q(z|x).
func (v *vae) encode(x *tensor.Tensor) (mu, logVar *tensor.Tensor) {
	q := v.encoder.Forward(x)
	return q.Columns(0, v.Latent), q.Columns(v.Latent, 2*v.Latent)
}

// sample gives z = μ + σ⊙ε: the reparameterisation, section 2.4.
func sample(mu, logVar, eps *tensor.Tensor) *tensor.Tensor {
	sigma := logVar.Scale(0.5).Exp()
	return mu.Add(sigma.Mul(eps))
}

// decode gives the parameters of p(x|z): logits of a Bernoulli, or the means
// of a Gaussian.
func (v *vae) decode(z *tensor.Tensor) *tensor.Tensor { return v.decoder.Forward(z) }

// logLikelihood is log p(x|z) of each row, for what decode gave.
func (v *vae) logLikelihood(x, p *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	if v.spread == nil {
		return nn.Bernoulli(x, p)
	}
	return nn.Gaussian(x, p, v.logVar(tape))
}

// logVar is the logarithm of the variance of a Gaussian p(x|z), one number
// that is learned: Rybkin et al., arXiv:2006.13202. It begins at 0, and stays
// above -12 by their soft bound, or rows that can be told exactly would have
// an infinite density.
func (v *vae) logVar(tape *tensor.Tape) *tensor.Tensor {
	const least = -12
	return v.spread.On(tape).Plus(-least).Softplus().Plus(least)
}

// bound gives the two terms of the lower bound, eq. 10 with L = 1, as means
// over the rows of x: the expected log p(x|z), and the KL divergence.
func (v *vae) bound(x, eps *tensor.Tensor, tape *tensor.Tape) (likelihood, kl *tensor.Tensor) {
	mu, logVar := v.encode(x)
	z := sample(mu, logVar, eps)
	return v.logLikelihood(x, v.decode(z), tape).Mean(), nn.KL(mu, logVar).Mean()
}

// Train maximises the lower bound by algorithm 1.
func (v *vae) Train(_ context.Context, job *sdk.Job) error {
	if n := job.Data.Space().Size(); n != v.space.Size() {
		return fmt.Errorf("%w: vae: train: rows of %d numbers, want %d", sdk.ErrBadInput, n, v.space.Size())
	}
	v.params.Init(job.Rand(0))
	v.trained = true // for the previews and checkpoints of job.Step
	err := v.fit(job)
	if err == nil && !v.params.Finite() {
		err = fmt.Errorf("%w: a weight is not finite", sdk.ErrDiverged)
	}
	if errors.Is(err, sdk.ErrDiverged) {
		v.trained = false
		err = sdk.Hint(err, fmt.Sprintf("lower rate, now %g", v.Rate))
	}
	return err
}

func (v *vae) fit(job *sdk.Job) error {
	var tape tensor.Tape
	adam := optim.NewAdam(v.Rate)
	adam.Clip.Norm = v.Clip
	noise, drawn := job.Rand(1).Uint64(), 0
	warmup := v.BetaWarmup * float64(max(1, job.Data.Len()/v.Batch)) // in steps
	for rows := range job.Batches(v.Batch, v.Epochs) {
		tape.Reset()
		x := tape.Input(rows.Data, rows.Len(), v.space.Size())
		eps := nn.Normal(tape.Constant(rows.Len(), v.Latent), noise, drawn)
		drawn += rows.Len()

		likelihood, kl := v.bound(x, eps, &tape)
		beta := v.Beta * min(1, float64(adam.Steps()+1)/max(1, warmup))
		loss := kl.Scale(float32(beta)).Sub(likelihood)
		loss.Backward(&v.params)
		adam.Step(&v.params)

		err := job.Step(sdk.Metrics{
			"loss":           kl.Item() - likelihood.Item(), // the negative bound, whatever beta is
			"reconstruction": -likelihood.Item(),
			"kl":             kl.Item(),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
