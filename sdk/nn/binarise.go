package nn

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// Binarise fills dst with zeros and ones, each 1 with the probability that p has
// in its place, and returns it: a fresh draw of grey pictures as black and white
// ones for each step is the dynamic binarisation of Salakhutdinov and Murray,
// "On the quantitative analysis of deep belief networks", ICML 2008, section 5.1.
// Row i depends on row i of p, the seed and first+i only. It shares its random
// bits with [Uniform].
func Binarise(dst, p *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	checkBinarise(dst, p)
	for i := range dst.Rows {
		draw(rowOf(dst, i), rowOf(p, i), seed, uint64(first+i))
	}
	return dst
}

// BinariseOnce is [Binarise], but a row's draw depends on the seed and the row's
// own numbers only: wherever the row turns up, it becomes the same zeros and ones.
// That is static binarisation without a file of it; equal rows become equal ones.
func BinariseOnce(dst, p *tensor.Tensor, seed uint64) *tensor.Tensor {
	checkBinarise(dst, p)
	for i := range dst.Rows {
		draw(rowOf(dst, i), rowOf(p, i), seed, digest(rowOf(p, i)))
	}
	return dst
}

func checkBinarise(dst, p *tensor.Tensor) {
	if dst.Rows != p.Rows || dst.Cols != p.Cols {
		panic(fmt.Sprintf("nn: binarise: %v into %v", p, dst))
	}
}

func rowOf(t *tensor.Tensor, i int) []float32 { return t.Data[i*t.Cols : (i+1)*t.Cols] }

func draw(dst, p []float32, seed, row uint64) {
	kernel.Uniform(dst, seed, row, 0)
	for j, u := range dst {
		bit := float32(0)
		if u < p[j] {
			bit = 1
		}
		dst[j] = bit
	}
}

// digest mixes the bits of a row's numbers, each of which matters to all of the
// result.
func digest(row []float32) uint64 {
	h := uint64(len(row))
	for _, v := range row {
		h = (h ^ uint64(math.Float32bits(v+0))) * 0x9e3779b97f4a7c15 // +0 makes −0 and 0 one
		h ^= h >> 29
	}
	return h
}
