package tensor

import (
	"math"
	"testing"
)

// The gradient of what is added to very many rows is no worse than float32
// must be.
func TestBiasGradientOfManyRows(t *testing.T) {
	const rows = 1 << 17
	ones := make([]float32, rows*2)
	for i := range ones {
		ones[i] = 1
	}
	for name, use := range map[string]func(x, w, b *Tensor) *Tensor{
		"dense": func(x, w, b *Tensor) *Tensor { return x.Dense(w, b, Linear) },
		"add":   func(x, _, b *Tensor) *Tensor { return x.Add(b) },
		"sub":   func(x, _, b *Tensor) *Tensor { return x.Sub(b).Scale(-1) },
	} {
		var tape Tape
		var p Params
		w, b := p.Add("w", 2, 2, Init{}), p.Add("b", 1, 2, Init{})
		x := tape.Input(ones, rows, 2)
		use(x, w, b).Scale(0.1).Sum().Backward(&p)
		want := rows * float64(float32(0.1))
		for _, got := range b.Grad {
			if math.Abs(float64(got)-want) > 1e-6*want {
				t.Errorf("%s: gradient is %g, want %g", name, got, want)
			}
		}
	}
}
