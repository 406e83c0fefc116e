package nn

import (
	"math"

	"github.com/genhost/genhost/sdk/tensor"
)

// LogMeanExp returns log Σ eˣ / k of each row of k numbers: Rows×1. Of the
// logarithms of importance weights, log p(x, z) − log q(z|x) for k draws of z, it
// is the bound L_k on log p(x) of Burda et al., "Importance weighted
// autoencoders", arXiv:1509.00519, eq. 8. Its gradient is theirs, eq. 14: that of
// each weight's logarithm times the weight's share of the sum.
//
// No number overflows.
func LogMeanExp(x *tensor.Tensor) *tensor.Tensor {
	sum := x.Sub(x.LogSoftmax()) // the same in each column
	return sum.Columns(0, 1).Plus(float32(-math.Log(float64(x.Cols))))
}
