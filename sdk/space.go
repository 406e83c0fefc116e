package sdk

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Space says what one row is: how many numbers, and what they mean. It is
// all that a model knows of a modality.
type Space struct {
	Modality string   `json:"modality"`       // "image"
	Shape    []int    `json:"shape"`          // of one row: 28, 28, 1
	Axes     []string `json:"axes,omitempty"` // of Shape: "height", "width", "channel"

	// Segments follow one another and cover the row: an image is one segment
	// of 784 unit values, a line of text one of 32 categories, a table's row a
	// mix.
	Segments []Segment `json:"segments"`

	// Conditions are known of every row, such as a label.
	Conditions []Condition `json:"conditions,omitempty"`

	// Meta is what the modality must remember to write rows back, such as an
	// alphabet or a sample rate. Models ignore it.
	//
	// Of rows that are known to be drawn from a mixture of round Gaussians, all
	// equally likely and wide, it may say so, for those who measure models: in
	// "modes" the centres, as a JSON list of rows such as [[1,0],[0,1]], and in
	// "sigma" the standard deviation of each number, such as "0.01". Where each
	// thing has several rows, as mirrored pictures have, it says how many in
	// [MetaVariants].
	//
	// Of rows that files do not give back as they were, it says in [MetaLoss] by
	// how much they change at most: the root mean square over the numbers of a row
	// that was read, when it is written and read again as one of this Space.
	Meta map[string]string `json:"meta,omitempty"`
}

// A Kind says what numbers mean.
type Kind string

const (
	Unit     Kind = "unit"     // in [0, 1]
	Signed   Kind = "signed"   // in [-1, 1]
	Real     Kind = "real"     // any finite number, scaled to be about 1 in size
	Binary   Kind = "binary"   // 0 or 1
	Category Kind = "category" // a whole number in [0, Of)
)

// A Segment is a run of numbers of one kind.
type Segment struct {
	Name string `json:"name,omitempty"` // a table's column
	Kind Kind   `json:"kind"`
	Len  int    `json:"len"`
	Of   int    `json:"of,omitempty"` // how many categories, at most 2²⁴
}

// A Condition is something that is known of a row and can be asked for:
// one of Values, by its index, or, where there are none, a number from Min to
// Max.
type Condition struct {
	Name   string   `json:"name"`
	Doc    string   `json:"doc,omitempty"`
	Values []string `json:"values,omitempty"`
	Min    float64  `json:"min,omitempty"`
	Max    float64  `json:"max,omitempty"`
}

// maxRow bounds how many numbers one row may have: 256 MiB of float32.
const maxRow = 1 << 26

// maxExact is the first whole number after which float32 skips some.
const maxExact = 1 << 24

// Variants returns how many rows that follow one another are made of one thing,
// such as a picture: the first as it is, the others changed a little, so that
// there is more to learn from. Only rows that a model learns from have variants.
func (s Space) Variants() int {
	n, err := strconv.Atoi(s.Meta[MetaVariants])
	if err != nil || n < 1 {
		return 1
	}
	return n
}

// The keys of Meta that others than the modality read.
const (
	MetaVariants = "variants" // a whole number, see [Space.Variants]
	MetaLoss     = "loss"     // a number above 0, see [Space.Meta]
)

// Size returns how many numbers a row has.
func (s Space) Size() int { return size(s.Shape) }

