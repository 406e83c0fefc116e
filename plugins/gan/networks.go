package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// An architecture makes the layers of both networks, for rows of a space.
type architecture struct {
	// check refuses rows that it is not for; nil where it is for all.
	check func(v view) error

	// parameters is how many both networks have, but for those of batch norms, where
	// told numbers are known of a row.
	parameters func(s settings, v view, told int) int

	// generator makes layers from so many inputs to a row, but for its finish.
	generator func(s settings, g *generator, v view, inputs int) nn.Layer

	// discriminator makes the layers from packs of rows to features, and the last
	// one, from features to one number.
	discriminator func(s settings, d *discriminator, v view) (body nn.Layer, head *nn.Dense)

	// places is in how many places a row has channels, see pack.
	places func(v view) int
}

var architectures = map[string]architecture{
	"mlp":      {nil, parametersMLP, generatorMLP, discriminatorMLP, func(view) int { return 1 }},
	"conv":     {checkConv, parametersConv, generatorConv, discriminatorConv, func(v view) int { return v.space.Shape[0] * v.space.Shape[1] }},
	"sequence": {checkSequence, parametersSequence, generatorSequence, discriminatorSequence, func(v view) int { return v.space.Shape[0] }},
}

// fits refuses rows that the architecture is not for, and networks of too many
// parameters.
func (a architecture) fits(s settings, v view, told int) error {
	if a.check != nil {
		if err := a.check(v); err != nil {
			return err
		}
	}
	return bounded(v.space, a.parameters(s, v, told))
}

// A generator is G: of a latent, and beside it what it is told of the row, it makes
// a row.
type generator struct {
	params, stats tensor.Params // stats are what batch norms remember
	layers        nn.Layer
	finish        finish
}

// make returns rows as D sees them, and, for what is known of them, the numbers
// that they were made of: logits, where they are of categories.
func (g *generator) make(z, noise *tensor.Tensor) (rows, logits *tensor.Tensor) {
	logits = g.layers.Forward(z)
	return g.finish.apply(logits, noise), logits
}

// norm makes what follows a hidden layer of so many channels: a batch norm, where
// they are wanted, and then the activation that the layer left to it.
func (g *generator) norm(s settings, name string, channels int) nn.Layer {
	act := tensor.Activation(s.Activation)
	norm := nn.NewBatchNorm(&g.params, &g.stats, name, channels)
	return nn.Sequential{norm, nn.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.Activate(act) })}
}

// A discriminator is D: of packs of rows it gives logits. What it is told of the
// rows it compares with their features φ(x), in what Miyato and Koyama, "cGANs with
// projection discriminator", arXiv:1802.05637, eq. 11, have for logits: ψ(φ(x)) + yᵀVφ(x).
type discriminator struct {
	params, stats tensor.Params // stats are what spectral norms remember
	body          nn.Layer      // φ
	head          *nn.Dense     // ψ
	label         *tensor.Tensor
	normed        []normed
}

// A normed weight is one that layers find in its slot, divided by its spectral norm.
type normed struct {
	slot **tensor.Tensor
	norm *nn.SpectralNorm
}

// judge returns the logits of packs x, of which y is known; y is nil where nothing is.
func (d *discriminator) judge(x, y *tensor.Tensor) *tensor.Tensor {
	features := d.body.Forward(x)
	logits := d.head.Forward(features)
	if d.label == nil {
		return logits
	}
	return logits.Add(features.Mul(y.MatMul(d.label)).SumRows())
}

// limit puts a spectral norm on a weight.
func (d *discriminator) limit(name string, w **tensor.Tensor) {
	d.normed = append(d.normed, normed{w, nn.NewSpectralNorm(&d.stats, name, *w)})
}

// normalise makes the weights what they are to be until they change. Once a step
// the estimate of their norms takes a step too.
func (d *discriminator) normalise(tape *tensor.Tape, iterate bool) {
	for _, w := range d.normed {
		if iterate {
			w.norm.Iterate(tape)
		}
		*w.slot = w.norm.Normalised(tape)
	}
}

// A critic is a discriminator of packs of which y is known.
type critic struct {
	*discriminator
	y *tensor.Tensor
}

// Forward returns the logits of packs x.
func (c *critic) Forward(x *tensor.Tensor) *tensor.Tensor { return c.judge(x, c.y) }

// newGenerator makes a generator of rows of which told numbers are known.
func (s settings) newGenerator(v view, told int) *generator {
	g := &generator{finish: finish{view: v, kind: s.Categories, tau: float32(s.Tau)}}
	g.layers = architectures[s.Architecture].generator(s, g, v, s.Latent+told)
	return g
}

// newDiscriminator makes a discriminator of packs of rows of each of which told
// numbers are known.
func (s settings) newDiscriminator(v view, told int) *discriminator {
	d := &discriminator{}
	d.body, d.head = architectures[s.Architecture].discriminator(s, d, v)
	features := d.head.Weight.Rows
	if told > 0 {
		d.label = d.params.Add("discriminator.label.weight", s.Pac*told, features, nn.GlorotUniform(s.Pac*told, features))
	}
	if s.SpectralNorm {
		d.limit("discriminator.head", &d.head.Weight)
		if d.label != nil {
			d.limit("discriminator.label", &d.label)
		}
	}
	return d
}

// mostParameters bounds the size of both networks: a GiB of weights, and three
// more to train them.
const mostParameters = 1 << 28

// bounded refuses networks of too many parameters.
func bounded(space sdk.Space, parameters int) error {
	if parameters <= mostParameters {
		return nil
	}
	return sdk.Hint(fmt.Errorf("%w: gan: rows of %d numbers make %d parameters, more than %d", sdk.ErrBadInput, space.Size(), parameters, mostParameters),
		"use smaller rows, narrower hidden layers or a smaller pac")
}
