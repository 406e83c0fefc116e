package main

import (
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// An mlp is dense layers, the networks of Kingma and Welling, appendix C.
type mlp struct{ nn.MLP }

func (m mlp) forward(x, labels *tensor.Tensor) *tensor.Tensor { return m.Forward(beside(x, labels)) }

// An mlpDecoder is another, which looks at no rows.
type mlpDecoder struct{ mlp }

func (m mlpDecoder) forward(z, labels, _ *tensor.Tensor) *tensor.Tensor {
	return m.mlp.forward(z, labels)
}

func newMLP(p *tensor.Params, s settings, space sdk.Space, width, labels int) (networks, error) {
	down, up := s.widths(width, labels)
	if err := s.checkSize(space, parameters(down)+parameters(up)); err != nil {
		return networks{}, err
	}
	hidden := tensor.Activation(s.Activation)
	encoder := nn.NewMLP(p, "encoder", down, hidden, tensor.Linear)
	decoder := nn.NewMLP(p, "decoder", up, hidden, tensor.Linear)
	return networks{mlp{encoder}, mlpDecoder{mlp{decoder}}, decoder[len(decoder)-1].Bias}, nil
}

// widths returns those of the encoder's layers and of the decoder's.
func (s settings) widths(size, labels int) (encoder, decoder []int) {
	encoder = slices.Concat([]int{size + labels}, s.Hidden, []int{2 * s.Latent})
	decoder = slices.Concat([]int{s.Latent + labels}, reversed(s.Hidden), []int{size})
	return encoder, decoder
}
