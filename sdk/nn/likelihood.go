package nn

import (
	"math"

	"github.com/genhost/genhost/sdk/tensor"
)

// Bernoulli returns log p(x) of each row of x, where each number of x is 1
// with probability sigmoid(logit), independently. Numbers between 0 and 1
// count as so much of a 1, which makes it the negative of the binary
// cross-entropy. No logit overflows.
func Bernoulli(x, logits *tensor.Tensor) *tensor.Tensor { return logits.BCE(x).Scale(-1) }

// Gaussian returns log p(x) of each row of x, where each number of x is normal
// about mean with variance e^logVar, independently:
//
//	−½ Σ log 2π + logVar + (x − mean)² e^−logVar
//
// logVar is as large as x, or has one row, one column or both. Take a 1×1
// constant for a fixed variance, or a parameter for one that is learned, as
// Rybkin et al., arXiv:2006.13202, have it. It must be on the tape.
func Gaussian(x, mean, logVar *tensor.Tensor) *tensor.Tensor {
	precision := logVar.Scale(-1).Exp()
	return x.Sub(mean).Square().Mul(precision).Add(logVar).Plus(log2Pi).SumRows().Scale(-0.5)
}

var log2Pi = float32(math.Log(2 * math.Pi))

// Categorical returns log p(x) of each row of x, whose numbers are classes: whole
// numbers from 0 to below some K. The logits are K for each number of x, side by
// side, and the probabilities their softmax. No logit overflows.
//
// Where numbers have K of their own, take them apart with Columns and add.
func Categorical(x, logits *tensor.Tensor) *tensor.Tensor { return logits.CrossEntropy(x).Scale(-1) }
