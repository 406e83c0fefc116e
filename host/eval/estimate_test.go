package eval

import (
	"math"
	"testing"
)

func TestMean(t *testing.T) {
	e := Mean([]float64{1, 2, 3, 4})
	near(t, "mean", e.Value, 2.5, 1e-15)
	near(t, "its error", e.SE, math.Sqrt(5./3/4), 1e-15)
	if e.N != 4 {
		t.Errorf("of %d, want 4", e.N)
	}
	if e := Mean([]float64{7}); e != (Estimate{7, 0, 1}) {
		t.Errorf("mean of one is %+v", e)
	}
}

func TestShare(t *testing.T) {
	e := share(3, 12)
	near(t, "share", e.Value, 0.25, 1e-15)
	near(t, "its error", e.SE, 0.125, 1e-15)
	if e := share(5, 5); e != (Estimate{1, 0, 5}) {
		t.Errorf("share of all is %+v", e)
	}
}

// repeat returns the mean and the standard deviation of a figure over samples,
// and the root of the mean square of the errors that it states.
func repeat(t *testing.T, samples int, f func(seed uint64) (Estimate, error)) (m Estimate, sd, stated float64) {
	t.Helper()
	var values []float64
	for i := range samples {
		e, err := f(uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, e.Value)
		stated += e.SE * e.SE / float64(samples)
	}
	return Mean(values), deviation(values), math.Sqrt(stated)
}

// honest checks that stated errors are about what repeated sampling shows.
func honest(t *testing.T, what string, sd, stated, within float64) {
	t.Helper()
	t.Logf("%s: standard error %.3g, by sampling %.3g", what, stated, sd)
	if r := stated / sd; !(math.Abs(r-1) <= within) {
		t.Errorf("%s: the standard error is stated as %.3g, and by sampling %.3g", what, stated, sd)
	}
}