// Validate reports what is wrong with s.
func (s Space) Validate() error {
	if s.Modality == "" {
		return fmt.Errorf("%w: space: no modality", ErrBadInput)
	}
	if err := ValidShape(s.Shape); err != nil {
		return fmt.Errorf("space: %w", err)
	}
	if len(s.Axes) != 0 && len(s.Axes) != len(s.Shape) {
		return fmt.Errorf("%w: space: %d axes for shape %v", ErrBadInput, len(s.Axes), s.Shape)
	}
	covered := 0
	for _, g := range s.Segments {
		if err := g.validate(); err != nil {
			return fmt.Errorf("%w: space: segment %q: %w", ErrBadInput, g.Name, err)
		}
		covered += g.Len
	}
	if covered != s.Size() {
		return fmt.Errorf("%w: space: segments cover %d numbers of %d", ErrBadInput, covered, s.Size())
	}
	seen := map[string]bool{}
	for i, c := range s.Conditions {
		if c.Name == "" || seen[c.Name] || (len(c.Values) == 0 && !(c.Min < c.Max)) {
			return fmt.Errorf("%w: space: condition %d (%q): want a name of its own, and values or min < max", ErrBadInput, i, c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// maxAxes bounds how many axes a row may have.
const maxAxes = 8

// ValidShape reports whether a row may have this shape: at least one number,
// and at most 2²⁶, along 8 axes at most.
func ValidShape(shape []int) error {
	if len(shape) == 0 || len(shape) > maxAxes {
		return fmt.Errorf("%w: a shape of %d axes: want 1 to %d", ErrBadInput, len(shape), maxAxes)
	}
	n := 1
	for _, d := range shape {
		if d < 1 || d > maxRow/n {
			return fmt.Errorf("%w: shape %v: want 1 to %d numbers", ErrBadInput, shape, maxRow)
		}
		n *= d
	}
	return nil
}

func (g Segment) validate() error {
	if g.Len < 1 || g.Len > maxRow {
		return fmt.Errorf("length %d", g.Len)
	}
	switch g.Kind {
	case Unit, Signed, Real, Binary:
		if g.Of != 0 {
			return fmt.Errorf("a %s segment has no categories", g.Kind)
		}
	case Category:
		if g.Of < 1 || g.Of > maxExact {
			return fmt.Errorf("%d categories: want 1 to %d", g.Of, maxExact)
		}
	default:
		return fmt.Errorf("unknown kind %q", g.Kind)
	}
	return nil
}

// Holds reports whether v is a value that the segment's kind allows.
func (g Segment) Holds(v float32) bool {
	switch g.Kind {
	case Unit:
		return v >= 0 && v <= 1
	case Signed:
		return v >= -1 && v <= 1
	case Binary:
		return v == 0 || v == 1
	case Category:
		return v >= 0 && v < float32(g.Of) && v == float32(math.Trunc(float64(v)))
	}
	return !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
}

// Check reports whether b holds rows of s: their shape, their values, and, of
// each condition that b has, one value a row.
func (s Space) Check(b Batch) error {
	if !slices.Equal(b.Shape, s.Shape) {
		return fmt.Errorf("%w: rows of shape %v, want %v", ErrBadInput, b.Shape, s.Shape)
	}
	if len(b.Data) != b.Len()*s.Size() {
		return fmt.Errorf("%w: %d numbers are no whole rows of shape %v", ErrBadInput, len(b.Data), s.Shape)
	}
	for i := range b.Len() {
		at, row := 0, b.Row(i)
		for _, g := range s.Segments {
			for _, v := range row[at : at+g.Len] {
				if !g.Holds(v) {
					return fmt.Errorf("%w: row %d has %g where a %s belongs", ErrBadInput, i, v, g.Kind)
				}
			}
			at += g.Len
		}
	}
	for _, name := range sortedKeys(b.Conditions) {
		if err := s.checkCondition(name, b.Conditions[name], b.Len()); err != nil {
			return err
		}
	}
	return nil
}

func (s Space) checkCondition(name string, values []float32, rows int) error {
	c, err := s.Condition(name)
	if err != nil {
		return err
	}
	if len(values) != rows {
		return fmt.Errorf("%w: condition %s has %d values for %d rows", ErrBadInput, name, len(values), rows)
	}
	for i, v := range values {
		if !c.Holds(v) {
			return fmt.Errorf("%w: condition %s of row %d is %g", ErrBadInput, name, i, v)
		}
	}
	return nil
}

// Settle moves each number of rows that a model made to the nearest that its
// segment can have. A number that is no number stays as it is.
func (s Space) Settle(rows Batch) {
	for i := range rows.Len() {
		row := rows.Row(i)
		for _, g := range s.Segments {
			for j, v := range row[:g.Len] {
				row[j] = g.nearest(v)
			}
			row = row[g.Len:]
		}
	}
}

// nearest returns the value nearest to v that the segment's kind allows.
func (g Segment) nearest(v float32) float32 {
	switch g.Kind {
	case Unit:
		return min(max(v, 0), 1)
	case Signed:
		return min(max(v, -1), 1)
	case Binary:
		return g.whole(v, 1)
	case Category:
		return g.whole(v, float32(g.Of-1))
	}
	return v
}

// whole returns the whole number nearest to v, from 0 to most.
func (Segment) whole(v, most float32) float32 {
	return min(max(float32(math.RoundToEven(float64(v))), 0), most)
}

// Condition returns the condition called name. The error says which there are.
func (s Space) Condition(name string) (Condition, error) {
	var names []string
	for _, c := range s.Conditions {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return Condition{}, unknown(s.Modality+" rows have no condition", name, names)
}

// Parse reads a value as a person writes it: one of Values or its index, or a
// number.
func (c Condition) Parse(text string) (float32, error) {
	for i, v := range c.Values {
		if strings.EqualFold(v, text) {
			return float32(i), nil
		}
	}
	v, err := strconv.ParseFloat(text, 32)
	if err == nil && c.Holds(float32(v)) {
		return float32(v), nil
	}
	if len(c.Values) > 0 {
		return 0, unknown("condition "+c.Name+" has no value", text, c.Values)
	}
	return 0, fmt.Errorf("%w: condition %s is %q: want a number from %g to %g", ErrBadInput, c.Name, text, c.Min, c.Max)
}

// Holds reports whether v is a value of c.
func (c Condition) Holds(v float32) bool {
	if len(c.Values) > 0 {
		return Segment{Kind: Category, Of: len(c.Values)}.Holds(v)
	}
	return v >= float32(c.Min) && v <= float32(c.Max) // in v's precision: 0.1 is at most 0.1
}
