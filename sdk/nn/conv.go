package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// Window2D returns the window of a convolution over pictures of height × width ×
// channels that goes over both sides alike.
func Window2D(height, width, channels, kernel, stride, padding int) tensor.Window {
	return tensor.Window{
		Height: height, Width: width, Channels: channels,
		KernelHeight: kernel, KernelWidth: kernel,
		StrideHeight: stride, StrideWidth: stride,
		PaddingHeight: padding, PaddingWidth: padding,
	}
}

// Window1D returns the window of a convolution over sequences of length × channels,
// such as sounds.
func Window1D(length, channels, kernel, stride, padding int) tensor.Window {
	return tensor.Window{
		Height: 1, Width: length, Channels: channels,
		KernelHeight: 1, KernelWidth: kernel,
		StrideHeight: 1, StrideWidth: stride,
		PaddingWidth: padding,
	}
}

// A Conv layer is act(x ∗ W + b): see [tensor.Tensor.Conv].
type Conv struct {
	Window     tensor.Window
	Weight     *tensor.Tensor // filters × (kernel height · kernel width · channels)
	Bias       *tensor.Tensor // 1 × filters
	Activation tensor.Activation
}

// NewConv adds the parameters of a convolution, name.weight and name.bias, to
// p. Init draws them as [NewDense] does, where the inputs of a number are those
// that the window covers.
func NewConv(p *tensor.Params, name string, w tensor.Window, filters int, act tensor.Activation) *Conv {
	check("conv", name, w, filters)
	inputs, outputs := w.PatchSize(), filters*reuse(w)
	return &Conv{
		Window:     w,
		Weight:     p.Add(name+".weight", filters, w.PatchSize(), tensor.Init{Uniform: bound(inputs, outputs, act)}),
		Bias:       p.Add(name+".bias", 1, filters, tensor.Init{}),
		Activation: act,
	}
}

func check(layer, name string, w tensor.Window, filters int) {
	if err := w.Check(); err != nil {
		panic(fmt.Sprintf("nn: %s %s: %v", layer, name, err))
	}
	if filters < 1 {
		panic(fmt.Sprintf("nn: %s %s: %d filters", layer, name, filters))
	}
}

// reuse is in how many places a window covers a pixel far from any edge.
func reuse(w tensor.Window) int {
	return max(1, w.KernelHeight*w.KernelWidth/(w.StrideHeight*w.StrideWidth))
}

// Forward applies the layer to each row of x, a picture of Window's size.
func (c *Conv) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.Conv(&c.Window, c.Weight, c.Bias, c.Activation)
}

// A ConvTransposed layer is act(x ∗ᵀ W + b): see [tensor.Tensor.ConvTransposed].
// With a stride of 2 it makes a picture of twice the height and width. Window
// describes that picture, the result.
type ConvTransposed struct {
	Window     tensor.Window
	Weight     *tensor.Tensor // filters × (kernel height · kernel width · channels)
	Bias       *tensor.Tensor // 1 × channels
	Activation tensor.Activation
}

// NewConvTransposed adds the parameters of a transposed convolution, name.weight
// and name.bias, to p. Its input has a channel for each filter. Init draws them
// as [NewDense] does, where the inputs of a number are those of the filters that
// reach it.
func NewConvTransposed(p *tensor.Params, name string, w tensor.Window, filters int, act tensor.Activation) *ConvTransposed {
	check("conv transposed", name, w, filters)
	inputs, outputs := filters*reuse(w), w.PatchSize()
	return &ConvTransposed{
		Window:     w,
		Weight:     p.Add(name+".weight", filters, w.PatchSize(), tensor.Init{Uniform: bound(inputs, outputs, act)}),
		Bias:       p.Add(name+".bias", 1, w.Channels, tensor.Init{}),
		Activation: act,
	}
}

// Forward applies the layer to each row of x, a picture of as many pixels as
// Window has places.
func (c *ConvTransposed) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.ConvTransposed(&c.Window, c.Weight, c.Bias, c.Activation)
}
