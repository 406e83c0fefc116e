package main

import (
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

// A network makes rows of rows, and of labels where it has some.
type network interface {
	forward(x, labels *tensor.Tensor) *tensor.Tensor
}

// A decoder makes the parameters of p(x|z) of latents and labels. Only one that
// makes a row number by number looks at rows x, and of each at those before.
type decoder interface {
	forward(z, labels, x *tensor.Tensor) *tensor.Tensor
}

// networks are what an architecture consists of. Each is a file of its own.
type networks struct {
	encoder network
	decoder decoder
	bias    *tensor.Tensor // of the decoder's last layer: for each number of a row, each channel, or each class
}

// network adds the parameters of both networks to p. Rows are so many numbers
// wide as the encoder sees them, and come with so many labels, as zeros and ones.
func (s settings) network(p *tensor.Params, space sdk.Space, width, labels int) (networks, error) {
	switch s.Architecture {
	case "conv":
		return newConv(p, s, space, labels)
	case "gru":
		return newGRU(p, s, space, labels)
	}
	return newMLP(p, s, space, width, labels)
}

// beside puts labels beside rows; nil is no labels.
func beside(x, labels *tensor.Tensor) *tensor.Tensor {
	if labels == nil {
		return x
	}
	return x.Beside(labels)
}

// mostParameters bounds the size of a network: a GiB of weights, and three
// more to train them.
const mostParameters = 1 << 28

func (s settings) checkSize(space sdk.Space, n int) error {
	if n <= mostParameters {
		return nil
	}
	return sdk.Hint(fmt.Errorf("%w: vae: rows of %d numbers and hidden layers %v make %d parameters, more than %d", sdk.ErrBadInput, space.Size(), s.Hidden, n, mostParameters),
		"use smaller rows or narrower hidden layers")
}

// parameters counts those of dense layers.
func parameters(widths []int) int {
	n := 0
	for i := 1; i < len(widths); i++ {
		n += (widths[i-1] + 1) * widths[i]
	}
	return n
}

func reversed(widths []int) []int {
	r := slices.Clone(widths)
	slices.Reverse(r)
	return r
}
