package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// A Dense layer is act(x·W + b).
type Dense struct {
	Weight     *tensor.Tensor // inputs × outputs
	Bias       *tensor.Tensor // 1 × outputs
	Activation tensor.Activation
}

// NewDense adds a dense layer's parameters, name.weight and name.bias, to p.
//
// Init draws the weights uniformly, so that numbers keep their size from layer
// to layer: as [HeUniform] says before a ReLU or a leaky one, with slope 0, and as
// [GlorotUniform] says otherwise. Biases begin at 0. Before Init weights are 0 too,
// and a network of them learns nothing.
func NewDense(p *tensor.Params, name string, inputs, outputs int, act tensor.Activation) *Dense {
	return newDense(p, name, inputs, outputs, act, 1)
}

func newDense(p *tensor.Params, name string, inputs, outputs int, act tensor.Activation, size float32) *Dense {
	return &Dense{
		Weight:     p.Add(name+".weight", inputs, outputs, tensor.Init{Uniform: size * bound(inputs, outputs, act)}),
		Bias:       p.Add(name+".bias", 1, outputs, tensor.Init{}),
		Activation: act,
	}
}

// Forward applies the layer to each row of x.
func (d *Dense) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.Dense(d.Weight, d.Bias, d.Activation)
}

// An MLP is dense layers, one after the other.
type MLP []*Dense

// head is how large the weights of an MLP's last layer begin, of what NewDense
// would have. Nothing comes after it whose input must keep its size, and the
// grain that random weights put on pictures takes long to unlearn.
const head = 0.1

// NewMLP adds the parameters of dense layers between so many widths to p,
// named name.0.weight and so on. Layers end in the activation hidden, the last
// one in last. They begin as NewDense has them, but the last one's weights a
// tenth as large, so that what a network says first is next to nothing.
func NewMLP(p *tensor.Params, name string, widths []int, hidden, last tensor.Activation) MLP {
	if len(widths) < 2 {
		panic(fmt.Sprintf("nn: mlp %s: widths %v, want those of the input and an output", name, widths))
	}
	m := make(MLP, len(widths)-1)
	for i := range m {
		act, size := hidden, float32(1)
		if i == len(m)-1 {
			act, size = last, head
		}
		m[i] = newDense(p, fmt.Sprintf("%s.%d", name, i), widths[i], widths[i+1], act, size)
	}
	return m
}

// Forward applies the layers to each row of x.
func (m MLP) Forward(x *tensor.Tensor) *tensor.Tensor {
	for _, d := range m {
		x = d.Forward(x)
	}
	return x
}
