package tensor

import (
	"math"
	"slices"
	"testing"
)

// logSum is the logarithm of the sum of the exponentials of x.
func logSum(x []float32) float64 {
	most := float64(slices.Max(x))
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(float64(v) - most)
	}
	return most + math.Log(sum)
}

func TestSoftmaxAndClassesAgainstFloat64(t *testing.T) {
	for _, s := range shapes {
		m := newMaterial(s[0], s[1])
		var tape Tape
		cols := m.cols
		x := m.x.On(&tape)
		logP := func(i int) float64 { return float64(m.x.Data[i]) - logSum(m.x.row(i/cols)) }
		near(t, "softmax", x.Softmax().Data, 1e-6, func(i int) float64 { return math.Exp(logP(i)) })
		near(t, "log softmax", x.LogSoftmax().Data, 1e-6, logP)
		near(t, "one hot", x.OneHot().Data, 0, func(i int) float64 {
			if row := m.x.row(i / cols); m.x.Data[i] == slices.Max(row) {
				return 1
			}
			return 0
		})
		classes := tape.Input(m.classes, m.rows, 2)
		near(t, "cross entropy", x.Beside(m.pos).CrossEntropy(classes).Data, 1e-6, func(i int) float64 {
			a, b := m.x.row(i), m.pos.row(i)
			ka, kb := int(m.classes[2*i]), int(m.classes[2*i+1])
			return logSum(a) - float64(a[ka]) + logSum(b) - float64(b[kb])
		})
		near(t, "embed", tape.Input(m.ids, m.rows, 2).Embed(m.table).Data, 0, func(i int) float64 {
			return float64(m.table.row(int(m.ids[i/3]))[i%3])
		})
	}
}

func TestClassesAreStable(t *testing.T) {
	var tape Tape
	var p Params
	x := p.Add("x", 2, 3, Init{})
	copy(x.Data, []float32{1000, -1000, 0, -1000, 1000, 1000})
	on := x.On(&tape)
	loss := on.CrossEntropy(tape.Input([]float32{1, 1}, 2, 1))
	loss.Sum().Backward(&p)
	near(t, "cross entropy", loss.Data, 1e-6, func(i int) float64 { return []float64{2000, math.Ln2}[i] })
	near(t, "its gradient", p.Grad, 1e-6, func(i int) float64 { return []float64{1, -1, 0, 0, -0.5, 0.5}[i] })
	y := on.Softmax()
	near(t, "softmax", y.Data, 1e-6, func(i int) float64 { return []float64{1, 0, 0, 0, 0.5, 0.5}[i] })
	y.Mul(on.LogSoftmax()).Sum().Backward(&p)
	if !(p.GradNorm() < 1e-3) {
		t.Errorf("the gradient of the entropy is %v, want nothing", p.Grad)
	}
}

// A row of the table that is there three times gets three gradients, one that
// is not there none.
func TestEmbedAddsUp(t *testing.T) {
	var tape Tape
	var p Params
	table := p.Add("table", 4, 2, Init{})
	y := tape.Input([]float32{2, 0, 2, 2}, 2, 2).Embed(table)
	y.Mul(tape.Input([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 2, 4)).Sum().Backward(&p)
	if want := []float32{3, 4, 0, 0, 1 + 5 + 7, 2 + 6 + 8, 0, 0}; !slices.Equal(p.Grad, want) {
		t.Errorf("gradient is %v, want %v", p.Grad, want)
	}
}

// The gradient of OneHot is by definition that of what it was made of.
func TestOneHotIsStraightThrough(t *testing.T) {
	var tape Tape
	var p Params
	x := p.Add("x", 2, 3, Init{})
	copy(x.Data, []float32{1, 3, 2, 5, 5, 4})
	y := x.On(&tape).OneHot()
	if want := []float32{0, 1, 0, 1, 0, 0}; !slices.Equal(y.Data, want) {
		t.Errorf("got %v, want %v", y.Data, want)
	}
	y.Mul(tape.Input([]float32{1, 2, 3, 4, 5, 6}, 2, 3)).Sum().Backward(&p)
	if want := []float32{1, 2, 3, 4, 5, 6}; !slices.Equal(p.Grad, want) {
		t.Errorf("gradient is %v, want %v", p.Grad, want)
	}
	again(t, "one hot", &p, func(tape *Tape) *Tensor { return x.On(tape).OneHot() })
}
