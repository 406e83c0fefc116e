package tensor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLayerNormAgainstFloat64(t *testing.T) {
	for _, s := range shapes {
		m := newMaterial(s[0], s[1])
		for i := range m.x.Data {
			m.x.Data[i] += 100 // a mean that is large beside the deviation
		}
		var tape Tape
		y := m.x.On(&tape).LayerNorm(m.gain, m.bias, 1e-5)
		near(t, "layer norm", y.Data, 1e-4, func(i int) float64 {
			mean, variance := moments(m.x.row(i / m.cols))
			hat := (float64(m.x.Data[i]) - mean) / math.Sqrt(variance+1e-5)
			return float64(m.gain.Data[i%m.cols])*hat + float64(m.bias.Data[i%m.cols])
		})
	}
}

// moments returns the mean and variance of x.
func moments(x []float32) (mean, variance float64) {
	for _, v := range x {
		mean += float64(v) / float64(len(x))
	}
	for _, v := range x {
		d := float64(v) - mean
		variance += d * d / float64(len(x))
	}
	return mean, variance
}

func columnOf(x *Tensor, j int) []float32 {
	column := make([]float32, x.Rows)
	for i := range column {
		column[i] = x.row(i)[j]
	}
	return column
}

// Several steps that train, then one that does not.
func TestBatchNormAgainstFloat64(t *testing.T) {
	for _, s := range shapes {
		m := newMaterial(s[0], s[1])
		rng := rand.New(rand.NewPCG(1, 2))
		var tape Tape
		runningMean, runningVariance := make([]float64, m.cols), make([]float64, m.cols)
		for j := range m.cols {
			runningMean[j], runningVariance[j] = float64(m.running.Mean.Data[j]), float64(m.running.Variance.Data[j])
		}
		normal := func(i int, mean, variance float64) float64 {
			hat := (float64(m.x.Data[i]) - mean) / math.Sqrt(variance+1e-5)
			return float64(m.gain.Data[i%m.cols])*hat + float64(m.bias.Data[i%m.cols])
		}
		for range 3 {
			for i := range m.x.Data {
				m.x.Data[i] = 10 + rng.Float32()
			}
			tape.Reset()
			tape.Train(1, 0)
			y := m.x.On(&tape).BatchNorm(m.gain, m.bias, m.running)
			means, variances := make([]float64, m.cols), make([]float64, m.cols)
			for j := range m.cols {
				means[j], variances[j] = moments(columnOf(m.x, j))
				runningMean[j] = 0.9*runningMean[j] + 0.1*means[j]
				if n := float64(m.rows); n > 1 {
					runningVariance[j] = 0.9*runningVariance[j] + 0.1*variances[j]*n/(n-1)
				}
			}
			near(t, "batch norm", y.Data, 1e-4, func(i int) float64 { return normal(i, means[i%m.cols], variances[i%m.cols]) })
			near(t, "running mean", m.running.Mean.Data, 1e-6, func(j int) float64 { return runningMean[j] })
			near(t, "running variance", m.running.Variance.Data, 1e-6, func(j int) float64 { return runningVariance[j] })
		}
		tape.Reset()
		y := m.x.On(&tape).BatchNorm(m.gain, m.bias, m.running)
		near(t, "batch norm at rest", y.Data, 1e-5, func(i int) float64 {
			return normal(i, runningMean[i%m.cols], runningVariance[i%m.cols])
		})
		near(t, "running mean at rest", m.running.Mean.Data, 1e-6, func(j int) float64 { return runningMean[j] })
	}
}

// Sums over very many rows lose nothing that matters.
func TestBatchNormOfManyRows(t *testing.T) {
	const rows = 300_001
	x := make([]float32, rows)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] = 1000 + float32(rng.NormFloat64())
	}
	mean, variance := moments(x)
	var tape Tape
	tape.Train(1, 0)
	r := newRunning(1)
	r.Momentum = 1
	tape.Input(x, rows, 1).BatchNorm(tape.Full(1, 1, 1), tape.Full(1, 1, 0), r)
	if got := float64(r.Mean.Data[0]); math.Abs(got-mean) > 1e-4 {
		t.Errorf("mean is %.6f, want %.6f", got, mean)
	}
	if got := float64(r.Variance.Data[0]); math.Abs(got-variance) > 1e-5 {
		t.Errorf("variance is %.7f, want %.7f", got, variance)
	}
}

// Rows stand for themselves but where batch norm trains.
func TestLayerRowsDoNotDependOnTheBatch(t *testing.T) {
	const rows = 70
	m := newMaterial(rows, 37)
	for name, f := range map[string]func(x *Tensor) *Tensor{
		"layer norm":  func(x *Tensor) *Tensor { return x.LayerNorm(m.gain, m.bias, 1e-5) },
		"batch norm":  func(x *Tensor) *Tensor { return x.BatchNorm(m.gain, m.bias, m.running) },
		"softmax":     (*Tensor).Softmax,
		"log softmax": (*Tensor).LogSoftmax,
		"silu":        (*Tensor).SiLU,
		"gelu":        (*Tensor).GELU,
	} {
		var tape Tape
		all := f(tape.Input(m.x.Data, rows, 37))
		some := f(tape.Input(m.x.Data[11*37:14*37], 3, 37))
		if !slices.Equal(some.Data, all.Data[11*37:14*37]) {
			t.Errorf("%s: row 11 depends on the batch", name)
		}
	}
}
