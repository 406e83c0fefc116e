package main

// The model of Kingma and Welling, "Auto-Encoding Variational Bayes",
// arXiv:1312.6114. Section and equation numbers are theirs.

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// A vae is a pair of networks: q(z|x), the encoder, is a Gaussian with mean μ
// and variance σ²; p(x|z), the decoder, a Bernoulli or a Gaussian. Appendix C.
type vae struct {
	settings
	space sdk.Space

	params tensor.Params
	networks
	spread *tensor.Tensor // of a Gaussian p(x|z), see logVar; nil for a Bernoulli

	heeded []sdk.Condition
	counts tensor.Params // how often the training rows had each label

	trained bool
	tape    tensor.Tape // of everything but training
	draws   tensor.Tape // of latents of rows that are scored
}

func newVAE(s settings, space sdk.Space) (*vae, error) {
	likelihood, err := s.likelihood(space)
	if err != nil {
		return nil, err
	}
	if err := s.check(space, likelihood); err != nil {
		return nil, err
	}
	v := &vae{settings: s, space: space}
	if v.heeded, err = s.conditions(space); err != nil {
		return nil, err
	}
	for _, c := range v.heeded {
		v.counts.Add("condition."+c.Name, 1, len(c.Values), tensor.Init{})
	}
	if v.networks, err = s.network(&v.params, space, v.labels()); err != nil {
		return nil, err
	}
	if likelihood == "gaussian" {
		v.spread = v.params.Add("decoder.spread", 1, 1, tensor.Init{})
	}
	return v, nil
}

// encode gives the μ and log σ² of q(z|x).
func (v *vae) encode(x, labels *tensor.Tensor) (mu, logVar *tensor.Tensor) {
	q := v.encoder.forward(x, labels)
	return q.Columns(0, v.Latent), q.Columns(v.Latent, 2*v.Latent)
}

// sample gives z = μ + σ⊙ε: the reparameterisation, section 2.4. Where eps has
// more rows than mu, they are the first draws for all rows, then the second.
func sample(mu, logVar, eps *tensor.Tensor) *tensor.Tensor {
	sigma := logVar.Scale(0.5).Exp()
	all := mu.Rows * mu.Cols // of a draw, side by side
	draws := eps.Reshape(eps.Rows*eps.Cols/all, all)
	return draws.Mul(sigma.Reshape(1, all)).Add(mu.Reshape(1, all)).Reshape(eps.Rows, eps.Cols)
}

// decode gives the parameters of p(x|z): logits of a Bernoulli, or the means
// of a Gaussian.
func (v *vae) decode(z, labels *tensor.Tensor) *tensor.Tensor { return v.decoder.forward(z, labels) }

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
