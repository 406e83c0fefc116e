package nn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// spectralNet is a critic of rows of 4 numbers, whose two weights are normalised.
type spectralNet struct {
	params, stats tensor.Params
	layers        nn.Sequential
	norms         []*nn.SpectralNorm
	slots         []**tensor.Tensor
}

func newSpectralNet() *spectralNet {
	n := &spectralNet{}
	first := nn.NewConv(&n.params, "first", nn.Window1D(4, 1, 3, 1, 1), 3, tensor.Tanh)
	last := nn.NewDense(&n.params, "last", 12, 1, tensor.Linear)
	n.layers = nn.Sequential{first, last}
	n.slots = []**tensor.Tensor{&first.Weight, &last.Weight}
	for i, w := range n.slots {
		n.norms = append(n.norms, nn.NewSpectralNorm(&n.stats, []string{"first", "last"}[i], *w))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	n.params.Init(rng)
	n.stats.Init(rng)
	return n
}

func (n *spectralNet) normalise(tape *tensor.Tape) {
	for i, norm := range n.norms {
		*n.slots[i] = norm.Normalised(tape)
	}
}

// After enough iterations the largest singular value, by gonum in float64, is 1.
func TestSpectralNorm(t *testing.T) {
	n := newSpectralNet()
	var tape tensor.Tape
	for range 100 {
		tape.Reset()
		for _, norm := range n.norms {
			norm.Iterate(&tape)
		}
	}
	n.normalise(&tape)
	for i, w := range n.slots {
		raw, made := largest(t, n.norms[i].Weight), largest(t, *w)
		if math.Abs(made-1) > 1e-4 || math.Abs(raw-1) < 0.05 {
			t.Errorf("weight %d: the largest singular value goes from %.4f to %.4f, want 1", i, raw, made)
		}
	}
}

// largest returns the largest singular value of w.
func largest(t *testing.T, w *tensor.Tensor) float64 {
	t.Helper()
	m := mat.NewDense(w.Rows, w.Cols, nil)
	for i, v := range w.Data {
		m.Set(i/w.Cols, i%w.Cols, float64(v))
	}
	var svd mat.SVD
	if !svd.Factorize(m, mat.SVDNone) {
		t.Fatal("no singular values")
	}
	return svd.Values(nil)[0]
}

// The gradient goes through W/σ(W), and through a gradient penalty of it, as
// central differences do; vectors that are far from singular ones included.
func TestSpectralNormGradient(t *testing.T) {
	n := newSpectralNet()
	var tape tensor.Tape
	rows := []float32{0.3, -0.5, 1.1, 0.7, -0.2, 0.9, -1.3, 0.4}
	var critic nn.Layer = n.layers
	for name, loss := range map[string]func() *tensor.Tensor{
		"square": func() *tensor.Tensor { return critic.Forward(tape.Input(rows, 2, 4)).Square().Sum() },
		"r1":     func() *tensor.Tensor { return nn.R1(critic, tape.Input(rows, 2, 4)) },
	} {
		at := func() *tensor.Tensor {
			tape.Reset()
			n.normalise(&tape)
			return loss()
		}
		at().Backward(&n.params)
		got := slices.Clone(n.params.Grad)
		const h = 1.0 / 256
		for i := range n.params.Data {
			old := n.params.Data[i]
			n.params.Data[i] = old + h
			up := at().Item()
			n.params.Data[i] = old - h
			want := (up - at().Item()) / (2 * h)
			n.params.Data[i] = old
			if math.Abs(float64(got[i])-want) > 2e-3*(1+math.Abs(want)) {
				t.Errorf("%s: number %d: gradient %.5f, differences say %.5f", name, i, got[i], want)
			}
		}
	}
}

// Equal steps end in equal vectors, and none allocates once it has been taken.
func TestSpectralNormSteps(t *testing.T) {
	a, b := newSpectralNet(), newSpectralNet()
	var tape tensor.Tape
	step := func(n *spectralNet) {
		tape.Reset()
		for _, norm := range n.norms {
			norm.Iterate(&tape)
		}
		n.normalise(&tape)
	}
	for range 3 {
		step(a)
	}
	for range 3 {
		step(b)
	}
	if !slices.Equal(a.stats.Data, b.stats.Data) {
		t.Error("equal steps end in other vectors")
	}
	if n := testing.AllocsPerRun(10, func() { step(a) }); n != 0 {
		t.Errorf("a step allocates %g times", n)
	}
}
