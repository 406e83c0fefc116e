package nn

import (
	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// Normal fills dst with draws from N(0, 1) and returns it. Row i depends on
// the seed and on first+i only, so that a sequence of rows can be drawn in any
// parts.
//
// Normal, [Uniform] and [Gumbel] make what they draw of the same random bits: two
// of them with one seed are not independent, so take a seed for each.
func Normal(dst *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	return noise(dst, seed, first, kernel.Normal)
}

// Uniform fills dst with draws from 0 to below 1 and returns it. Row i depends on
// the seed and on first+i only. Take another seed than for [Normal] and [Gumbel],
// which share their random bits with it.
func Uniform(dst *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	return noise(dst, seed, first, kernel.Uniform)
}

// Gumbel fills dst with draws from Gumbel(0, 1) and returns it: −log(−log u)
// of a u from 0 to 1 that is neither. Row i depends on the seed and on first+i
// only. None is below −2.9 or above 16.7, where fair draws would be once in 2²⁴.
// Take another seed than for [Normal] and for [Uniform], whose draws these u are.
func Gumbel(dst *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	noise(dst, seed, first, kernel.Uniform)
	gumbelOf(dst.Data)
	return dst
}

// noise draws each row by itself.
func noise(dst *tensor.Tensor, seed uint64, first int, draw func(row []float32, seed, n uint64, first int)) *tensor.Tensor {
	for i := range dst.Rows {
		draw(dst.Data[i*dst.Cols:(i+1)*dst.Cols], seed, uint64(first+i), 0)
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
