package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// The networks of the architecture sequence, for texts and signals: those of
// gan_language.py, beside Gulrajani et al., "Improved training of Wasserstein
// GANs", arXiv:1704.00028, section 5.4. Convolutions along the sequence keep its
// length, and come two by two in residual blocks.

const (
	sequenceKernel = 5
	residualScale  = 0.3 // of what a block adds
)

// sequence returns the length of rows, and how many numbers there are at each place.
func (v view) sequence() (length, channels int) {
	length = v.space.Shape[0]
	return length, v.width() / length
}

func checkSequence(v view) error {
	const wants = "is sequence, for texts and signals of one kind of numbers or categories: they have "
	problem := ""
	switch {
	case len(v.space.Shape) > 2:
		problem = fmt.Sprintf("the shape %v", v.space.Shape)
	case len(v.parts) != 1:
		problem = fmt.Sprintf("%d kinds", len(v.parts))
	default:
		return nil
	}
	return sdk.Hint(unfit(v.space, "architecture", wants+problem), "set architecture to mlp, or to conv for pictures")
}

// parametersSequence counts, of each network, the blocks, a dense layer at the end of
// their features, and a convolution at that of the rows.
func parametersSequence(s settings, v view, told int) int {
	length, channels := v.sequence()
	features := length * s.Filters
	blocks := 2 * (sequenceKernel*s.Filters + 1) * s.Filters * s.Blocks
	up := (s.Latent+told+1)*features + blocks + (s.Filters+1)*channels
	down := (s.Pac*channels+1)*s.Filters + blocks + features + 1
	return up + down + s.Pac*told*features // see discriminator.label
}

func generatorSequence(s settings, g *generator, v view, inputs int) nn.Layer {
	length, channels := v.sequence()
	layers := nn.Sequential{nn.NewDense(&g.params, "generator.0", inputs, length*s.Filters, tensor.Linear)}
	for i := range s.Blocks {
		b := block{&g.params, fmt.Sprintf("generator.%d", i+1), length, s.Filters, tensor.Activation(s.Activation)}
		first, second := b.convolutions()
		if s.BatchNorm {
			first.Activation = tensor.Linear
			layers = append(layers, b.around(first, g.norm(s, b.name+".norm", s.Filters), second))
		} else {
			layers = append(layers, b.around(first, second))
		}
	}
	return append(layers, nn.NewConv(&g.params, fmt.Sprintf("generator.%d", s.Blocks+1), nn.Window1D(length, s.Filters, 1, 1, 0), channels, v.last()))
}

func discriminatorSequence(s settings, d *discriminator, v view) (nn.Layer, *nn.Dense) {
	length, channels := v.sequence()
	first := nn.NewConv(&d.params, "discriminator.0", nn.Window1D(length, s.Pac*channels, 1, 1, 0), s.Filters, tensor.Linear)
	convolutions := []*nn.Conv{first}
	body := nn.Sequential{first}
	for i := range s.Blocks {
		b := block{&d.params, fmt.Sprintf("discriminator.%d", i+1), length, s.Filters, tensor.Activation(s.DiscriminatorAct)}
		first, second := b.convolutions()
		convolutions = append(convolutions, first, second)
		body = append(body, b.around(first, nn.Dropout{Rate: float32(s.Dropout)}, second))
	}
	if s.SpectralNorm {
		for i, c := range convolutions {
			d.limit(fmt.Sprintf("discriminator.conv.%d", i), &c.Weight)
		}
	}
	return body, nn.NewDense(&d.params, fmt.Sprintf("discriminator.%d", s.Blocks+1), length*s.Filters, 1, tensor.Linear)
}

// A block is a residual block to be: x + 0.3 f(x).
type block struct {
	params          *tensor.Params
	name            string
	length, filters int
	act             tensor.Activation
}

// convolutions makes those of f.
func (b block) convolutions() (first, second *nn.Conv) {
	w := nn.Window1D(b.length, b.filters, sequenceKernel, 1, sequenceKernel/2)
	return nn.NewConv(b.params, b.name+".0", w, b.filters, b.act), nn.NewConv(b.params, b.name+".1", w, b.filters, tensor.Linear)
}

// around makes the block whose f is these layers, after an activation.
func (b block) around(layers ...nn.Layer) nn.Layer {
	f := nn.Sequential{nn.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.Activate(b.act) })}
	f = append(f, layers...)
	return nn.Residual{Layer: append(f, nn.Func(func(x *tensor.Tensor) *tensor.Tensor { return x.Scale(residualScale) }))}
}
