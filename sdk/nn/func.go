package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// A Func is a layer without parameters: Func((*tensor.Tensor).GELU).
type Func func(x *tensor.Tensor) *tensor.Tensor

// Forward returns f(x).
func (f Func) Forward(x *tensor.Tensor) *tensor.Tensor { return f(x) }

// A Residual adds what a layer makes of x to x: He et al., arXiv:1512.03385,
// eq. 1. The layer keeps the width. Theirs has batch norm in it, and a ReLU
// after it.
type Residual struct{ Layer Layer }

// Forward returns x + f(x).
func (r Residual) Forward(x *tensor.Tensor) *tensor.Tensor {
	y := r.Layer.Forward(x)
	if y.Rows != x.Rows || y.Cols != x.Cols {
		panic(fmt.Sprintf("nn: residual: %v and %v", x, y))
	}
	return x.Add(y)
}

// A Dropout layer drops numbers, with probability Rate, in steps that train: see
// [tensor.Tensor.Dropout].
type Dropout struct{ Rate float32 }

// Forward applies the layer to each row of x.
func (d Dropout) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Dropout(d.Rate) }

// An Embedding layer has a row of numbers for each class.
type Embedding struct {
	Table *tensor.Tensor // classes × width
}

// NewEmbedding adds the parameters of an embedding, name.weight, to p. Init
// draws them from N(0, 1).
func NewEmbedding(p *tensor.Params, name string, classes, width int) *Embedding {
	return &Embedding{p.Add(name+".weight", classes, width, tensor.Init{Normal: 1})}
}

// Forward replaces each number of x, which is a class, by its row of the table.
func (e *Embedding) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Embed(e.Table) }
