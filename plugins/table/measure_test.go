package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func close12(a, b float64) bool { return math.Abs(a-b) < 1e-12 }

func TestKolmogorov(t *testing.T) {
	for _, c := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2, 3}, []float64{1, 2, 3}, 0},
		{[]float64{1, 2}, []float64{3, 4, 5}, 1},
		{[]float64{1, 1, 1, 2}, []float64{1, 2}, 0.25}, // ties: F(1) is ¾ and ½
		{[]float64{1, 3}, []float64{2, 2, 2}, 0.5},
		{[]float64{1, 2, 3, 4}, []float64{3, 4, 5, 6}, 0.5},
		{nil, []float64{1}, 1},
	} {
		if got := kolmogorov(c.a, c.b); !close12(got, c.want) {
			t.Errorf("%v and %v: %g, want %g", c.a, c.b, got, c.want)
		}
		if got := kolmogorov(c.b, c.a); !close12(got, c.want) {
			t.Errorf("%v and %v the other way: %g, want %g", c.a, c.b, got, c.want)
		}
	}
}

func TestVariation(t *testing.T) {
	p, q := shares([]float64{0, 0, 0, 1}, 3), shares([]float64{0, 1, 2, 2}, 3)
	if got := variation(p, q); !close12(got, 0.5) { // (½ + 0 + ½) / 2
		t.Errorf("got %g, want 0.5", got)
	}
}

func TestPearson(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{1, 2, 3}, []float64{2, 4, 6}, 1},
		{[]float64{1, 2, 3}, []float64{5, 4, 3}, -1},
		{[]float64{1, 2, 3}, []float64{1, 3, 2}, 0.5},
		{[]float64{1, nan, 2, 3, 9}, []float64{1, 7, 3, 2, nan}, 0.5},
		{[]float64{1, 1, 1}, []float64{1, 3, 2}, 0},
		{[]float64{nan}, []float64{1}, 0},
	} {
		if got := pearson(c.x, c.y); !close12(got, c.want) {
			t.Errorf("%v and %v: %g, want %g", c.x, c.y, got, c.want)
		}
	}
}

// ε² = 1 − (1−η²)(n−1)/(n−k) from sums of squares by hand: total 10, within 1,
// of 4 numbers in 2 groups.
func TestRatio(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		group, x []float64
		want     float64
	}{
		{[]float64{0, 0, 2, 2}, []float64{1, 2, 4, 5}, math.Sqrt(1 - 0.1*3.0/2)},
		{[]float64{0, 0, 2, 2, 1}, []float64{1, 2, 4, 5, nan}, math.Sqrt(1 - 0.1*3.0/2)},
		{[]float64{0, 0, 1, 1}, []float64{3, 3, 7, 7}, 1},
		{[]float64{0, 1, 0, 1}, []float64{1, 1, 2, 2}, 0},
		{[]float64{0, 1, 2}, []float64{1, 2, 3}, 0}, // no two in a group
	} {
		if got := ratio(c.group, c.x, 3); !close12(got, c.want) {
			t.Errorf("%v of %v: %g, want %g", c.x, c.group, got, c.want)
		}
	}
}

func TestCramer(t *testing.T) {
	// 3, 1 and 1, 3: φ² is ¼, without its bias ¼ − 1/7, of 1 − 1/7 at most.
	table := [2][]float64{{0, 0, 0, 0, 1, 1, 1, 1}, {0, 0, 0, 1, 0, 1, 1, 1}}
	if got, want := cramer(table[0], table[1], 2, 3), math.Sqrt((0.25-1.0/7)/(1-1.0/7)); !close12(got, want) {
		t.Errorf("got %g, want %g", got, want)
	}
	if got := cramer(table[0], table[0], 2, 2); !close12(got, 1) {
		t.Errorf("a column and itself: %g, want 1", got)
	}
	if got := cramer([]float64{0, 0, 1, 1}, []float64{0, 1, 0, 1}, 2, 2); got != 0 {
		t.Errorf("columns that do not depend on each other: %g, want 0", got)
	}
	if got := cramer([]float64{1, 1}, []float64{0, 1}, 2, 2); got != 0 {
		t.Errorf("one value throughout: %g, want 0", got)
	}
}

// sheetOf has a category of three values and a number from 0 to 10.
func sheetOf(cells ...[]float64) sheet {
	all := []*column{{Name: "c", Type: category, Values: []string{"x", "y", "z"}}, {Name: "n", Type: number, Max: 10}}
	return sheet{columns: all, cells: cells, rows: len(cells[0])}
}

