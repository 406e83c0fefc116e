package nn

import "github.com/genhost/genhost/sdk/tensor"

// A Layer makes a tensor of another, row by row unless it says otherwise.
type Layer interface {
	Forward(x *tensor.Tensor) *tensor.Tensor
}

// A Sequential is layers, one after the other.
type Sequential []Layer

// Forward applies the layers to x.
func (s Sequential) Forward(x *tensor.Tensor) *tensor.Tensor {
	for _, layer := range s {
		x = layer.Forward(x)
	}
	return x
}
