package nn

import (
	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// Gumbel fills dst with draws from Gumbel(0, 1) and returns it: −log(−log u)
// of a u from 0 to 1 that is neither. Row i depends on the seed and on first+i
// only, as with [Normal]. None is below −2.9 or above 16.7, where fair draws
// would be once in 2²⁴.
func Gumbel(dst *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	for i := range dst.Rows {
		row := dst.Data[i*dst.Cols : (i+1)*dst.Cols]
		kernel.Uniform(row, seed, uint64(first+i), 0)
		gumbelOf(row)
	}
	return dst
}

// gumbelOf replaces numbers u, multiples of 2⁻²⁴ from 0 to below 1, by
// −log(−log u), where 0 counts as half of the next.
func gumbelOf(dst []float32) {
	kernel.Clip(dst, 1.0/(1<<25), 1, dst)
	for range 2 {
		kernel.Log(dst, dst)
		kernel.Scale(dst, -1, dst)
	}
}

// GumbelSoftmax returns, for each row of logits, something near to a draw from
// the categorical distribution of their softmax, as one-hot numbers, that has a
// gradient: softmax((logits + noise)/temperature), Jang et al.,
// arXiv:1611.01144, eq. 2, with noise from [Gumbel]. The lower the temperature,
// the nearer, and the wilder the gradient. For several draws to a row, Reshape.
//
// For the straight-through variant, section 2.2, take OneHot of the result: it
// is then a draw and no less, with the gradient of the soft one.
func GumbelSoftmax(logits, noise *tensor.Tensor, temperature float32) *tensor.Tensor {
	return logits.Add(noise).Scale(1 / temperature).Softmax()
}
