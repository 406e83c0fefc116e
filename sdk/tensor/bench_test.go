package tensor

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkDense is the widest layer of the article's VAE, forward and back.
func BenchmarkDense(b *testing.B) {
	for _, rows := range []int{1, 32, 128} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			var tape Tape
			var p Params
			w, bias := p.Add("weight", 784, 256, Init{Uniform: 0.1}), p.Add("bias", 1, 256, Init{Uniform: 0.1})
			back := p.Add("back", 256, 784, Init{Uniform: 0.1})
			p.Init(rng)
			x := make([]float32, rows*784)
			for i := range x {
				x[i] = rng.Float32()
			}
			for b.Loop() {
				tape.Reset()
				y := tape.Input(x, rows, 784).Dense(w, bias, ReLU).MatMul(back)
				y.Mean().Backward(&p)
			}
			flop := float64(rows) * 784 * 256 * 2 * 5
			b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
