package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestPack(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(31, 32))
		ks := gemmFor(level)
		for range 3000 {
			width := []int{ks.mr, ks.nr, ks.nr / 2}[rng.IntN(3)]
			n, depth := 1+rng.IntN(width), 1+rng.IntN(40)
			x0, p0 := rng.IntN(4), rng.IntN(4)
			m := randomMatrix(rng, p0+depth+rng.IntN(3), x0+n+rng.IntN(3), rng.IntN(2) == 0)
			o := operand{data: m.Data, stride: m.Stride, kRuns: m.Trans}
			dst := randoms(rng, width*depth+8)
			want := append([]float32(nil), dst...)
			packLoop(want, width, &m, x0, n, p0, depth)
			ks.pack(dst, width, &o, x0, n, p0, depth, nil)
			if i, ok := sameBits(dst, want); !ok {
				t.Fatalf("width %d, %d×%d from %d, %d, transposed %t: number %d of %d is %v, want %v",
					width, n, depth, x0, p0, m.Trans, i, width*depth, dst[i], want[i])
			}
		}
	})
}

// packLoop is the loop in the comment of pack.
func packLoop(dst []float32, width int, o *Matrix, x0, n, p0, depth int) {
	for p := range depth {
		for x := range width {
			dst[p*width+x] = 0
			if x < n {
				dst[p*width+x] = o.at(p0+p, x0+x)
			}
		}
	}
}
