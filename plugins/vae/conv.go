package main

import (
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// leastSide is the shortest side of a picture that convolutions are for.
const leastSide = 8

// A convEncoder is convolutions of stride 2 and then dense layers.
type convEncoder struct {
	convs nn.Sequential
	dense nn.MLP
}

func (e convEncoder) forward(x, labels *tensor.Tensor) *tensor.Tensor {
	return e.dense.Forward(beside(e.convs.Forward(x), labels))
}

// A convDecoder is the way back: dense layers and then transposed convolutions.
type convDecoder struct {
	dense nn.MLP
	convs nn.Sequential
}

func (d convDecoder) forward(z, labels, _ *tensor.Tensor) *tensor.Tensor {
	return d.convs.Forward(d.dense.Forward(beside(z, labels)))
}

func newConv(p *tensor.Params, s settings, space sdk.Space, labels int) (networks, error) {
	windows, err := s.windows(space)
	if err != nil {
		return networks{}, err
	}
	last := windows[len(windows)-1]
	features := last.OutHeight() * last.OutWidth() * s.Filters[len(s.Filters)-1]
	down, up := s.widths(features, labels)
	if err := s.checkSize(space, parameters(down)+parameters(up)+2*filterNumbers(windows, s.Filters)); err != nil {
		return networks{}, err
	}
	hidden := tensor.Activation(s.Activation)
	var e convEncoder
	for i, w := range windows {
		e.convs = append(e.convs, nn.NewConv(p, fmt.Sprintf("encoder.conv.%d", i), w, s.Filters[i], hidden))
	}
	e.dense = nn.NewMLP(p, "encoder", down, hidden, tensor.Linear)
	d := convDecoder{dense: denseLayers(p, "decoder", up, hidden)}
	var bias *tensor.Tensor
	for i, w := range slices.Backward(windows) {
		act := hidden
		if i == 0 {
			act = tensor.Linear
		}
		layer := nn.NewConvTransposed(p, fmt.Sprintf("decoder.conv.%d", len(windows)-1-i), w, s.Filters[i], act)
		d.convs, bias = append(d.convs, layer), layer.Bias
	}
	return networks{e, d, bias}, nil
}

// denseLayers is an MLP whose last layer begins as large as the others: more
// layers follow.
func denseLayers(p *tensor.Params, name string, widths []int, act tensor.Activation) nn.MLP {
	var m nn.MLP
	for i := range len(widths) - 1 {
		m = append(m, nn.NewDense(p, fmt.Sprintf("%s.%d", name, i), widths[i], widths[i+1], act))
	}
	return m
}

// windows returns those of the encoder's convolutions, kernel 4, stride 2 and
// padding 1: each halves the sides, rounding down.
func (s settings) windows(space sdk.Space) ([]tensor.Window, error) {
	if len(space.Shape) != 3 || min(space.Shape[0], space.Shape[1]) < leastSide {
		return nil, sdk.Hint(fmt.Errorf("%w: vae: %s rows of shape %v are no pictures of height × width × channels with sides of %d or more", sdk.ErrBadInput, space.Modality, space.Shape, leastSide),
			"set architecture to mlp, which takes rows of any shape")
	}
	if len(s.Filters) == 0 {
		return nil, &sdk.SettingError{Setting: "filters", Problem: "is empty: the conv architecture needs one or more"}
	}
	h, w, channels := space.Shape[0], space.Shape[1], space.Shape[2]
	var all []tensor.Window
	for _, filters := range s.Filters {
		if min(h, w) < 2 {
			return nil, sdk.Hint(&sdk.SettingError{Setting: "filters", Problem: fmt.Sprintf("has %d numbers: so often a picture of %d × %d cannot be halved", len(s.Filters), space.Shape[0], space.Shape[1])},
				fmt.Sprintf("give %d at most", len(all)))
		}
		all = append(all, nn.Window2D(h, w, channels, 4, 2, 1))
		h, w, channels = h/2, w/2, filters
	}
	return all, nil
}

// filterNumbers counts those of convolutions.
func filterNumbers(windows []tensor.Window, filters []int) int {
	n := 0
	for i, w := range windows {
		n += w.PatchSize()*filters[i] + max(filters[i], w.Channels)
	}
	return n
}
