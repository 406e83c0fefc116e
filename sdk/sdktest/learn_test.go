package sdktest

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// series are n losses: what f says at each, and noise of so many parts of it.
func series(n int, seed uint64, noise float64, f func(at float64) float64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	losses := make([]float64, n)
	for i := range losses {
		v := f(float64(i) / float64(n))
		losses[i] = v + noise*math.Abs(v)*rng.NormFloat64()
	}
	return losses
}

// No luck makes the loss of a model fall that learns nothing.
func TestLuckIsNoLearning(t *testing.T) {
	flat := func(float64) float64 { return 3 }
	for _, n := range []int{40, 300, 500} {
		for _, noise := range []float64{0, 0.01, 0.1, 0.5, 2} {
			lucky := 0
			for seed := range uint64(2000) {
				if falls(series(n, seed, noise, flat)) == nil {
					lucky++
				}
			}
			if lucky > 2 {
				t.Errorf("%d losses with noise %g: %d of 2000 fall", n, noise, lucky)
			}
		}
	}
}

func TestFalls(t *testing.T) {
	for _, c := range []struct {
		how   string
		falls bool
		f     func(at float64) float64
	}{
		{"as most do", true, func(at float64) float64 { return 1 + 5*math.Exp(-8*at) }},
		{"slowly", true, func(at float64) float64 { return 100 - 20*at }},
		{"in its first steps", true, func(at float64) float64 { return 1 + 20*math.Exp(-200*at) }},
		{"in its first step", true, func(at float64) float64 {
			if at == 0 {
				return 3
			}
			return 1
		}},
		{"a likelihood of densities", true, func(at float64) float64 { return 5 - 40*at }},
		{"below 0", true, func(at float64) float64 { return -10 - 20*at }},
		{"to 0", true, func(at float64) float64 { return math.Exp(-30 * at) }},
		{"by a twentieth", false, func(at float64) float64 { return 100 - 5*at }},
		{"not", false, func(float64) float64 { return -4 }},
		{"up", false, func(at float64) float64 { return 1 + at }},
		{"up below 0", false, func(at float64) float64 { return -10 + 5*at }},
		{"to no number", false, func(at float64) float64 { return math.Sqrt(0.9 - at) }},
	} {
		for seed := range uint64(20) {
			if err := falls(series(300, seed, 0.1, c.f)); (err == nil) != c.falls {
				t.Fatalf("a loss that falls %s: %v", c.how, err)
			}
		}
	}
	if err := falls(make([]float64, fewFigures-1)); !errors.Is(err, ErrDoesNotApply) {
		t.Errorf("few figures: %v", err)
	}
}
