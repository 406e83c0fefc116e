package main

// The model of Kingma and Welling, "Auto-Encoding Variational Bayes",
// arXiv:1312.6114. Section and equation numbers are theirs.

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

// A vae is a pair of networks: q(z|x), the encoder, is a Gaussian with mean μ
// and variance σ²; p(x|z), the decoder, a Bernoulli or a Gaussian, appendix C, or
// of classes a categorical distribution.
type vae struct {
	settings
	space sdk.Space
	parts parts // of a row

	params tensor.Params
	networks
	spread *tensor.Tensor // of each Gaussian part, see logVar; nil without one

	heeded []sdk.Condition
	counts tensor.Params // how often the training rows had each label

	trained bool
	tape    tensor.Tape // of everything but training
	draws   tensor.Tape // of latents of rows that are scored
}

func newVAE(s settings, space sdk.Space) (*vae, error) {
	parts, err := s.parts(space)
	if err != nil {
		return nil, err
	}
	if err := s.check(space, parts); err != nil {
		return nil, err
	}
	v := &vae{settings: s, space: space, parts: parts}
	if v.heeded, err = s.conditions(space); err != nil {
		return nil, err
	}
	for _, c := range v.heeded {
		v.counts.Add("condition."+c.Name, 1, len(c.Values), tensor.Init{})
	}
	if v.networks, err = s.network(&v.params, space, parts.width(), v.labels()); err != nil {
		return nil, err
	}
	if n := parts.spreads(); n > 0 {
		v.spread = v.params.Add("decoder.spread", 1, n, tensor.Init{})
	}
	return v, nil
}

// encode gives the μ and log σ² of q(z|x), of rows as the encoder sees them.
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

// decode gives the parameters of p(x|z), for each part of a row: logits of a
// Bernoulli or of classes, or the means of a Gaussian. Decoders of sequences give
// those of each number of x, given the ones before.
func (v *vae) decode(z, labels, x *tensor.Tensor) *tensor.Tensor {
	return v.decoder.forward(z, labels, x)
}
