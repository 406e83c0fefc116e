package main

import (
	"math"
	"strings"
)

// maxValue bounds a category's name, in bytes.
const maxValue = 256

// A sight is what has been seen of a column.
type sight struct {
	limit int // of values that are remembered

	cells, numbers int // that are not missing, and those of them that are numbers
	values         map[string]bool
	crowded        bool // there are more values than the limit
	distinct       bool // no value was there twice, until it was crowded
	absent         string
	absents        int

	places   int
	exponent bool
	whole    bool // every number is whole

	layouts []string // that every cell fits
	odd     sample   // the first cell that is no number
	comma   sample   // the first with a decimal comma
	long    sample   // the first that is too long for a category
}

// A sample is a cell, and where it is.
type sample struct{ cell, where string }

func (s *sample) take(cell string, r *record, i int) {
	if s.where == "" {
		s.cell, s.where = strings.Clone(cell[:min(len(cell), 80)]), r.from.where(i)
	}
}

func newSight(limit int) *sight {
	return &sight{limit: limit, values: map[string]bool{}, distinct: true, whole: true, layouts: layouts()}
}

// see takes in cell i of a record.
func (s *sight) see(r *record, i int, missing map[string]bool) {
	cell := r.cells[i]
	if missing[cell] {
		if s.absents++; s.absents == 1 {
			s.absent = strings.Clone(cell)
		}
		return
	}
	s.cells++
	s.seeValue(cell)
	if x, ok := parseNumber(cell); ok {
		s.seeNumber(cell, x)
		s.layouts = nil // numbers are no dates
		return
	}
	s.odd.take(cell, r, i)
	if hasDecimalComma(cell) {
		s.comma.take(cell, r, i)
	}
	if len(cell) > maxValue {
		s.long.take(cell, r, i)
	}
	if s.layouts != nil {
		s.layouts = fitting(s.layouts, cell)
	}
}

func (s *sight) seeNumber(cell string, x float64) {
	s.numbers++
	n, exponent := places(cell)
	s.places, s.exponent = max(s.places, n), s.exponent || exponent
	s.whole = s.whole && x == math.Trunc(x)
}

func (s *sight) seeValue(cell string) {
	if s.crowded || len(cell) > maxValue {
		return
	}
	if s.values[cell] {
		s.distinct = false
		return
	}
	if s.crowded = len(s.values) == s.limit; s.crowded {
		s.values = nil
		return
	}
	s.values[strings.Clone(cell)] = true
}

// fitting returns those of the layouts that a cell fits, nil for none.
func fitting(layouts []string, cell string) []string {
	if !looksDated(cell) {
		return nil
	}
	all := true
	for _, l := range layouts {
		_, ok := parseDate(l, cell)
		all = all && ok
	}
	if all {
		return layouts
	}
	var left []string
	for _, l := range layouts {
		if _, ok := parseDate(l, cell); ok {
			left = append(left, l)
		}
	}
	return left
}
