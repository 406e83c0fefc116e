package eval

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// gaussian returns n rows of independent N(mean, sd²) numbers.
func gaussian(seed uint64, n, size int, mean, sd float64) sdk.Batch {
	rng := rand.New(rand.NewPCG(seed, 0))
	b := sdk.MakeBatch(n, size)
	for i := range b.Data {
		b.Data[i] = float32(mean + sd*rng.NormFloat64())
	}
	return b
}

// rowsOf returns rows of so many numbers.
func rowsOf(size int, numbers ...float32) sdk.Batch {
	return sdk.Batch{Shape: []int{size}, Data: numbers}
}

// onThreads runs f with so many threads.
func onThreads(n int, f func()) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
	f()
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.8g, want %.8g ± %.2g", what, got, want, tolerance)
	}
}

// refused checks that an error is about input, and says what is wrong.
func refused(t *testing.T, err error, says string) {
	t.Helper()
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want ErrBadInput with %q", err, says)
	}
}

func TestScanAgainstDifferences(t *testing.T) {
	for _, c := range []struct {
		name            string
		n, m, size      int
		mean, sd, worst float64
	}{
		{name: "direct", n: 30, m: 50, size: 3, sd: 1, worst: 1e-7},
		{name: "a product", n: 1100, m: 1200, size: 17, sd: 1, worst: 1e-3},
		{name: "wide", n: 20, m: 90, size: 20_000, sd: 1, worst: 1e-4},
		{name: "far from 0", n: 40, m: 60, size: 100, mean: 1e4, sd: 1, worst: 1e-4},
	} {
		a, b := gaussian(1, c.n, c.size, c.mean, c.sd), gaussian(2, c.m, c.size, c.mean, c.sd)
		copy(b.Row(c.m-1), a.Row(3)) // equal rows
		s := newScan(a, b)
		seen := make([]int, c.n)
		err := s.run(t.Context(), func(i, j int, squares []float32) {
			if seen[i] != j {
				t.Errorf("%s: row %d is at %d after %d", c.name, i, j, seen[i])
			}
			for k, d := range squares {
				want := s.exact(i, j+k)
				if math.Abs(float64(d)-want) > c.worst*want {
					t.Errorf("%s: (%d, %d) is %g, want %g", c.name, i, j+k, d, want)
				}
			}
			seen[i] += len(squares)
		})
		if err != nil || slices.Min(seen) != c.m || slices.Max(seen) != c.m {
			t.Errorf("%s: %v; visited %d to %d of %d", c.name, err, slices.Min(seen), slices.Max(seen), c.m)
		}
	}
}

func TestNearestAgainstBruteForce(t *testing.T) {
	const n, m, size, k = 70, 700, 40, 4
	a, b := gaussian(1, n, size, 5, 1), gaussian(2, m, size, 5, 1)
	for i := 0; i < n; i += 2 { // among rows nearly, or exactly, equal
		copy(b.Row(7*i), a.Row(i))
		copy(b.Row(7*i+1), a.Row(i))
		b.Row(7*i + 1)[0] += 1e-4
		copy(b.Row(7*i+2), b.Row(7*i+1))
	}
	got, err := Nearest(t.Context(), a, b, k)
	if err != nil {
		t.Fatal(err)
	}
	others, err := NearestOthers(t.Context(), b, k)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(got Neighbours, rows sdk.Batch, others bool) {
		for i := range rows.Len() {
			var all []candidate
			for j := range m {
				var sum float64
				for c, v := range rows.Row(i) {
					d := float64(v) - float64(b.Row(j)[c])
					sum += d * d
				}
				if !others || i != j {
					all = append(all, candidate{j, sum})
				}
			}
			slices.SortFunc(all, nearer)
			for c, want := range all[:k] {
				at := i*k + c
				if got.Index[at] != want.index || math.Abs(got.Distance[at]-math.Sqrt(want.square)) > 1e-12 {
					t.Fatalf("others %t: neighbour %d of row %d is %d, %g away; want %d, %g", others, c, i,
						got.Index[at], got.Distance[at], want.index, math.Sqrt(want.square))
				}
			}
		}
	}
	compare(got, a, false)
	compare(others, b, true)
}

func TestNearestIsEqualOnAnyThreads(t *testing.T) {
	a, b := gaussian(1, 300, 50, 0, 1), gaussian(2, 1500, 50, 0, 1)
	var all []Neighbours
	for _, threads := range []int{1, 2, 5} {
		onThreads(threads, func() {
			n, err := Nearest(t.Context(), a, b, 3)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, n)
		})
	}
	for _, n := range all[1:] {
		if !slices.Equal(n.Index, all[0].Index) || !slices.Equal(n.Distance, all[0].Distance) {
			t.Error("neighbours depend on the threads")
		}
	}
}

// A row on the rim of a ball is inside, whichever way products round: they do
// most where rows are nearer to each other than to their mean.
func TestWithin(t *testing.T) {
	a, b := gaussian(1, 40, 300, 3, 1), gaussian(2, 50, 300, 3, 1)
	for _, rows := range []sdk.Batch{a, b} {
		for i, v := range rows.Data {
			if i/300%4 < 2 {
				rows.Data[i] = v + float32(i/300%2*14-7)
			}
		}
	}
	s := newScan(a, b)
	err := s.run(t.Context(), func(i, j int, squares []float32) {
		for c, about := range squares {
			d := s.exact(i, j+c)
			if !s.within(i, j+c, about, d) || s.within(i, j+c, about, math.Nextafter(d, 0)) {
				t.Errorf("(%d, %d): the rim is not where it is", i, j+c)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNearestRefuses(t *testing.T) {
	three := rowsOf(2, 0, 0, 1, 1, 2, 2)
	for _, c := range []struct {
		rows, among sdk.Batch
		k           int
		says        string
	}{
		{three, three, 4, "4 nearest of 3 rows"},
		{three, three, 0, "0 nearest"},
		{three, rowsOf(3, 1, 2, 3), 1, "other rows have 3 numbers each, given rows 2"},
		{three, sdk.Batch{Shape: []int{2}}, 1, "0 other rows, want at least 1"},
		{sdk.Batch{}, three, 1, "no rows of shape []"},
		{rowsOf(2, 1, 2, 3), three, 1, "3 numbers are no rows of shape [2]"},
		{three, rowsOf(2, 1, 2, 3, float32(math.NaN())), 1, "other rows: number 1 of row 1 is NaN"},
		{three, rowsOf(2, 1, float32(math.Inf(-1))), 1, "number 1 of row 0 is -Inf"},
	} {
		_, err := Nearest(t.Context(), c.rows, c.among, c.k)
		refused(t, err, c.says)
	}
	_, err := NearestOthers(t.Context(), three, 3)
	refused(t, err, "3 nearest of 2 other rows")
}

func TestRowsWithConditionsOfAnotherLength(t *testing.T) {
	a := gaussian(1, 5, 20, 0, 1)
	a.Conditions = map[string][]float32{"label": {1}}
	if _, err := Nearest(t.Context(), a, a, 1); err != nil {
		t.Error(err)
	}
}

func TestNearestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Nearest(ctx, gaussian(1, 50, 20, 0, 1), gaussian(1, 50, 20, 0, 1), 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
