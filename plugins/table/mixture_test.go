package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestDigamma(t *testing.T) {
	for x, want := range map[float64]float64{
		1: -0.5772156649015329, 0.5: -1.9635100260214235, 0.001: -1000.5755719318337, 10: 2.251752589066721, 1234.5: 7.1180162318279985,
	} {
		if got := digamma(x); math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
			t.Errorf("digamma(%v) = %v, want %v", x, got, want)
		}
	}
}

// TestMixtureOfPenguins has what scikit-learn 1.2.1 finds with the same priors:
// BayesianGaussianMixture(10, weight_concentration_prior=0.001).
func TestMixtureOfPenguins(t *testing.T) {
	m := modality(t, func(s *settings) { s.Test = 0 })
	got, _ := read(t, m, sdk.Source{Dataset: "penguins"})
	for _, c := range columnsOf(t, got.space) {
		want, known := map[string]mixture{
			"bill_length_mm":    {[]float64{0.428, 0.572}, []float64{38.82, 47.77}, []float64{2.76, 3.45}},
			"flipper_length_mm": {[]float64{0.599, 0.401}, []float64{190.93, 215.72}, []float64{6.59, 7.62}},
			"body_mass_g":       {[]float64{0.548, 0.452}, []float64{3629, 4891}, []float64{389, 602}},
		}[c.Name]
		if !known {
			continue
		}
		if len(c.Means) != 2 {
			t.Fatalf("%s: %+v", c.Name, c.mixture)
		}
		for k, sigma := range want.Sigmas {
			if math.Abs(c.Weights[k]-want.Weights[k]) > 0.03 || math.Abs(c.Means[k]-want.Means[k]) > 0.1*sigma || math.Abs(c.Sigmas[k]/sigma-1) > 0.08 {
				t.Errorf("%s: got %+v, want %+v", c.Name, c.mixture, want)
			}
		}
	}
}

// TestModesAreUsed has no mode left that no row has.
func TestModesAreUsed(t *testing.T) {
	m := modality(t, func(s *settings) { s.Test = 0 })
	got, _ := read(t, m, sdk.Source{Dataset: "weather"})
	at := 0
	for _, c := range columnsOf(t, got.space) {
		counts := make([]int, c.choices())
		for i := range got.all.Len() {
			counts[int(got.all.Row(i)[at])]++
		}
		if slices.Contains(counts, 0) {
			t.Errorf("%s: rows of its values or modes are %v", c.Name, counts)
		}
		at += len(c.segments())
	}
}

