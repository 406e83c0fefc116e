package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// marginals compare each column by itself.
func (x *comparison) marginals(ctx context.Context) (found []sdk.Measurement, err error) {
	generated, test, n := x.equals()
	uniform := x.train.uniform(n, x.rng)
	for _, f := range []struct {
		name, doc string
		of        func(a, b sheet) []float64
		floor     bool
	}{
		{"ks", "mean Kolmogorov-Smirnov statistic of the number and date columns from those of training rows, 0 to 1: Massey, Ann. Math. Stat. 1951", distances, true},
		{"tv", "mean total variation of the category columns from those of training rows, 0 to 1", variations, true},
		{"missing", "mean difference of the share of missing numbers and dates from that of training rows, 0 to 1", gaps, false},
	} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		each := f.of(generated, x.train)
		if len(each) == 0 {
			continue
		}
		ceiling := average(f.of(test, x.train))
		m := sdk.Measurement{Name: f.name, Doc: f.doc, Value: average(each), N: n, Better: "lower", Ceiling: &ceiling,
			Note: fmt.Sprintf("of %d columns, the worst has %.3g", len(each), slices.Max(each))}
		if f.floor {
			floor := average(f.of(uniform, x.train))
			m.Floor, m.Note = &floor, m.Note+"; floor: uniform columns"
		}
		found = append(found, m)
	}
	return found, nil
}

// distances are the Kolmogorov-Smirnov statistics of the columns of numbers
// that b has any in.
func distances(a, b sheet) (all []float64) {
	for k, c := range a.columns {
		if c.Type == category {
			continue
		}
		if known := there(b.cells[k]); len(known) > 0 {
			all = append(all, kolmogorov(there(a.cells[k]), known))
		}
	}
	return all
}

// there are the numbers that are not missing, sorted.
func there(cells []float64) []float64 {
	some := slices.DeleteFunc(slices.Clone(cells), math.IsNaN)
	slices.Sort(some)
	return some
}

// kolmogorov is the greatest difference of the distribution functions of
// sorted numbers; 1 where there are none in one of them.
func kolmogorov(a, b []float64) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 1
	}
	most := 0.0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		x := min(a[i], b[j])
		for i < len(a) && a[i] == x {
			i++
		}
		for j < len(b) && b[j] == x {
			j++
		}
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	return most
}

// variations are the total variations of the category columns.
func variations(a, b sheet) (all []float64) {
	for k, c := range a.columns {
		if c.Type == category {
			all = append(all, variation(shares(a.cells[k], c.choices()), shares(b.cells[k], c.choices())))
		}
	}
	return all
}

// shares are how often each value of a category is there.
func shares(cells []float64, choices int) []float64 {
	p := make([]float64, choices)
	for _, v := range cells {
		p[int(v)] += 1 / float64(len(cells))
	}
	return p
}

func variation(p, q []float64) (tv float64) {
	for i := range p {
		tv += math.Abs(p[i]-q[i]) / 2
	}
	return tv
}

// gaps are the differences of the missing shares of the number columns that
// can have missing ones.
func gaps(a, b sheet) (all []float64) {
	for k, c := range a.columns {
		if c.Type != category && c.Missing != nil {
			all = append(all, math.Abs(missingShare(a.cells[k])-missingShare(b.cells[k])))
		}
	}
	return all
}

func missingShare(cells []float64) float64 {
	return 1 - float64(len(there(cells)))/float64(len(cells))
}
