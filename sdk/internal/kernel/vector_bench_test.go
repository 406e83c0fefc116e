package kernel

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkElementwise measures every kernel over 16384 numbers, which fit in
// the caches, on every level.
func BenchmarkElementwise(b *testing.B) {
	const n = 1 << 14
	chosen := level
	defer func() { level = chosen }()
	for _, e := range elementwises {
		var s [][]float32
		for range e.slices {
			s = append(s, usual(rand.New(rand.NewPCG(1, 2)), n))
		}
		for _, l := range levels() {
			level = l
			b.Run(e.name+"/"+l.String(), func(b *testing.B) {
				var l lanes
				for b.Loop() {
					e.fast(s, &l)
				}
				report(b, n, e.outs+e.slices)
			})
		}
	}
}

// report gives numbers a second, and the memory read and written for them.
func report(b *testing.B, n, slices int) {
	perSecond := float64(n) * float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(perSecond/1e6, "M/s")
	b.ReportMetric(perSecond*float64(4*slices)/1e9, "GB/s")
}

func BenchmarkRandom(b *testing.B) {
	const n = 1 << 14
	chosen := level
	defer func() { level = chosen }()
	dst := make([]float32, n)
	for _, l := range levels() {
		level = l
		b.Run("uniform/"+l.String(), func(b *testing.B) {
			for b.Loop() {
				Uniform(dst, 1, 2, 0)
			}
			report(b, n, 1)
		})
		b.Run("normal/"+l.String(), func(b *testing.B) {
			for b.Loop() {
				Normal(dst, 1, 2, 0)
			}
			report(b, n, 1)
		})
	}
}

// BenchmarkAdam is a step of a network of 480,000 parameters, which do not fit
// in the caches that are near.
func BenchmarkAdam(b *testing.B) {
	const n = 480_000
	rng := rand.New(rand.NewPCG(1, 2))
	p, grad, m, v := usual(rng, n), usual(rng, n), make([]float32, n), make([]float32, n)
	for b.Loop() {
		Adam(p, grad, m, v, AdamStep{Scale: 1, Beta1: 0.9, Beta2: 0.999, Rate: 1e-3, Root: 1, Eps: 1e-8, Keep: 1})
	}
	report(b, n, 7)
}

func BenchmarkSoftmaxRow(b *testing.B) {
	x := usual(rand.New(rand.NewPCG(1, 2)), 27)
	dst := make([]float32, len(x))
	for b.Loop() {
		Softmax(dst, x)
	}
	report(b, len(x), 2)
}
