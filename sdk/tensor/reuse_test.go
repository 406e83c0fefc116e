package tensor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// soil leaves nothing on the tape that the next step may rely on: as if other
// operations had been there.
func (tape *Tape) soil() {
	nan := float32(math.NaN())
	for _, n := range tape.nodes {
		for _, memory := range [][]float32{n.memory, n.aux, n.Grad} {
			memory = memory[:cap(memory)]
			for i := range memory {
				memory[i] = nan
			}
		}
		n.from, n.k = 5, nan
		n.needs, n.begun, n.masked = true, true, true
	}
}

// What a step makes must not depend on what the one before, which may have been
// another, has left on the tape.
func TestNothingIsLeftOfTheStepBefore(t *testing.T) {
	check := func(name string, step func(tape *Tape) []float32) {
		t.Run(name, func(t *testing.T) {
			var tape Tape
			want := step(&tape)
			tape.soil()
			tape.Reset()
			if got := step(&tape); !slices.Equal(got, want) {
				t.Errorf("a tape that was used makes %v, a new one %v", got, want)
			}
		})
	}
	result := func(y *Tensor, p *Params) []float32 {
		y.Square().Sum().Backward(p)
		return slices.Concat(y.Data, p.Grad)
	}
	for name, make := range layerOperations {
		check(name, func(tape *Tape) []float32 {
			m := newMaterial(7, 9)
			return result(make(m, tape), &m.Params)
		})
	}
	for name, make := range pullable {
		check("pullback of "+name, func(tape *Tape) []float32 {
			var p Params
			o := pullOperands(&p)
			x := o.x.On(tape)
			return result(make(o, x).Pullback(x, nil), &p)
		})
	}
}

// Slopes are made in pieces: there must be several.
func TestSmoothSlopesAgainstFloat64(t *testing.T) {
	for _, c := range []struct {
		name string
		f    func(x *Tensor) *Tensor
		want func(float64) float64
	}{
		{"silu", (*Tensor).SiLU, func(x float64) float64 { return x / (1 + math.Exp(-x)) }},
		{"gelu", (*Tensor).GELU, func(x float64) float64 {
			return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}},
	} {
		const n = 3*len(piece{}) + 5
		var p Params
		x, dy := p.Add("x", 1, n, Init{Uniform: 6}), p.Add("dy", 1, n, Init{Uniform: 1})
		p.Init(rand.New(rand.NewPCG(1, 2)))
		var tape Tape
		c.f(x.On(&tape)).Mul(dy).Sum().Backward(&p)
		near(t, "slope of "+c.name, x.Grad, 1e-6, func(i int) float64 {
			const h = 1e-5
			v := float64(x.Data[i])
			return float64(dy.Data[i]) * (c.want(v+h) - c.want(v-h)) / (2 * h)
		})
	}
}
