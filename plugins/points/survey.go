package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A survey is what must be known of all points before one can be a row. What
// the first split holds decides: it is what is learned from.
type survey struct {
	rows   map[string]int // by split
	labels []string       // sorted
	index  map[string]float32
	bounds [][2]float64 // least and greatest of each coordinate

	// A row is a point less the centre, divided by the scale.
	centre []float64
	scale  float64

	mean, squares []float64 // of each coordinate, and of how far it is from the mean
}

// maxLabels bounds how many labels there are; more are no labels.
const maxLabels = 4096

func (m *points) survey(ctx context.Context, c *collection) (*survey, error) {
	d := len(c.columns)
	v := &survey{rows: map[string]int{}, index: map[string]float32{}, mean: make([]float64, d), squares: make([]float64, d)}
	for i, s := range c.splits {
		err := s.each(ctx, func(p point) error {
			v.rows[s.name]++
			if i == 0 {
				v.see(p.x, v.rows[s.name])
			}
			if c.labelled {
				v.index[p.label] = 0
			}
			if len(v.index) > maxLabels {
				return sdk.Hint(fmt.Errorf("%w: %s: more than %d labels", sdk.ErrBadInput, strings.Join(c.files, ", "), maxLabels),
					"set read.label to another column, or to none with --set read.label=")
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if v.rows[s.name] == 0 {
			return nil, fmt.Errorf("%w: %s: no points", sdk.ErrBadInput, strings.Join(c.files, ", "))
		}
	}
	v.number(m.known)
	return v, v.place(m.settings, v.rows[c.splits[0].name])
}

// see takes in the n-th point, by the method of Welford 1962.
func (v *survey) see(x []float32, n int) {
	for i, x := range x {
		x := float64(x)
		if i == len(v.bounds) {
			v.bounds = append(v.bounds, [2]float64{x, x})
		}
		v.bounds[i] = [2]float64{min(v.bounds[i][0], x), max(v.bounds[i][1], x)}
		off := x - v.mean[i]
		v.mean[i] += off / float64(n)
		v.squares[i] += off * (x - v.mean[i])
	}
}

// number sorts the labels. They are those of a known space, where there are no
// others.
func (v *survey) number(known *sdk.Space) {
	for l := range v.index {
		v.labels = append(v.labels, l)
	}
	slices.SortFunc(v.labels, compareLabels)
	if known != nil {
		theirs, _ := known.Condition(labelName)
		if !slices.ContainsFunc(v.labels, func(l string) bool { return !slices.Contains(theirs.Values, l) }) {
			v.labels = theirs.Values
		}
	}
	for i, l := range v.labels {
		v.index[l] = float32(i)
	}
}

// far is from how many scales on the mean of a coordinate is far from 0.
const far = 4

// place chooses the centre and the scale, where they are not set. That found
// is a power of two, at least the standard deviation and less than twice as
// much, and the centre a multiple of it, so that little is lost to rounding.
func (v *survey) place(s settings, n int) error {
	d := len(v.mean)
	if len(s.Centre) != 0 && len(s.Centre) != d {
		return &sdk.SettingError{Setting: "centre", Problem: fmt.Sprintf("is of %d numbers: want %d, one for each coordinate", len(s.Centre), d)}
	}
	v.centre, v.scale = make([]float64, d), s.Scale
	if v.scale == 0 {
		var squares float64
		for _, q := range v.squares {
			squares += q
		}
		v.scale = powerOfTwo(math.Sqrt(squares / float64(n*d)))
	}
	copy(v.centre, s.Centre)
	for i, mean := range v.mean {
		if len(s.Centre) == 0 && math.Abs(mean) > far*v.scale {
			v.centre[i] = math.Round(mean/v.scale) * v.scale
		}
		if largest := max(v.row(i, v.bounds[i][1]), -v.row(i, v.bounds[i][0])); !(largest <= math.MaxFloat32) {
			return &sdk.SettingError{Setting: "scale", Problem: fmt.Sprintf("is %g: rows would have numbers of %g", s.Scale, largest)}
		}
	}
	return nil
}

// row returns what stands in a row for coordinate i.
func (v *survey) row(i int, x float64) float64 { return (x - v.centre[i]) / v.scale }

// powerOfTwo returns the least power of two that is at least v, 1 for 0.
func powerOfTwo(v float64) float64 {
	fraction, exponent := math.Frexp(v)
	if fraction == 0.5 {
		exponent--
	}
	return math.Ldexp(1, exponent)
}

// compareLabels puts numbers before words, by their values.
func compareLabels(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX == nil && errY != nil:
		return -1
	case errX != nil && errY == nil:
		return 1
	case errX == nil && x < y:
		return -1
	case errX == nil && x > y:
		return 1
	}
	return strings.Compare(a, b)
}

// space is that of the collection's points.
func (m *points) space(c *collection, v *survey) (sdk.Space, error) {
	d := len(c.columns)
	s := sdk.Space{
		Modality: "points",
		Shape:    []int{d},
		Axes:     []string{"coordinate"},
		Segments: []sdk.Segment{{Name: v.reckoning(), Kind: sdk.Real, Len: d}},
		Meta:     c.meta(v),
	}
	if m.known != nil {
		s = *m.known
		s.Conditions = nil
	}
	if c.labelled {
		s.Conditions = []sdk.Condition{{Name: labelName, Doc: "what the point belongs to", Values: v.labels}}
	}
	return s, errors.Join(sdk.ValidShape(s.Shape), s.Validate())
}

// reckoning says how points became rows. The segment is named so, lest a model
// be given rows that were reckoned otherwise.
func (v *survey) reckoning() string {
	name := "divided by " + number(v.scale)
	if !v.centred() {
		return name
	}
	centre := make([]string, len(v.centre))
	for i, x := range v.centre {
		centre[i] = number(x)
	}
	return "less " + strings.Join(centre, ",") + ", " + name
}

func (v *survey) centred() bool {
	return slices.ContainsFunc(v.centre, func(x float64) bool { return x != 0 })
}
