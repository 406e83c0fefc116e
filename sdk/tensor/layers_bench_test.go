package tensor

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkLayers is each operation, forward and back, on a picture's worth of
// numbers for each row of a batch of 128: 14×14 pixels of 64 channels.
func BenchmarkLayers(b *testing.B) {
	const rows, channels = 128 * 14 * 14, 64
	var p Params
	x := p.Add("x", rows, channels, Init{Normal: 1})
	gain, bias := p.Add("gain", 1, channels, Init{Constant: 1}), p.Add("bias", 1, channels, Init{})
	p.Init(rand.New(rand.NewPCG(1, 2)))
	classes := make([]float32, rows)
	r := newRunning(channels)
	for name, f := range map[string]func(x *Tensor) *Tensor{
		"batch norm":    func(x *Tensor) *Tensor { return x.BatchNorm(gain, bias, r) },
		"layer norm":    func(x *Tensor) *Tensor { return x.LayerNorm(gain, bias, 1e-5) },
		"dropout":       func(x *Tensor) *Tensor { return x.Reshape(128, rows/128*channels).Dropout(0.5) },
		"softmax":       (*Tensor).Softmax,
		"cross entropy": func(x *Tensor) *Tensor { return x.CrossEntropy(x.tape.Input(classes, rows, 1)) },
		"silu":          (*Tensor).SiLU,
		"gelu":          (*Tensor).GELU,
		"relu":          (*Tensor).ReLU,
	} {
		b.Run(name, func(b *testing.B) {
			var tape Tape
			b.SetBytes(4 * rows * channels)
			for b.Loop() {
				tape.Reset()
				tape.Train(1, 0)
				f(x.On(&tape)).Sum().Backward(&p)
			}
		})
	}
}

// BenchmarkGRU is 32 steps of 256 units for a batch of 64, forward and back.
func BenchmarkGRU(b *testing.B) {
	const batch, steps, size = 64, 32, 256
	r := newRecurrence(batch, steps, size)
	var tape Tape
	for b.Loop() {
		tape.Reset()
		r.run(&tape, false).Sum().Backward(&r.Params)
	}
	flop := 3.0 * 2 * batch * steps * size * 3 * size
	b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
