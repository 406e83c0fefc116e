package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// shapes are the products of training at batch 128 and of generating one row:
// of the W1 network's layers, the W2 network's, and squares for comparison.
var shapes = []struct {
	name           string
	m, k, n        int
	transA, transB bool
}{
	{"W1forward", 128, 784, 256, false, false},
	{"W1dX", 128, 256, 784, false, true},
	{"W1dW", 784, 128, 256, true, false},
	{"W2forward", 128, 1024, 784, false, false},
	{"W2dX", 128, 784, 1024, false, true},
	{"W2dW", 1024, 128, 784, true, false},
	{"512", 512, 512, 512, false, false},
	{"1024", 1024, 1024, 1024, false, false},
	{"W1one", 1, 256, 784, false, false},
	{"W2one", 1, 1024, 784, false, false},
	{"W1four", 4, 256, 784, false, false},
	{"W1sixteen", 16, 256, 784, false, false},
}

func BenchmarkMul(b *testing.B) {
	for _, s := range shapes {
		rng := rand.New(rand.NewPCG(7, 8))
		x, y := dense(rng, s.m, s.k, s.transA), dense(rng, s.k, s.n, s.transB)
		z := dense(rng, s.m, s.n, false)
		bench := func(name string, f func()) {
			b.Run(s.name+"/"+name, func(b *testing.B) {
				for b.Loop() {
					f()
				}
				flop := 2 * float64(s.m) * float64(s.n) * float64(s.k) * float64(b.N)
				b.ReportMetric(flop/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
		for threads := 1; threads <= 2; threads++ {
			g := newGemm(b, threads)
			bench(fmt.Sprint(Level(), " ", threads), func() { g.Mul(1, x, y, 0, z, nil) })
		}
		bench("gonum", func() {
			gonum.Implementation{}.Sgemm(op(s.transA), op(s.transB), s.m, s.n, s.k,
				1, x.Data, x.Stride, y.Data, y.Stride, 0, z.Data, z.Stride)
		})
	}
}

// dense returns a random matrix with no room between its rows.
func dense(rng *rand.Rand, rows, cols int, trans bool) Matrix {
	if trans {
		return dense(rng, cols, rows, false).T()
	}
	m := Matrix{Rows: rows, Cols: cols, Stride: cols, Data: make([]float32, rows*cols)}
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

func op(trans bool) blas.Transpose {
	if trans {
		return blas.Trans
	}
	return blas.NoTrans
}