func TestAssociation(t *testing.T) {
	s := sheetOf([]float64{0, 0, 2, 2}, []float64{1, 2, 4, 5})
	numbers := sheet{columns: []*column{s.columns[1], s.columns[1]}, cells: [][]float64{{1, 2, 3}, {3, 2, 1}}, rows: 3}
	for what, c := range map[string][2]float64{
		"category and number":   {s.association(0, 1), ratio(s.cells[0], s.cells[1], 3)},
		"number and category":   {s.association(1, 0), ratio(s.cells[0], s.cells[1], 3)},
		"category and category": {s.association(0, 0), 1},
		"number and number":     {numbers.association(0, 1), -1},
	} {
		if !close12(c[0], c[1]) {
			t.Errorf("%s: %g, want %g", what, c[0], c[1])
		}
	}
}

func TestGower(t *testing.T) {
	nan := math.NaN()
	known := sheetOf([]float64{0, 1, 2, 0}, []float64{0, 10, 5, nan})
	for i, row := range [][2]float64{{0, 0}, {1, 2.5}, {2, nan}} {
		some := sheetOf([]float64{row[0]}, []float64{row[1]})
		want := [][]float64{{0, 1, 0.75, 0.5}, {0.625, 0.375, 0.625, 1}, {1, 1, 0.5, 0.5}}[i]
		got := newGower(known, -1).distances(nil, some, 0, known)
		for j := range want {
			if !close12(got[j], want[j]) {
				t.Errorf("%v is %v from the rows, want %v", row, got, want)
				break
			}
		}
	}
	got := newGower(known, 0).distances(nil, known, 0, known)
	if !close12(got[1], 1) || !close12(got[2], 0.5) {
		t.Errorf("by the number alone: %v", got)
	}
}

func TestVote(t *testing.T) {
	for _, c := range []struct {
		distances, classes []float64
		want               float64
	}{
		{[]float64{9, 1, 2, 3, 4, 5, 8}, []float64{0, 1, 2, 2, 1, 2, 0}, 2},
		{[]float64{5, 4, 3, 2, 1}, []float64{0, 2, 1, 2, 1}, 1}, // two of each: the nearest
		{[]float64{5, 4, 3, 2, 1}, []float64{0, 1, 2, 1, 2}, 2},
		{[]float64{1, 1, 1, 1, 1, 1, 1}, []float64{2, 2, 2, 1, 1, 1, 1}, 2}, // the first of equals
		{[]float64{7}, []float64{2}, 2},
	} {
		if got := vote(c.distances, c.classes); got != c.want {
			t.Errorf("%v of %v: %g, want %g", c.classes, c.distances, got, c.want)
		}
	}
}

// The standard error of a median of n normal numbers is √(π/2n).
func TestMedianError(t *testing.T) {
	if got := medianError([]float64{4}); got != 0 {
		t.Errorf("of one: %g", got)
	}
	rng, n, sum := rand.New(rand.NewPCG(1, 2)), 400, 0.0
	for range 200 {
		var all []float64
		for range n {
			all = append(all, rng.NormFloat64())
		}
		sum += medianError(there(all)) / 200
	}
	if want := math.Sqrt(math.Pi / 2 / float64(n)); math.Abs(sum/want-1) > 0.1 {
		t.Errorf("%g, want %g", sum, want)
	}
	if got := median([]float64{1, 2, 4, 9}); got != 3 {
		t.Errorf("median %g, want 3", got)
	}
}

func TestWritten(t *testing.T) {
	for _, c := range []struct {
		column  column
		x, want float64
	}{
		{column{Max: 10, format: format{Places: 1}}, 2.3499, 2.3},
		{column{Max: 10}, 10.9, 10},
		{column{Max: 10, format: format{Digits: 7}}, 2.3499, 2.3499},
		{column{Max: 10, format: format{Places: 400}}, 0, 0},
		{column{Max: 10, format: format{Places: 400}}, 2.5, 2.5},
	} {
		if got := c.column.written(c.x); got != c.want {
			t.Errorf("%g with %+v: %g, want %g", c.x, c.column.format, got, c.want)
		}
	}
}

func TestSlug(t *testing.T) {
	for title, want := range map[string]string{"species": "species", "Body mass (g)": "body-mass-g", "种": "column"} {
		if got := slug(title); got != want {
			t.Errorf("%s: %s, want %s", title, got, want)
		}
	}
}

func measured(t *testing.T, space sdk.Space, c sdk.Comparison) map[string]sdk.Measurement {
	t.Helper()
	found, err := modality(t, nil).Measure(t.Context(), space, c)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]sdk.Measurement{}
	for _, f := range found {
		if err := f.Validate(); err != nil {
			t.Error(err)
		}
		all[f.Name] = f
	}
	return all
}

