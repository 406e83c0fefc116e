package eval

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestMemoriseByHand(t *testing.T) {
	train := rowsOf(1, 0, 10, 20)
	// Generated rows are 1, 2, 0 and 4 away, held-out rows 3, 2 and 5.
	m, err := Memorise(t.Context(), rowsOf(1, 1, 12, 20, 24), train, rowsOf(1, 3, 8, 25), 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "median of generated rows", m.Generated, 1.5, 0)
	near(t, "median of held-out rows", m.HeldOut, 3, 0)
	near(t, "ratio", m.Ratio.Value, 0.5, 0)
	if !slices.Equal(m.Nearest.Index, []int{0, 1, 2, 2}) || !slices.Equal(m.Nearest.Distance, []float64{1, 2, 0, 4}) {
		t.Errorf("nearest are %+v", m.Nearest)
	}
	if m.Ratio.N != 4 || m.Ratio.SE == 0 {
		t.Errorf("ratio is %+v", m.Ratio)
	}
}

// Fresh rows are as near to training rows as held-out ones, copies are at 0,
// and copies with noise in between.
func TestMemoriseTellsCopies(t *testing.T) {
	train, heldOut := gaussian(1, 500, 20, 0, 1), gaussian(2, 300, 20, 0, 1)
	noisy := gaussian(3, 500, 20, 0, 0.05)
	for i, v := range train.Data {
		noisy.Data[i] += v
	}
	for _, c := range []struct {
		name      string
		rows      sdk.Batch
		low, high float64
	}{
		{"fresh", gaussian(4, 500, 20, 0, 1), 0.95, 1.05},
		{"copies", train, 0, 0},
		{"noisy copies", noisy, 0.02, 0.2},
		{"noise", gaussian(5, 500, 20, 0, 3), 2, 5},
	} {
		m, err := Memorise(t.Context(), c.rows, train, heldOut, 1)
		if err != nil {
			t.Fatal(err)
		}
		if r := m.Ratio.Value; r < c.low || r > c.high {
			t.Errorf("%s: the ratio is %g, want %g to %g", c.name, r, c.low, c.high)
		}
	}
}

func TestMemoriseErrors(t *testing.T) {
	train := gaussian(1, 200, 10, 0, 1)
	m, sd, stated := repeat(t, 100, func(seed uint64) (Estimate, error) {
		m, err := Memorise(t.Context(), gaussian(2*seed+2, 100, 10, 0, 1), train, gaussian(2*seed+3, 150, 10, 0, 1), seed)
		return m.Ratio, err
	})
	near(t, "ratio", m.Value, 1, 4*m.SE)
	honest(t, "memorised", sd, stated, 0.2)
}

func TestBootstrapLeavesOutWhatHasNoRatio(t *testing.T) {
	ratios, err := bootstrap(t.Context(), []float64{2, 2}, []float64{0, 0, 1}, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	// Of three, two or three are 1 with 7/27.
	near(t, "how many there are", float64(len(ratios))/200, 7./27, 0.1)
	if slices.Min(ratios) != 2 || slices.Max(ratios) != 2 {
		t.Errorf("ratios are %g", ratios)
	}
}

func TestMedian(t *testing.T) {
	x := []float64{9, 1, 5}
	near(t, "of three", median(x), 5, 0)
	near(t, "of four", median([]float64{9, 1, 5, 4}), 4.5, 0)
	if !slices.Equal(x, []float64{9, 1, 5}) {
		t.Error("the numbers are in another order")
	}
}

func TestMemoriseRefuses(t *testing.T) {
	x := rowsOf(1, 1, 2, 3)
	_, err := Memorise(t.Context(), x, x, x, 1)
	refused(t, err, "most held-out rows are among the training rows")
	_, err = Memorise(t.Context(), x, x, rowsOf(1, 1), 1)
	refused(t, err, "1 held-out rows, want at least 2")
	_, err = Memorise(t.Context(), x, sdk.Batch{Shape: []int{1}}, x, 1)
	refused(t, err, "0 training rows")
}
