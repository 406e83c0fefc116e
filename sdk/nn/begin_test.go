package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// Numbers begin as the layers say that they do.
func TestLayersBegin(t *testing.T) {
	const inputs, size = 50, 40
	var p, stats tensor.Params
	norm, batch := NewLayerNorm(&p, "norm", size), NewBatchNorm(&p, &stats, "batch", size)
	embedding, gru := NewEmbedding(&p, "embedding", 200, size), NewGRU(&p, "gru", inputs, size)
	rng := rand.New(rand.NewPCG(1, 2))
	p.Init(rng)
	stats.Init(rng)
	for name, c := range map[string]struct {
		x              *tensor.Tensor
		mean, variance float64
	}{
		"gain":               {norm.Gain, 1, 0},
		"bias":               {norm.Bias, 0, 0},
		"gain of batch norm": {batch.Gain, 1, 0},
		"bias of batch norm": {batch.Bias, 0, 0},
		"running mean":       {batch.Running.Mean, 0, 0},
		"running variance":   {batch.Running.Variance, 1, 0},
		"embedding":          {embedding.Table, 0, 1},
		"gru weight":         {gru.Weight, 0, 2.0 / (inputs + size)},
		"gru bias":           {gru.Bias, 0, 0},
		"gru state weight":   {gru.StateWeight, 0, 2.0 / (size + size)},
		"gru state bias":     {gru.StateBias, 0, 0},
	} {
		n := float64(len(c.x.Data))
		var mean, variance float64
		for _, v := range c.x.Data {
			mean += float64(v)
			variance += (float64(v) - c.mean) * (float64(v) - c.mean)
		}
		mean, variance = mean/n, variance/n
		// Of a normal distribution, the wider of the two: 4 standard deviations.
		if d := math.Abs(mean - c.mean); d > 4*math.Sqrt(c.variance/n) {
			t.Errorf("%s: mean is %.4f, want %.4f", name, mean, c.mean)
		}
		if d := math.Abs(variance - c.variance); d > 4*c.variance*math.Sqrt(2/n) {
			t.Errorf("%s: variance is %.5f, want %.5f", name, variance, c.variance)
		}
	}
}

// The mean and variance of a batch norm go a tenth of the way to those of a
// batch.
func TestBatchNormRemembers(t *testing.T) {
	var p, stats tensor.Params
	b := NewBatchNorm(&p, &stats, "norm", 1)
	rng := rand.New(rand.NewPCG(1, 2))
	p.Init(rng)
	stats.Init(rng)
	var tape tensor.Tape
	mean, variance := 0.0, 1.0
	for step := range 3 {
		tape.Reset()
		tape.Train(1, 2*step)
		b.Forward(tape.Input([]float32{4, 10}, 2, 1))
		mean, variance = 0.9*mean+0.1*7, 0.9*variance+0.1*18
	}
	for name, c := range map[string]struct {
		got  float32
		want float64
	}{"mean": {b.Running.Mean.Data[0], mean}, "variance": {b.Running.Variance.Data[0], variance}} {
		if math.Abs(float64(c.got)-c.want) > 1e-5 {
			t.Errorf("%s is %g after three batches, want %g", name, c.got, c.want)
		}
	}
}
