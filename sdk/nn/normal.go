package nn

import (
	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// Normal fills dst with draws from N(0, 1) and returns it. Row i depends on
// the seed and on first+i only, so that a sequence of rows can be drawn in any
// parts.
func Normal(dst *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	for i := range dst.Rows {
		kernel.Normal(dst.Data[i*dst.Cols:(i+1)*dst.Cols], seed, uint64(first+i), 0)
	}
	return dst
}
