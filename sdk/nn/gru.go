package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// A GRU layer is gated recurrent units: see [tensor.Tensor.GRU] for which of the
// variants of Cho et al., arXiv:1406.1078, it is. Weights are those of the gates
// r, z and n, side by side, as PyTorch has them, but with a row for each input.
//
// A batch of sequences is time-major: all rows of the first step, then all of
// the second, and so on. [tensor.Tensor.TimeMajor] makes it of a batch with a
// sequence for each row, and BatchMajor the other way.
type GRU struct {
	Weight *tensor.Tensor // inputs × 3·size
	Bias   *tensor.Tensor // 1 × 3·size

	StateWeight *tensor.Tensor // size × 3·size
	StateBias   *tensor.Tensor // 1 × 3·size
}

// NewGRU adds the parameters of so many units, name.weight, name.bias,
// name.state.weight and name.state.bias, to p. Init draws the weights of each
// gate as [NewDense] does before a tanh; biases begin at 0.
func NewGRU(p *tensor.Params, name string, inputs, size int) *GRU {
	return &GRU{
		Weight:      p.Add(name+".weight", inputs, 3*size, GlorotUniform(inputs, size)),
		Bias:        p.Add(name+".bias", 1, 3*size, tensor.Init{}),
		StateWeight: p.Add(name+".state.weight", size, 3*size, GlorotUniform(size, size)),
		StateBias:   p.Add(name+".state.bias", 1, 3*size, tensor.Init{}),
	}
}

// Step returns the states after h, one for each row, given the inputs x.
func (g *GRU) Step(x, h *tensor.Tensor) *tensor.Tensor { return g.Forward(x, h, nil) }

// Forward returns the states after each step of x, time-major like x, from the
// first states h on, batch × size: tape.Full(batch, size, 0), if there is nothing
// before. Those after the last
// step are the last rows. For layers one on the other, give the result to the
// next GRU.
//
// Mask, a column with a number for each row of x, is 0 where a sequence is over:
// its state stays as it was. It may be nil. See [Mask].
func (g *GRU) Forward(x, h, mask *tensor.Tensor) *tensor.Tensor {
	return x.Dense(g.Weight, g.Bias, tensor.Linear).GRU(g.StateWeight, g.StateBias, h, mask)
}

// Mask fills dst, a column for a batch of sequences of these lengths, with 1 for
// the steps that they have and 0 after them, time-major, and returns it.
func Mask(dst *tensor.Tensor, lengths []int) *tensor.Tensor {
	n := len(lengths)
	if dst.Cols != 1 || dst.Rows%max(1, n) != 0 || n == 0 && dst.Rows > 0 {
		panic(fmt.Sprintf("nn: mask: %v for %d sequences", dst, n))
	}
	for i, length := range lengths {
		if steps := dst.Rows / n; length < 0 || length > steps {
			panic(fmt.Sprintf("nn: mask: sequence %d has %d steps, want from 0 to %d", i, length, steps))
		}
	}
	for i := range dst.Data {
		dst.Data[i] = 0
		if step := i / n; step < lengths[i%n] {
			dst.Data[i] = 1
		}
	}
	return dst
}
