package eval

import (
	"math"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// One sample makes one Gaussian, whose density is known; two far apart make the
// half of it.
func TestParzenOfOneKernel(t *testing.T) {
	const sigma = 0.5
	samples := rowsOf(3, 1, 2, 3)
	test := rowsOf(3, 1, 2, 3, 1, 2, 4)
	// log N(x; μ, σ²I) at distance 0 and 1.
	at0 := -3 * math.Log(sigma*math.Sqrt(2*math.Pi))
	at1 := at0 - 1/(2*sigma*sigma)
	w, err := Parzen(t.Context(), samples, test, test, []float64{sigma})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "log-likelihood", w.LogLikelihood.Value, (at0+at1)/2, 1e-6)
	near(t, "its error", w.LogLikelihood.SE, (at0-at1)/2, 1e-6) // s/√2 of two
	if w.LogLikelihood.N != 2 || w.Sigma != sigma || w.Edge {
		t.Errorf("got %+v", w)
	}

	samples = rowsOf(3, 1, 2, 3, 1e6, 0, 0)
	if w, err = Parzen(t.Context(), samples, test, test, []float64{sigma}); err != nil {
		t.Fatal(err)
	}
	near(t, "log-likelihood with one far away", w.LogLikelihood.Value, (at0+at1)/2-math.Log(2), 1e-6)
}

// The sums agree with ones that keep every term, and sigma with the best.
func TestParzenAgainstDirectSums(t *testing.T) {
	const n, size = 200, 20
	samples, rows := gaussian(1, n, size, 0, 0.3), gaussian(2, 90, size, 0, 0.3)
	sigmas := ParzenSigmas()
	got, err := logLikelihoods(t.Context(), samples, rows, sigmas)
	if err != nil {
		t.Fatal(err)
	}
	s := newScan(rows, samples)
	best := 0
	for c, sigma := range sigmas {
		for i := range rows.Len() {
			var density float64
			for j := range n {
				density += math.Exp(-s.exact(i, j)/(2*sigma*sigma)) / n
			}
			want := math.Log(density) - size*math.Log(sigma*math.Sqrt(2*math.Pi))
			near(t, "log-likelihood", got[c][i], want, 1e-3)
		}
		if Mean(got[c]).Value > Mean(got[best]).Value {
			best = c
		}
	}
	w, err := Parzen(t.Context(), samples, rows, rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w.Sigma != sigmas[best] || w.Edge != (best == 0 || best == 9) || best == 0 || best == 9 {
		t.Errorf("sigma %g (edge: %t), want %g", w.Sigma, w.Edge, sigmas[best])
	}
	if w, _ = Parzen(t.Context(), samples, rows, rows, sigmas[best+1:]); !w.Edge {
		t.Error("the best sigma is below all, and nothing says so")
	}
}

func TestParzenRefuses(t *testing.T) {
	x, one := rowsOf(1, 1, 2, 3), rowsOf(1, 1)
	for _, c := range []struct {
		samples, validation, test sdk.Batch
		sigmas                    []float64
		says                      string
	}{
		{sdk.Batch{Shape: []int{1}}, x, x, nil, "0 generated rows, want at least 1"},
		{x, sdk.Batch{Shape: []int{1}}, x, nil, "0 validation rows"},
		{x, x, one, nil, "1 test rows, want at least 2"},
		{x, x, x, []float64{}, "no sigma"},
		{x, x, x, []float64{0}, "sigma is 0"},
		{x, x, x, []float64{math.NaN()}, "sigma is NaN"},
	} {
		_, err := Parzen(t.Context(), c.samples, c.validation, c.test, c.sigmas)
		refused(t, err, c.says)
	}
}

// The figures of real rows are what generated ones are compared with: 242.1 ±
// 2.1 on MNIST, where Theis et al. have 243, and 356.6 ± 1.9 on Fashion-MNIST.
func TestParzenCeilings(t *testing.T) {
	for _, c := range []struct {
		set      func(*testing.T) real
		value    float64
		se       float64
		rounding float64
	}{
		{mnist, 242.1, 2.1, 1},
		{fashionMNIST, 356.6, 1.9, 1},
	} {
		r := c.set(t)
		w, err := Parzen(t.Context(), r.train.Slice(0, 10_000), r.train.Slice(50_000, 60_000), r.test, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %.2f ± %.2f, sigma %.4f", r.name, w.LogLikelihood.Value, w.LogLikelihood.SE, w.Sigma)
		near(t, r.name+": log-likelihood", w.LogLikelihood.Value, c.value, c.rounding)
		near(t, r.name+": its error", w.LogLikelihood.SE, c.se, c.rounding)
		near(t, r.name+": sigma", w.Sigma, 0.1668, 5e-5)
	}
}
