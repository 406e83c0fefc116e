package classifier

import (
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// A network has layers up to the features, and one from there to the logits.
type network struct {
	params tensor.Params
	body   nn.Sequential
	head   *nn.Dense
}

func newNetwork(space sdk.Space, classes int) *network {
	n := &network{}
	if isPicture(space) {
		n.body = convolutions(&n.params, space.Shape[0], space.Shape[1], space.Shape[2])
	} else {
		n.body = nn.Sequential{
			nn.NewDense(&n.params, "dense.0", Width(space), 256, tensor.ReLU),
			nn.NewDense(&n.params, "dense.1", 256, Size, tensor.ReLU),
		}
	}
	n.head = nn.NewDense(&n.params, "head", Size, classes, tensor.Linear)
	return n
}

// small is the side of a picture that a dense layer takes in at once.
const small = 8

// isPicture reports whether neighbours in a row are neighbours to the eye.
func isPicture(s sdk.Space) bool {
	return slices.Equal(s.Axes, []string{"height", "width", "channel"}) && min(s.Shape[0], s.Shape[1]) >= small &&
		!slices.ContainsFunc(s.Segments, func(g sdk.Segment) bool { return g.Kind == sdk.Category })
}

// convolutions halve the sides of a picture, at least twice, until it is small.
func convolutions(p *tensor.Params, height, width, channels int) nn.Sequential {
	const kernel, stride, padding = 5, 2, 2
	var layers nn.Sequential
	for filters := 16; len(layers) < 2 || max(height, width) > small; filters = 32 {
		w := nn.Window2D(height, width, channels, kernel, stride, padding)
		layers = append(layers, nn.NewConv(p, fmt.Sprintf("conv.%d", len(layers)), w, filters, tensor.ReLU))
		height, width, channels = w.OutHeight(), w.OutWidth(), filters
	}
	return append(layers, nn.NewDense(p, "dense", height*width*channels, Size, tensor.ReLU))
}

func (n *network) features(x *tensor.Tensor) *tensor.Tensor { return n.body.Forward(x) }

func (n *network) logits(x *tensor.Tensor) *tensor.Tensor { return n.head.Forward(n.features(x)) }
