package nn

import (
	"math"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// logMeanExp64 is eq. 8 as it stands, for weights that do not overflow.
func logMeanExp64(logW []float32) float64 {
	sum := 0.0
	for _, l := range logW {
		sum += math.Exp(float64(l))
	}
	return math.Log(sum / float64(len(logW)))
}

func TestLogMeanExp(t *testing.T) {
	var tape tensor.Tape
	for _, row := range [][]float32{{-1}, {0.5, -2, 1.25}, {-3, -3, -3, -3}, {-40, 2, -41, 1.5, 0}} {
		got := LogMeanExp(tape.Input(row, 1, len(row))).Item()
		if want := logMeanExp64(row); math.Abs(got-want) > 1e-5 {
			t.Errorf("%v: %.7f, want %.7f", row, got, want)
		}
	}
	for _, far := range []float32{-1e4, 1e4} { // whose weights are 0 and infinite
		got := LogMeanExp(tape.Input([]float32{far, far + 1}, 1, 2)).Item()
		if want := float64(far) + logMeanExp64([]float32{0, 1}); math.Abs(got-want) > 1e-2 {
			t.Errorf("weights about e^%g: %.4f, want %.4f", far, got, want)
		}
	}
}

// The gradient is Burda et al.'s, eq. 14: the weights as parts of their sum.
func TestLogMeanExpGradient(t *testing.T) {
	p, logW := drawn(-3, 4, 5, 1)
	checkDifferences(t, p, func(tape *tensor.Tape) *tensor.Tensor { return LogMeanExp(logW[0].On(tape)).Sum() })
	var tape tensor.Tape
	LogMeanExp(logW[0].On(&tape)).Sum().Backward(p)
	for i := range 4 {
		sum := 5 * math.Exp(logMeanExp64(rowOf(logW[0], i)))
		for j, l := range rowOf(logW[0], i) {
			if got, want := float64(logW[0].Grad[i*5+j]), math.Exp(float64(l))/sum; math.Abs(got-want) > 1e-5 {
				t.Errorf("gradient %d of row %d: %.6f, want %.6f", j, i, got, want)
			}
		}
	}
}
