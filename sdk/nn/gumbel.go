package nn

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// GumbelSoftmax returns, for each row of logits, something near to a draw from
// the categorical distribution of their softmax, as one-hot numbers, that has a
// gradient: softmax((logits + noise)/temperature), Jang et al.,
// arXiv:1611.01144, eq. 2, with noise from [Gumbel]. The lower the temperature,
// which is above 0, the nearer, and the wilder the gradient. For several draws to a row, Reshape.
//
// For the straight-through variant, section 2.2, take OneHot of the result: it
// is then a draw and no less, with the gradient of the soft one.
func GumbelSoftmax(logits, noise *tensor.Tensor, temperature float32) *tensor.Tensor {
	if !(temperature > 0) {
		panic(fmt.Sprintf("nn: gumbel softmax: temperature %g, want above 0", temperature))
	}
	return logits.Add(noise).Scale(1 / temperature).Softmax()
}
