package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A column is what must be known of one to make rows of cells and cells of
// rows. It is kept in the Space's Meta as JSON.
type column struct {
	Name string `json:"name"`
	Type kind   `json:"type"` // number, category or date

	// Values are a category's, sorted, numbers by their size before words.
	Values []string `json:"values,omitempty"`

	// Missing is how a missing value is written. It is the last category, or
	// the last mode; nil where no cell is missing.
	Missing *string `json:"missing,omitempty"`

	// Of numbers: the least and the greatest, how they are written, and the
	// modes. Dates are numbers of days or seconds since 1970, by their layout.
	Min    float64 `json:"min,omitempty"`
	Max    float64 `json:"max,omitempty"`
	Layout string  `json:"layout,omitempty"`
	format
	mixture

	// Clipped is how many of the Fitted numbers, to which the modes were
	// fitted, are too far from their mode to come back.
	Fitted  int `json:"fitted,omitempty"`
	Clipped int `json:"clipped,omitempty"`

	at      int             // in a record
	missing map[string]bool // cells that stand for no value
}

// newColumn is a column that has been seen, but for the numbers in it.
func (m *tables) newColumn(at int, title string, t setType, s *sight) *column {
	c := &column{Name: title, Type: t.kind, Layout: t.layout, at: at, missing: m.missing}
	c.Min, c.Max = math.Inf(1), math.Inf(-1)
	if s.absents > 0 {
		c.Missing = &s.absent
	}
	if c.Type == category {
		c.Min, c.Max = 0, 0
		for v := range s.values {
			c.Values = append(c.Values, v)
		}
		slices.SortFunc(c.Values, compareValues)
	}
	if c.Type == number {
		c.format = format{Places: s.places}
		if s.exponent {
			c.format = format{Digits: 1}
		}
	}
	return c
}

// compareValues puts numbers before words, by their size.
func compareValues(a, b string) int {
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

// number reads the column's number in a record, if it is not missing.
func (c *column) number(r *record) (x float64, there bool, err error) {
	cell := r.cells[c.at]
	if c.missing[cell] {
		return 0, false, nil
	}
	if c.Type == date {
		x, there = parseDate(c.Layout, cell)
	} else {
		x, there = parseNumber(cell)
	}
	if !there {
		return 0, false, c.misfit(r)
	}
	return x, true, nil
}

// misfit is the error for a cell that the column cannot have.
func (c *column) misfit(r *record) error {
	what, advice := "number", "correct it, or name it in read.missing if it stands for no value"
	switch {
	case c.Type == date:
		what = "date such as " + c.Layout
	case c.Type == category:
		what, advice = "value of those that were learned", "the values are "+list(c.Values)
	}
	return sdk.Hint(fmt.Errorf("%w: %s: column %s: %.80q is no %s", sdk.ErrBadInput, r.from.where(c.at), c.Name, r.cells[c.at], what), advice)
}

// fit finds the modes of sorted numbers, when the range is known.
func (c *column) fit(sorted []float64, most int) {
	if c.Type == number {
		c.format = formatOf(c.Places, c.Digits > 0, c.Min, c.Max)
	}
	c.mixture = fitMixture(sorted, most, c.Min, c.Max)
	modes := c.modes()
	c.Fitted = len(sorted)
	for _, x := range sorted {
		if _, alpha := nearest(modes, x); math.Abs(alpha) > 1 {
			c.Clipped++
		}
	}
}

// write makes a cell of a number.
func (c *column) write(x float64) string {
	x = min(max(x, c.Min), c.Max)
	if c.Type == date {
		return writeDate(c.Layout, x)
	}
	return c.format.write(x)
}
