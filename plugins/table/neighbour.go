package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

const (
	maxLooked  = 300 // rows whose neighbours are looked for
	neighbours = 5   // that say what a row's class is
	maxTitle   = 50  // bytes of a column's name in that of a figure
)

// A gower tells records apart: Gower, "A general coefficient of similarity and
// some of its properties", Biometrics 1971. Each column counts alike: numbers
// by their difference as a part of their range, categories by whether they are
// others; one that is missing is as far as can be from one that is there.
type gower struct {
	scales []float64 // 1 / range; 0 of categories and of numbers that are all the same
	skip   int       // the column that does not count; −1 for none
}

func newGower(s sheet, skip int) gower {
	g := gower{skip: skip}
	for k, c := range s.columns {
		scale := 0.0
		if some := there(s.cells[k]); c.Type != category && len(some) > 0 {
			scale = finite(1 / (some[len(some)-1] - some[0]))
		}
		g.scales = append(g.scales, scale)
	}
	return g
}

// distances adds up how far row i of s is from each row of others, from 0 to 1.
func (g gower) distances(dst []float64, s sheet, i int, others sheet) []float64 {
	dst = slices.Grow(dst[:0], others.rows)[:others.rows]
	clear(dst)
	counted := len(s.columns)
	if g.skip >= 0 {
		counted--
	}
	for k, scale := range g.scales {
		if k == g.skip {
			continue
		}
		x := s.cells[k][i]
		for j, y := range others.cells[k] {
			dst[j] += unlike(x, y, scale)
		}
	}
	for j := range dst {
		dst[j] /= float64(counted)
	}
	return dst
}

func unlike(x, y, scale float64) float64 {
	switch {
	case x == y || math.IsNaN(x) && math.IsNaN(y):
		return 0
	case scale == 0 || math.IsNaN(x) || math.IsNaN(y):
		return 1
	}
	return min(1, math.Abs(x-y)*scale)
}

// closestRecords is how near generated rows are to training rows.
func (x *comparison) closestRecords(ctx context.Context) ([]sdk.Measurement, error) {
	g := newGower(x.train, -1)
	of := func(s sheet) (all []float64, err error) {
		var d []float64
		for i := range min(maxLooked, s.rows) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			d = g.distances(d, s, i, x.train)
			all = append(all, slices.Min(d))
		}
		slices.Sort(all)
		return all, nil
	}
	generated, err := of(x.generated)
	if err != nil {
		return nil, err
	}
	test, err := of(x.test)
	if err != nil {
		return nil, err
	}
	ceiling := median(test)
	return []sdk.Measurement{{
		Name: "closest-record", Doc: "median Gower distance to the closest training row, 0 to 1 (Park et al., table-GAN, VLDB 2018); far below the ceiling they are copies",
		Value: median(generated), SE: medianError(generated), N: len(generated), Ceiling: &ceiling,
		Note: fmt.Sprintf("of %d training rows; a part of %.3g are among them, of held-out rows %.3g", x.train.rows, copied(generated), copied(test)),
	}}, nil
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// medianError is half the distance of the order statistics √n/2 around the
// median, which are one standard error away, whatever the distribution: David
// and Nagaraja, "Order statistics", 2003, §7.1.
func medianError(sorted []float64) float64 {
	n := float64(len(sorted))
	at := func(place float64) float64 { return sorted[int(min(max(place, 0), n-1))] }
	return (at(math.Round((n-1)/2+math.Sqrt(n)/2)) - at(math.Round((n-1)/2-math.Sqrt(n)/2))) / 2
}

// copied is the share of distances that are none.
func copied(distances []float64) float64 {
	n := 0.0
	for _, d := range distances {
		if d < resolution {
			n++
		}
	}
	return n / float64(len(distances))
}

// usefulness is how well the first category column of held-out rows is told
// from the others by a learner that knows generated rows alone.
func (x *comparison) usefulness(ctx context.Context) ([]sdk.Measurement, error) {
	target := slices.IndexFunc(x.train.columns, func(c *column) bool { return c.Type == category && c.choices() > 1 })
	if target < 0 || len(x.train.columns) < 2 {
		return nil, nil
	}
	n := min(x.generated.rows, x.train.rows)
	test := x.test.first(min(maxLooked, x.test.rows))
	value, err := accuracy(ctx, x.generated.first(n), test, target)
	if err != nil {
		return nil, err
	}
	ceiling, err := accuracy(ctx, x.train.first(n), test, target)
	if err != nil {
		return nil, err
	}
	c := x.train.columns[target]
	p := shares(x.train.cells[target], c.choices())
	floor := shares(test.cells[target], c.choices())[slices.Index(p, slices.Max(p))]
	return []sdk.Measurement{{
		Name: "tstr-" + slug(c.Name), Doc: "accuracy, on held-out rows, of nearest neighbours among generated rows, for the first category column: Esteban et al., arXiv:1706.02633, 2017",
		Value: value, SE: math.Sqrt(value * (1 - value) / float64(test.rows)), N: test.rows, Better: "higher", Floor: &floor, Ceiling: &ceiling,
		Note: fmt.Sprintf("column %s, by %d neighbours in %d rows; floor: the most frequent value, ceiling: neighbours among training rows", plain(c.Name), min(neighbours, n), n),
	}}, nil
}

// accuracy is the share of rows whose target is what most of their neighbours
// have. Distances are in parts of the learned rows' ranges.
func accuracy(ctx context.Context, learned, test sheet, target int) (float64, error) {
	g, right := newGower(learned, target), 0.0
	var d []float64
	for i := range test.rows {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		d = g.distances(d, test, i, learned)
		if vote(d, learned.cells[target]) == test.cells[target][i] {
			right++
		}
	}
	return right / float64(test.rows), nil
}

// vote is the class that most of the nearest rows have; of equally many that
// of the nearest.
func vote(distances, classes []float64) float64 {
	var near []int // by distance
	for j := range distances {
		at, _ := slices.BinarySearchFunc(near, distances[j], func(i int, d float64) int {
			return cmp.Or(cmp.Compare(distances[i], d), -1) // after its equals
		})
		if at < neighbours {
			near = slices.Insert(near, at, j)
			near = near[:min(neighbours, len(near))]
		}
	}
	votes, best := map[float64]int{}, 0.0
	for _, j := range near {
		votes[classes[j]]++
	}
	for k := len(near) - 1; k >= 0; k-- {
		if class := classes[near[k]]; votes[class] >= votes[best] {
			best = class
		}
	}
	return best
}

// slug is a column's name as far as a figure's can have it.
func slug(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	name := strings.Join(words, "-")
	return cmp.Or(name[:min(maxTitle, len(name))], "column")
}
