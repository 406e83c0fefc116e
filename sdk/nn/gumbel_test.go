package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// The mean is Euler's constant, the variance π²/6, and P(x < 0) is 1/e.
func TestGumbel(t *testing.T) {
	const rows, cols = 4000, 25
	var tape tensor.Tape
	x := Gumbel(tape.Constant(rows, cols), 3, 0)
	var mean, variance, below float64
	for _, v := range x.Data {
		mean += float64(v) / (rows * cols)
	}
	for _, v := range x.Data {
		d := float64(v) - mean
		variance += d * d / (rows * cols)
		if v < 0 {
			below += 1.0 / (rows * cols)
		}
		if v < -2.9 || v > 16.7 {
			t.Fatalf("drew %g", v)
		}
	}
	for _, c := range []struct {
		name             string
		got, want, sigma float64 // of one draw
	}{
		{"mean", mean, 0.5772156649, math.Pi / math.Sqrt(6)},
		{"variance", variance, math.Pi * math.Pi / 6, math.Pi * math.Pi / 6 * math.Sqrt(4.4)},
		{"P(x < 0)", below, 1 / math.E, math.Sqrt(1 / math.E * (1 - 1/math.E))},
	} {
		if math.Abs(c.got-c.want) > 4*c.sigma/math.Sqrt(rows*cols) {
			t.Errorf("%s is %.4f, want %.4f", c.name, c.got, c.want)
		}
	}
	some := Gumbel(tape.Constant(3, cols), 3, 12)
	if !slices.Equal(some.Data, x.Data[12*cols:15*cols]) {
		t.Error("row 12 depends on where the batch begins")
	}
}

// By the Gumbel-max trick, the largest of logits with noise is a draw from
// their softmax, whatever the temperature.
func TestGumbelSoftmaxDrawsFromTheSoftmax(t *testing.T) {
	const n = 100_000
	logits := []float32{0.5, -1, 2, 0}
	p := softmax64(logits)
	for _, temperature := range []float32{0.1, 1, 5} {
		var tape tensor.Tape
		x := tape.Full(n, 4, 0).Add(tape.Input(logits, 1, 4))
		y := GumbelSoftmax(x, Gumbel(tape.Constant(n, 4), 7, 0), temperature)
		counts := y.OneHot().SumColumns()
		for k, want := range p {
			sigma := math.Sqrt(want * (1 - want) / n)
			if got := float64(counts.Data[k]) / n; math.Abs(got-want) > 4*sigma {
				t.Errorf("temperature %g: class %d comes %.4f of the time, want %.4f ± %.4f", temperature, k, got, want, sigma)
			}
		}
	}
}

func TestGumbelSoftmaxGradients(t *testing.T) {
	p, q := drawn(0, 3, 4, 1)
	soft := func(tape *tensor.Tape) *tensor.Tensor {
		return GumbelSoftmax(q[0].On(tape), Gumbel(tape.Constant(3, 4), 7, 0), 0.7)
	}
	checkDifferences(t, p, soft)

	// The straight-through one is hard forward, and the soft one backward.
	var tape tensor.Tape
	weights := Normal(tape.Constant(3, 4), 1, 0)
	y := soft(&tape)
	y.Mul(weights).Sum().Backward(p)
	want := slices.Clone(p.Grad)
	hard := y.OneHot()
	hard.Mul(weights).Sum().Backward(p)
	if !slices.Equal(p.Grad, want) {
		t.Errorf("gradient of the hard one is %v, want %v", p.Grad, want)
	}
	for i, v := range hard.Data {
		if row := y.Data[i/4*4 : i/4*4+4]; (v == 1) != (y.Data[i] == slices.Max(row)) || v != 0 && v != 1 {
			t.Errorf("number %d of the hard one is %g, of the soft one %g", i, v, y.Data[i])
		}
	}
}

func TestGumbelSoftmaxIsStable(t *testing.T) {
	var p tensor.Params
	x := p.Add("x", 1, 3, tensor.Init{})
	copy(x.Data, []float32{1000, -1000, 0})
	var tape tensor.Tape
	y := GumbelSoftmax(x.On(&tape), Gumbel(tape.Constant(1, 3), 1, 0), 0.1)
	y.Columns(0, 1).Sum().Backward(&p)
	if want := []float32{1, 0, 0}; !slices.Equal(y.Data, want) || p.GradNorm() != 0 {
		t.Errorf("got %v with a gradient %v, want %v and none", y.Data, p.Grad, want)
	}
}

func TestGumbelSoftmaxRefusesTemperatures(t *testing.T) {
	var tape tensor.Tape
	x := tape.Full(1, 3, 0)
	for _, temperature := range []float32{0, -1, float32(math.NaN())} {
		func() {
			defer func() {
				want := fmt.Sprintf("nn: gumbel softmax: temperature %g, want above 0", temperature)
				if got := recover(); got != want {
					t.Errorf("panic says %v, want %q", got, want)
				}
			}()
			GumbelSoftmax(x, x, temperature)
		}()
	}
}

func TestGumbelAtTheBounds(t *testing.T) {
	const ulp = 1.0 / (1 << 24)
	x := []float32{0, ulp, 0.5, 1 - ulp}
	gumbelOf(x)
	for i, u := range []float64{ulp / 2, ulp, 0.5, 1 - ulp} {
		if want := -math.Log(-math.Log(u)); math.Abs(float64(x[i])-want) > 1e-5 {
			t.Errorf("gumbel of %g is %g, want %g", u, x[i], want)
		}
	}
}
