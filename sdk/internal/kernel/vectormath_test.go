package kernel

import (
	"math"
	"testing"
)

// Accuracies are those that the doc comments promise, in units in the last
// place.
var accuracies = []struct {
	name string
	f    func(dst, x []float32)
	ulp  float64
	want func(x float64) float64
}{
	{"exp", Exp, 1, math.Exp},
	{"log", Log, 1, math.Log},
	{"tanh", Tanh, 2, math.Tanh},
	{"sigmoid", Sigmoid, 3, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }},
	{"softplus", Softplus, 2, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }},
}

// The whole range of float32, in steps that are odd and so meet all low bits,
// and every special number with its neighbours.
func TestAccuracy(t *testing.T) {
	step := uint32(1021)
	if testing.Short() {
		step = 65537
	}
	var x []float32
	for _, s := range specials {
		b := math.Float32bits(s)
		for d := range uint32(65) {
			x = append(x, math.Float32frombits(b+d-32))
		}
	}
	for b := uint64(0); b < 1<<32; b += uint64(step) {
		x = append(x, math.Float32frombits(uint32(b)))
	}
	y := make([]float32, len(x))
	for _, a := range accuracies {
		a.f(y, x)
		worst, at := 0.0, float32(0)
		for i, v := range x {
			if e := ulps(y[i], a.want(float64(v))); !(e <= worst) {
				worst, at = e, v
			}
		}
		t.Logf("%s: %.3f ulp, at %x", a.name, worst, at)
		if !(worst <= a.ulp) {
			t.Errorf("%s is %.3f ulp off at %v, not within %v", a.name, worst, at, a.ulp)
		}
	}
}

// ulps is how far got is from want, in units of the last place of a float32
// there. It is infinite where only one of them is a NaN or infinite.
func ulps(got float32, want float64) float64 {
	rounded := float32(want)
	if same(got, rounded) {
		return 0
	}
	if got-got != 0 || rounded-rounded != 0 {
		return math.Inf(1)
	}
	unit := 0x1p-149
	if want != 0 {
		_, e := math.Frexp(want)
		unit = max(unit, math.Ldexp(1, e-24))
	}
	return math.Abs(float64(got)-want) / unit
}

func TestUlps(t *testing.T) {
	for _, c := range []struct {
		got  float32
		want float64
		ulps float64
	}{
		{1, 1, 0}, {1 + 0x1p-23, 1, 1}, {1, 1 + 0x1p-23, 1}, {0x1p-149, 0, 1}, {0, -0x1p-130, 0x1p19},
		{posInf, 1, math.Inf(1)}, {nan, 1, math.Inf(1)}, {nan, math.NaN(), 0}, {posInf, math.MaxFloat64, 0},
	} {
		if got := ulps(c.got, c.want); got != c.ulps {
			t.Errorf("ulps(%v, %v) = %v, want %v", c.got, c.want, got, c.ulps)
		}
	}
}
