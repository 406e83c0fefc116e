package eval

import (
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestTwoSampleByHand(t *testing.T) {
	for _, c := range []struct {
		name              string
		generated, real   sdk.Batch
		all, theirs, ours float64 // right
	}{
		{"far apart", rowsOf(1, 0, 1, 2), rowsOf(1, 100, 101, 102), 1, 1, 1},
		{"each beside its copy", rowsOf(1, 0, 10, 20), rowsOf(1, 0, 10, 20), 0, 0, 0},
		{"all equal", rowsOf(1, 5, 5, 5), rowsOf(1, 5, 5, 5), 0.5, 0.5, 0.5},
		// 4 is as far from 2, its own, as from 6.
		{"a tie", rowsOf(1, 4, 2), rowsOf(1, 6, 7), 3.5 / 4, 1.5 / 2, 1},
		{"a mode collapsed", rowsOf(1, 5, 5.1, 5.2), rowsOf(1, 0, 5.05, 9), 1. / 6, 1. / 3, 0},
	} {
		got, err := TwoSample(t.Context(), c.generated, c.real)
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.name+": accuracy", got.Accuracy.Value, c.all, 1e-12)
		near(t, c.name+": of generated rows", got.Generated.Value, c.theirs, 1e-12)
		near(t, c.name+": of real rows", got.Real.Value, c.ours, 1e-12)
		if n := c.real.Len(); got.Accuracy.N != 2*n || got.Generated.N != n || got.Real.N != n {
			t.Errorf("%s: of %+v rows", c.name, got)
		}
	}
}

// bruteTold is the accuracy on generated rows, and on real ones.
func bruteTold(generated, real sdk.Batch) (ofGenerated, ofReal float64) {
	nearest := func(rows, others sdk.Batch, i int, same bool) float64 {
		s := &scan{a: rows, b: others}
		least := -1.0
		for j := range others.Len() {
			if d := s.exact(i, j); !(same && i == j) && (least < 0 || d < least) {
				least = d
			}
		}
		return least
	}
	right := func(own, other sdk.Batch) float64 {
		var sum float64
		for i := range own.Len() {
			switch a, b := nearest(own, own, i, true), nearest(own, other, i, false); {
			case a < b:
				sum++
			case a == b:
				sum += 0.5
			}
		}
		return sum / float64(own.Len())
	}
	return right(generated, real), right(real, generated)
}

func TestTwoSampleAgainstBruteForce(t *testing.T) {
	for _, size := range []int{2, 30} {
		generated, real := gaussian(1, 120, size, 0.3, 1), gaussian(2, 120, size, 0, 1)
		copy(generated.Row(7), real.Row(9)) // and some ties
		copy(generated.Row(8), generated.Row(7))
		copy(real.Row(10), real.Row(9))
		got, err := TwoSample(t.Context(), generated, real)
		if err != nil {
			t.Fatal(err)
		}
		theirs, ours := bruteTold(generated, real)
		near(t, "of generated rows", got.Generated.Value, theirs, 1e-12)
		near(t, "of real rows", got.Real.Value, ours, 1e-12)
		near(t, "accuracy", got.Accuracy.Value, (theirs+ours)/2, 1e-12)
	}
}

// Equal distributions are told apart half the time. Of rows of two numbers many
// are each other's nearest; of rows of a hundred a few are the nearest to many:
// errors allow for both.
func TestTwoSampleOfEqualDistributions(t *testing.T) {
	for _, size := range []int{2, 100} {
		var sides [120]Estimate
		m, sd, stated := repeat(t, len(sides), func(seed uint64) (Estimate, error) {
			told, err := TwoSample(t.Context(), gaussian(2*seed, 100, size, 0, 1), gaussian(2*seed+1, 100, size, 0, 1))
			sides[seed] = told.Generated
			return told.Accuracy, err
		})
		near(t, "accuracy", m.Value, 0.5, 4*m.SE)
		honest(t, "accuracy", sd, stated, 0.2)
		_, sd, stated = repeat(t, len(sides), func(seed uint64) (Estimate, error) { return sides[seed], nil })
		honest(t, "of generated rows", sd, stated, 0.25)
	}
}

func TestTwoSampleRefuses(t *testing.T) {
	_, err := TwoSample(t.Context(), gaussian(1, 3, 2, 0, 1), gaussian(2, 4, 2, 0, 1))
	refused(t, err, "3 generated rows and 4 real ones")
	_, err = TwoSample(t.Context(), rowsOf(1, 1), rowsOf(1, 1))
	refused(t, err, "1 real rows, want at least 2")
}
