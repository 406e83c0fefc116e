package nn

import (
	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// Uniform fills dst with draws from 0 to below 1 and returns it. Row i depends on
// the seed and on first+i only, as with [Normal]; take another seed than for
// that.
func Uniform(dst *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	for i := range dst.Rows {
		kernel.Uniform(dst.Data[i*dst.Cols:(i+1)*dst.Cols], seed, uint64(first+i), 0)
	}
	return dst
}
