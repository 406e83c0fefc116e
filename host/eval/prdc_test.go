package eval

import (
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// brutePRDC has the definitions, over all pairs.
func brutePRDC(generated, real sdk.Batch, k int) [4]float64 {
	radii := func(b sdk.Batch) []float64 {
		s := &scan{a: b, b: b}
		all := make([]float64, b.Len())
		for i := range all {
			var squares []float64
			for j := range b.Len() {
				if j != i {
					squares = append(squares, s.exact(i, j))
				}
			}
			slices.Sort(squares)
			all[i] = squares[k-1]
		}
		return all
	}
	ofReal, ofGenerated := radii(real), radii(generated)
	s := &scan{a: generated, b: real}
	n, m := generated.Len(), real.Len()
	var precise, recalled, covered, inside float64
	for i := range n {
		within := 0.0
		for j := range m {
			if s.exact(i, j) <= ofReal[j] {
				within++
			}
		}
		inside += within
		precise += min(within, 1)
	}
	for j := range m {
		var in, of float64
		for i := range n {
			if s.exact(i, j) <= ofGenerated[i] {
				in = 1
			}
			if s.exact(i, j) <= ofReal[j] {
				of = 1
			}
		}
		recalled, covered = recalled+in, covered+of
	}
	return [4]float64{precise / float64(n), recalled / float64(m), inside / float64(n*k), covered / float64(m)}
}

func TestPRDCAgainstBruteForce(t *testing.T) {
	for _, c := range []struct{ n, m, size, k int }{{60, 80, 2, 3}, {80, 60, 25, 5}, {30, 30, 50, 1}, {30, 1100, 2, 2}} {
		generated, real := gaussian(1, c.n, c.size, 0.5, 1), gaussian(2, c.m, c.size, 0, 1)
		for i := range c.k + 1 { // balls without a radius, and what is in them
			copy(real.Row(i+1), real.Row(0))
			copy(generated.Row(i+1), generated.Row(0))
		}
		copy(generated.Row(20), real.Row(0))
		copy(real.Row(20), generated.Row(0))
		got, err := PRDC(t.Context(), generated, real, c.k)
		if err != nil {
			t.Fatal(err)
		}
		want := brutePRDC(generated, real, c.k)
		near(t, "precision", got.Precision.Value, want[0], 1e-12)
		near(t, "recall", got.Recall.Value, want[1], 1e-12)
		near(t, "density", got.Density.Value, want[2], 1e-12)
		near(t, "coverage", got.Coverage.Value, want[3], 1e-12)
		if got.Precision.N != c.n || got.Density.N != c.n || got.Recall.N != c.m || got.Coverage.N != c.m {
			t.Errorf("rows are %+v", got)
		}
	}
}

// Real rows at 0, 1, 3 and 6 have balls of 1, 1, 2 and 3 about them.
func TestPRDCByHand(t *testing.T) {
	real := rowsOf(1, 0, 1, 3, 6)
	got, err := PRDC(t.Context(), rowsOf(1, 1, 2, 20, 22), real, 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "precision", got.Precision.Value, 2./4, 0)     // 1 and 2
	near(t, "density", got.Density.Value, (3+2)/4., 1e-15) // 1 is in the balls of 0, 1, 3; 2 of 1, 3
	near(t, "coverage", got.Coverage.Value, 3./4, 0)       // not 6
	near(t, "recall", got.Recall.Value, 3./4, 0)           // all but 6, from 1 and 2
}

// The expected values of equal distributions come out of samples.
func TestPRDCOfEqualDistributions(t *testing.T) {
	const n, m, k = 150, 100, 5
	var coverage [100]Estimate
	density, _, _ := repeat(t, len(coverage), func(seed uint64) (Estimate, error) {
		o, err := PRDC(t.Context(), gaussian(2*seed, n, 3, 0, 1), gaussian(2*seed+1, m, 3, 0, 1), k)
		coverage[seed] = o.Coverage
		return o.Density, err
	})
	near(t, "density", density.Value, 1, 4*density.SE)
	covered, _, _ := repeat(t, len(coverage), func(seed uint64) (Estimate, error) { return coverage[seed], nil })
	near(t, "coverage", covered.Value, RealCoverage(n, m, k), 4*covered.SE)
}

func TestRealCoverage(t *testing.T) {
	// Of one generated row and one other real one, either is nearer.
	near(t, "coverage of 1 among 2", RealCoverage(1, 2, 1), 0.5, 1e-15)
	near(t, "coverage of many", RealCoverage(1e6, 1e6, 5), 1-1./32, 1e-5)
	near(t, "coverage by none", RealCoverage(0, 50, 5), 0, 1e-15)
}

// With the balls as given, errors are those of other generated rows.
func TestPRDCErrors(t *testing.T) {
	real := gaussian(1, 200, 4, 0, 1)
	var precision [150]Estimate
	_, sd, stated := repeat(t, len(precision), func(seed uint64) (Estimate, error) {
		o, err := PRDC(t.Context(), gaussian(2+seed, 200, 4, 0.5, 1), real, 3)
		precision[seed] = o.Precision
		return o.Density, err
	})
	honest(t, "density", sd, stated, 0.2)
	_, sd, stated = repeat(t, len(precision), func(seed uint64) (Estimate, error) { return precision[seed], nil })
	honest(t, "precision", sd, stated, 0.2)
}

// Modes that are left out cost recall and coverage; rows off the data cost
// precision and density.
func TestPRDCTellsFailuresApart(t *testing.T) {
	real := gaussian(1, 400, 2, 0, 1)
	narrow, wide := gaussian(2, 400, 2, 0, 0.2), gaussian(3, 400, 2, 0, 5)
	of := func(b sdk.Batch) Overlap {
		o, err := PRDC(t.Context(), b, real, 5)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	n, w := of(narrow), of(wide)
	if n.Precision.Value < 0.99 || n.Recall.Value > 0.4 || n.Coverage.Value > 0.3 {
		t.Errorf("of one mode: %+v", n)
	}
	if w.Precision.Value > 0.3 || w.Recall.Value < 0.9 || w.Density.Value > 0.3 {
		t.Errorf("of rows off the data: %+v", w)
	}
}

func TestPRDCRefuses(t *testing.T) {
	x := gaussian(1, 6, 2, 0, 1)
	_, err := PRDC(t.Context(), x, x, 0)
	refused(t, err, "neighbour 0, want at least 1")
	_, err = PRDC(t.Context(), x, x.Slice(0, 5), 5)
	refused(t, err, "5 real rows, want at least 6")
}
