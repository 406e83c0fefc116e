package main

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// maxPaired is how many columns are looked at in pairs.
const maxPaired = 48

// associations compare the columns in pairs.
func (x *comparison) associations(ctx context.Context) ([]sdk.Measurement, error) {
	columns := x.rng.Perm(len(x.train.columns))
	columns = columns[:min(maxPaired, len(columns))]
	slices.Sort(columns)
	if len(columns) < 2 {
		return nil, nil
	}
	generated, test, n := x.equals()
	var of [4][]float64
	for i, s := range []sheet{x.train, generated, test, x.train.apart(n, x.rng)} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		of[i] = s.associations(columns)
	}
	off := func(a []float64) float64 {
		apart := make([]float64, len(a))
		for i := range a {
			apart[i] = math.Abs(a[i] - of[0][i])
		}
		return average(apart)
	}
	ceiling, floor := off(of[2]), off(of[3])
	return []sdk.Measurement{{
		Name: "association", Doc: "mean difference of the columns' pairwise association from that of training rows: Pearson's r of numbers, the correlation ratio (Kelley, PNAS 1935), Cramér's V (Bergsma, J. Korean Stat. Soc. 2013)",
		Value: off(of[1]), N: n, Better: "lower", Floor: &floor, Ceiling: &ceiling,
		Note: fmt.Sprintf("of %d pairs; floor: columns drawn each by itself", len(of[0])),
	}}, nil
}

// associations are those of all pairs of some columns.
func (s sheet) associations(columns []int) (all []float64) {
	for i, a := range columns {
		for _, b := range columns[:i] {
			all = append(all, s.association(a, b))
		}
	}
	return all
}

// association is from −1 to 1 between numbers and from 0 to 1 otherwise; 0
// where one column is all the same.
func (s sheet) association(a, b int) float64 {
	x, y := s.cells[a], s.cells[b]
	switch of, other := s.columns[a], s.columns[b]; {
	case of.Type == category && other.Type == category:
		return cramer(x, y, of.choices(), other.choices())
	case of.Type == category:
		return ratio(x, y, of.choices())
	case other.Type == category:
		return ratio(y, x, other.choices())
	}
	return pearson(x, y)
}

// pearson is the correlation of the numbers that are both there.
func pearson(x, y []float64) float64 {
	var n, mx, my, xx, yy, xy float64
	for i := range x {
		if math.IsNaN(x[i]) || math.IsNaN(y[i]) {
			continue
		}
		n++
		dx, dy := x[i]-mx, y[i]-my
		mx, my = mx+dx/n, my+dy/n
		xx, yy, xy = xx+dx*(x[i]-mx), yy+dy*(y[i]-my), xy+dx*(y[i]-my)
	}
	return finite(xy / math.Sqrt(xx) / math.Sqrt(yy))
}

// ratio is how far the group tells the number, less what it does by chance:
// √ε² of Kelley, "An unbiased correlation ratio measure", 1935.
func ratio(group, x []float64, choices int) float64 {
	counts, means := make([]float64, choices), make([]float64, choices)
	var n, mean, total, within float64
	for i, v := range x {
		if math.IsNaN(v) {
			continue
		}
		g := int(group[i])
		n, counts[g] = n+1, counts[g]+1
		d, e := v-mean, v-means[g]
		mean, means[g] = mean+d/n, means[g]+e/counts[g]
		total, within = total+d*(v-mean), within+e*(v-means[g])
	}
	k := present(counts)
	return finite(math.Sqrt(max(0, 1-within/total*(n-1)/(n-k))))
}

// cramer is V without its bias: Bergsma, "A bias-correction for Cramér's V and
// Tschuprow's T", 2013.
func cramer(x, y []float64, choices, others int) float64 {
	n := float64(len(x))
	p, q := shares(x, choices), shares(y, others)
	joint := make(map[[2]int]float64)
	for i := range x {
		joint[[2]int{int(x[i]), int(y[i])}] += 1 / n
	}
	phi := -1.0 // φ² = Σ p(a,b)² / p(a)p(b) − 1
	for _, at := range sortedPairs(joint) {
		phi += joint[at] * joint[at] / p[at[0]] / q[at[1]]
	}
	r, c := present(p), present(q)
	phi = max(0, phi-(r-1)*(c-1)/(n-1))
	least := min(r-(r-1)*(r-1)/(n-1), c-(c-1)*(c-1)/(n-1)) - 1
	if least <= 0 {
		return 0
	}
	return min(1, finite(math.Sqrt(phi/least)))
}

// sortedPairs are the keys in an order, for sums that are always the same.
func sortedPairs(joint map[[2]int]float64) (keys [][2]int) {
	for at := range joint {
		keys = append(keys, at)
	}
	slices.SortFunc(keys, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	return keys
}

// present counts the values that are there at all.
func present(counts []float64) (n float64) {
	for _, p := range counts {
		if p > 0 {
			n++
		}
	}
	return n
}

// finite is v, or 0 where it is a quotient of nothing.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
