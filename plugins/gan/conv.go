package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// The networks of the architecture conv, for pictures: as in Radford et al.,
// "Unsupervised representation learning with deep convolutional generative
// adversarial networks", arXiv:1511.06434, section 3, strided convolutions halve a
// picture's sides, and transposed ones double them, with twice the filters at half
// the size.

const (
	convKernel = 4 // an even one over strides of 2 covers all pixels alike
	leastSide  = 8 // of a picture
	mostPlanes = 4 // red, green, blue and one more
)

// windows returns those of the convolutions from a picture inwards, as long as what
// they leave has 4 pixels to a side.
func (s settings) windows(v view) []tensor.Window {
	height, width, channels := v.space.Shape[0], v.space.Shape[1], v.space.Shape[2]
	var all []tensor.Window
	for i := 0; min(height, width) >= leastSide; i++ {
		w := nn.Window2D(height, width, channels, convKernel, 2, 1)
		all = append(all, w)
		height, width, channels = w.OutHeight(), w.OutWidth(), s.Filters<<i
	}
	return all
}

func checkConv(v view) error {
	shape := v.space.Shape
	if len(shape) != 3 || v.categories() || min(shape[0], shape[1]) < leastSide || shape[2] > mostPlanes {
		return sdk.Hint(unfit(v.space, "architecture", fmt.Sprintf("is conv, for pictures of %d×%d pixels or more: they have the shape %v", leastSide, leastSide, shape)),
			"set architecture to mlp, or resize the pictures")
	}
	return nil
}

// parametersConv counts a convolution for each window in both networks, and a dense
// layer at the end of what is innermost in each.
func parametersConv(s settings, v view, told int) int {
	windows := s.windows(v)
	n, filters := 0, s.Filters
	for i, w := range windows {
		n += w.PatchSize()*filters + w.Channels
		if i == 0 {
			w.Channels *= s.Pac
		}
		n += (w.PatchSize() + 1) * filters
		filters *= 2
	}
	features := windows[len(windows)-1].Places() * filters / 2
	return n + (s.Latent+told+1)*features + (1+s.Pac*told)*features + 1
}

func generatorConv(s settings, g *generator, v view, inputs int) nn.Layer {
	windows, hidden := s.windows(v), tensor.Activation(s.Activation)
	depth := len(windows)
	filters := s.Filters << (depth - 1)
	inner := nn.NewDense(&g.params, "generator.0", inputs, windows[depth-1].Places()*filters, hidden)
	layers := nn.Sequential{inner}
	if s.BatchNorm {
		inner.Activation = tensor.Linear
		layers = append(layers, g.norm(s, "generator.0.norm", filters))
	}
	for i := depth - 1; i >= 0; i-- {
		name, w := fmt.Sprintf("generator.%d", depth-i), windows[i]
		if i == 0 {
			return append(layers, nn.NewConvTransposed(&g.params, name, w, filters, v.last()))
		}
		conv := nn.NewConvTransposed(&g.params, name, w, filters, hidden)
		layers = append(layers, conv)
		if s.BatchNorm {
			conv.Activation = tensor.Linear
			layers = append(layers, g.norm(s, name+".norm", w.Channels))
		}
		filters = w.Channels
	}
	return layers
}

func discriminatorConv(s settings, d *discriminator, v view) (nn.Layer, *nn.Dense) {
	windows, hidden := s.windows(v), tensor.Activation(s.DiscriminatorAct)
	windows[0].Channels *= s.Pac
	var body nn.Sequential
	filters := s.Filters
	for i, w := range windows {
		name := fmt.Sprintf("discriminator.%d", i)
		conv := nn.NewConv(&d.params, name, w, filters, hidden)
		if s.SpectralNorm {
			d.limit(name, &conv.Weight)
		}
		body = append(body, conv, nn.Dropout{Rate: float32(s.Dropout)})
		filters *= 2
	}
	features := windows[len(windows)-1].Places() * filters / 2
	return body, nn.NewDense(&d.params, fmt.Sprintf("discriminator.%d", len(windows)), features, 1, tensor.Linear)
}