// TestMixture draws numbers from mixtures that are known.
func TestMixture(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	want := mixture{[]float64{0.2, 0.5, 0.3}, []float64{-30, 0, 60}, []float64{5, 3, 10}}
	var x []float64
	for range 6000 {
		k, u := 0, rng.Float64()
		for ; u > want.Weights[k]; k++ {
			u -= want.Weights[k]
		}
		x = append(x, want.Means[k]+want.Sigmas[k]*rng.NormFloat64())
	}
	slices.Sort(x)
	got := fitMixture(x, 10, x[0], x[len(x)-1])
	if len(got.Means) != 3 {
		t.Fatalf("got %+v", got)
	}
	for k := range want.Means {
		if math.Abs(got.Weights[k]-want.Weights[k]) > 0.02 || math.Abs(got.Means[k]-want.Means[k]) > 0.3*want.Sigmas[k] || math.Abs(got.Sigmas[k]/want.Sigmas[k]-1) > 0.15 {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if few := fitMixture(x, 2, x[0], x[len(x)-1]); len(few.Means) > 2 {
		t.Errorf("%d modes, at most 2 were wanted", len(few.Means))
	}
}

// TestNearest has a number that is nearer to the mean of the wide mode, and
// more probable in the narrow one.
func TestNearest(t *testing.T) {
	modes := mixture{[]float64{0.9, 0.1}, []float64{0, 3}, []float64{1, 10}}.modes()
	for x, want := range map[float64]int{-1: 0, 2.5: 0, 4: 1, -9: 1} {
		if got, _ := nearest(modes, x); got != want {
			t.Errorf("%v is of mode %d, want %d", x, got, want)
		}
	}
}

// TestMixtureHolds has columns that leave little to fit.
func TestMixtureHolds(t *testing.T) {
	for name, x := range map[string][]float64{
		"nothing": nil, "one": {3}, "equal": {2, 2, 2}, "two": {1, 2}, "zeros": append(make([]float64, 1000), 1), "large": {-1e300, 0, 1e300},
		"small": {0, 1e-300, 3e-300}, "far away": {1e15, 1e15 + 1, 1e15 + 2, 1e15 + 4}, "steep": {1, 10, 1e2, 1e4, 1e8, 1e16, 1e32},
	} {
		least, most := 0.0, 5.0
		if len(x) > 0 {
			least, most = x[0], x[len(x)-1]
		}
		m := fitMixture(x, 10, least, most)
		if len(m.Means) == 0 {
			t.Errorf("%s: no modes", name)
		}
		for k := range m.Means {
			if !(m.Sigmas[k] > 0) || !(m.Weights[k] > 0) || math.IsInf(m.Means[k], 0) || math.IsNaN(m.Means[k]) || math.IsInf(m.Sigmas[k], 0) {
				t.Errorf("%s: %+v", name, m)
			}
		}
		modes, c := m.modes(), column{Type: number, Min: least, Max: most, mixture: m}
		for _, v := range x {
			k, alpha := nearest(modes, v)
			back, _ := c.numberAt(k, float32(alpha))
			if math.Abs(alpha) <= 1 && !(math.Abs(back-v) <= resolution*(most-least)) {
				t.Errorf("%s: %v comes back as %v", name, v, back)
			}
		}
	}
}

// TestClipped counts what lies too far from its mode: one number, of many that
// are drawn from a Gaussian.
func TestClipped(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	cells := make([]string, 3000)
	for i := range cells {
		cells[i] = strconv.FormatFloat(rng.NormFloat64(), 'f', 3, 64)
	}
	cells[7] = "60"
	m := modality(t, func(s *settings) { s.Test, s.Modes = 0, 1 })
	got, _ := read(t, m, table(t, oneColumn(cells...)))
	c := columnsOf(t, got.space)[1]
	if c.Fitted != 3000 || c.Clipped != 1 || c.Max != 60 {
		t.Errorf("%d of %d clipped, of %+v", c.Clipped, c.Fitted, c.mixture)
	}
	if row := got.all.Row(7); row[3] != 1 {
		t.Errorf("60 is %v", row)
	}
}

// TestLateNumbers has a column whose numbers to learn from are all equal.
func TestLateNumbers(t *testing.T) {
	dir := files(t, map[string]string{"train.csv": "n\n" + "0\n0\n0\n", "test.csv": "n\n0\n5\n10\n"})
	got, _ := read(t, modality(t, nil), sdk.Source{Path: dir, Split: "test"})
	if text := written(t, modality(t, nil), got.space, got.all); text != "n\n0\n5\n10\n" {
		t.Errorf("wrote %q", text)
	}
}

// TestManyRows fits to a part of the rows, spread over all of them.
func TestManyRows(t *testing.T) {
	text := "n\n"
	for i := range 25_000 {
		text += fmt.Sprintln(i)
	}
	got, _ := read(t, modality(t, func(s *settings) { s.Test = 0 }), table(t, text))
	c := columnsOf(t, got.space)[0]
	if c.Fitted < 8000 || c.Fitted > maxFitted || c.Max != 24_999 || c.Means[0] > 5000 || c.Means[len(c.Means)-1] < 20_000 {
		t.Errorf("fitted to %d: %+v", c.Fitted, c)
	}
}