// Held-out rows are as good as rows can be, rows with columns drawn each by
// itself are right in each column alone, and copies are found.
func TestMeasureWeather(t *testing.T) {
	train, _ := read(t, modality(t, nil), sdk.Source{Dataset: "weather", Split: "train"})
	test, _ := read(t, modality(t, nil), sdk.Source{Dataset: "weather", Split: "test"})
	of := func(generated sdk.Batch) map[string]sdk.Measurement {
		return measured(t, train.space, sdk.Comparison{Generated: generated, Train: train.all, Test: test.all, Seed: 1})
	}
	real := of(test.all)
	for name, f := range real {
		if name != "tstr-location" && math.Abs(f.Value-*f.Ceiling) > 1e-12 {
			t.Errorf("held-out rows have %s %g, and as a ceiling %g", name, f.Value, *f.Ceiling)
		}
	}
	mixed := of(columnsApart(train.all))
	if f := mixed["ks"]; f.Value > 1.5**f.Ceiling || f.Value > *f.Floor/3 {
		t.Errorf("columns by themselves: ks %g", f.Value)
	}
	if f := mixed["association"]; math.Abs(f.Value / *f.Floor - 1) > 0.2 || f.Value < 3**f.Ceiling {
		t.Errorf("columns by themselves: association %g of %g", f.Value, *f.Floor)
	}
	if f := mixed["tstr-location"]; math.Abs(f.Value-0.5) > 0.1 || *f.Ceiling < 0.7 {
		t.Errorf("columns by themselves: accuracy %g, of training rows %g", f.Value, *f.Ceiling)
	}
	copies := of(train.all.Slice(0, 1000))
	if f := copies["closest-record"]; f.Value != 0 || *f.Ceiling < 0.01 {
		t.Errorf("copies are %g away, held-out rows %g", f.Value, *f.Ceiling)
	}
}

// columnsApart are rows whose numbers come from others, the two of a number
// together.
func columnsApart(b sdk.Batch) sdk.Batch {
	mixed := sdk.MakeBatch(b.Len(), b.Shape...)
	starts := []int{0, 1, 3, 5, 7, 9, 11, 12} // location, date, precipitation, temp_max, temp_min, wind, weather
	rng := rand.New(rand.NewPCG(5, 6))
	for k := range starts[:7] {
		for i, j := range rng.Perm(b.Len()) {
			copy(mixed.Row(i)[starts[k]:starts[k+1]], b.Row(j)[starts[k]:starts[k+1]])
		}
	}
	return mixed
}

func TestMeasureMissing(t *testing.T) {
	got, _ := read(t, modality(t, nil), table(t, "n,c\n1.5,x\n2.5,y\n,x\n,y\n3.5,x\n7.25,z\n"))
	part := func(i, j int) sdk.Batch {
		b := got.all.Slice(i, j)
		b.Conditions = nil
		return b
	}
	all := measured(t, got.space, sdk.Comparison{Generated: part(2, 4), Train: part(0, 4), Test: part(4, 6)})
	if all["missing"].Value != 0.5 || *all["missing"].Ceiling != 0.5 || all["ks"].Value != 1 || all["tv"].Value != 0 {
		t.Errorf("got %+v", all)
	}
}

func TestMeasureFewColumns(t *testing.T) {
	for text, want := range map[string]int{
		"c\nx\ny\nx\n":         2, // tv, closest-record
		"n\n1.5\n2.5\n3.5\n":   2, // ks, closest-record
		"c\nx\nx\nx\n":         2,
		"n,m\n1,2\n2,3\n3.5,4": 3, // and association
	} {
		got, _ := read(t, modality(t, nil), table(t, text))
		one := got.all.Slice(0, 1)
		if all := measured(t, got.space, sdk.Comparison{Generated: one, Train: got.all, Test: one}); len(all) != want {
			t.Errorf("%q: found %d figures, want %d: %+v", text, len(all), want, all)
		}
	}
}

func TestMeasureRefuses(t *testing.T) {
	got, _ := read(t, modality(t, nil), sdk.Source{Dataset: "penguins"})
	none := sdk.Batch{Shape: got.space.Shape}
	m := modality(t, nil)
	if _, err := m.Measure(t.Context(), got.space, sdk.Comparison{Generated: got.all, Train: got.all, Test: none}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("no held-out rows: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Measure(ctx, got.space, sdk.Comparison{Generated: got.all, Train: got.all, Test: got.all}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
