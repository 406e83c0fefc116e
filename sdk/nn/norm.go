package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// normEps is what normalisations add to variances.
const normEps = 1e-5

// A LayerNorm layer makes the numbers of a row have mean 0 and variance 1, and
// then learns what they should have: see [tensor.Tensor.LayerNorm].
type LayerNorm struct {
	Gain, Bias *tensor.Tensor // 1 × size
}

// NewLayerNorm adds the parameters of a layer norm over so many numbers,
// name.gain and name.bias, to p. Gains begin at 1.
func NewLayerNorm(p *tensor.Params, name string, size int) *LayerNorm {
	gain, bias := newNorm(p, name, size)
	return &LayerNorm{gain, bias}
}

func newNorm(p *tensor.Params, name string, size int) (gain, bias *tensor.Tensor) {
	return p.Add(name+".gain", 1, size, tensor.Init{Constant: 1}), p.Add(name+".bias", 1, size, tensor.Init{})
}

// Forward applies the layer to each row of x or, where rows are longer, to each
// run of size numbers: to each pixel of a picture, with as many channels.
func (l *LayerNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	runs := apart("layer norm", x, l.Gain.Cols)
	return shaped(runs.LayerNorm(l.Gain, l.Bias, normEps), x.Rows, x.Cols)
}

// apart returns x with a row for each run of size numbers.
func apart(layer string, x *tensor.Tensor, size int) *tensor.Tensor {
	if x.Cols%size != 0 {
		panic(fmt.Sprintf("nn: %s: of %d for %v", layer, size, x))
	}
	return shaped(x, x.Rows*(x.Cols/size), size)
}

func shaped(x *tensor.Tensor, rows, cols int) *tensor.Tensor {
	if x.Rows == rows && x.Cols == cols {
		return x
	}
	return x.Reshape(rows, cols)
}

// A BatchNorm layer makes each of its inputs have mean 0 and variance 1 over a
// batch, and then learns what it should have: see [tensor.Tensor.BatchNorm]. In
// steps that train, see [tensor.Tape.Train], rows depend on the others of the
// batch. In others they do not: there the layer uses the mean and variance of
// the batches of before, of which each training step's counts for a tenth, and
// all before it for the rest.
type BatchNorm struct {
	Gain, Bias *tensor.Tensor // 1 × size
	Running    tensor.Running
}

// NewBatchNorm adds the parameters of a batch norm over so many inputs,
// name.gain and name.bias, to p, and what it remembers of batches, name.mean
// and name.variance, to stats. Gains and variances begin at 1.
//
// Stats belong to the network: Init them, and Save and Load them, with its
// parameters. But they are not for Backward and the optimiser.
func NewBatchNorm(p, stats *tensor.Params, name string, size int) *BatchNorm {
	b := &BatchNorm{Running: tensor.Running{Momentum: 0.1, Eps: normEps}}
	b.Gain, b.Bias = newNorm(p, name, size)
	b.Running.Mean = stats.Add(name+".mean", 1, size, tensor.Init{})
	b.Running.Variance = stats.Add(name+".variance", 1, size, tensor.Init{Constant: 1})
	return b
}

// Forward applies the layer to x. Where rows are longer than size, each run of
// size numbers counts as a row: each pixel of a picture, with as many channels.
func (b *BatchNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	runs := apart("batch norm", x, b.Gain.Cols)
	return shaped(runs.BatchNorm(b.Gain, b.Bias, &b.Running), x.Rows, x.Cols)
}
