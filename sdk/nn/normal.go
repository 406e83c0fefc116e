package nn

import (
	"math"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk/tensor"
)

// Normal fills dst with draws from N(0, 1) and returns it. Row i depends on
// the seed and on first+i only, so that a sequence of rows can be drawn in any
// parts.
func Normal(dst *tensor.Tensor, seed uint64, first int) *tensor.Tensor {
	for i := range dst.Rows {
		normal(dst.Data[i*dst.Cols:(i+1)*dst.Cols], seed, uint64(first+i))
	}
	return dst
}

// normal draws in pairs, by the transform of Box and Muller.
func normal(dst []float32, seed, row uint64) {
	src := rand.NewPCG(seed, mix(row))
	for j := 0; j < len(dst); j += 2 {
		u := float64(src.Uint64()>>11+1) / (1 << 53) // in (0, 1]
		v := float64(src.Uint64()>>11) / (1 << 53)
		radius := math.Sqrt(-2 * math.Log(u))
		sin, cos := math.Sincos(2 * math.Pi * v)
		dst[j] = float32(radius * cos)
		if j+1 < len(dst) {
			dst[j+1] = float32(radius * sin)
		}
	}
}

// mix spreads row numbers over all bits, so that neighbours' streams have
// nothing to do with one another: the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
