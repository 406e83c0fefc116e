package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode"

	"github.com/genhost/genhost/sdk"
)

// The keys of a Space's Meta.
const (
	metaColumns   = "columns"   // JSON: a list of columns, see the README
	metaSeparator = "separator" // what is between cells: ","
	metaHeader    = "header"    // JSON: the names of the columns in a file; absent where files have none
)

const (
	maxConditions = 32      // columns that are conditions too
	maxSpace      = 1 << 20 // bytes that describe the columns
	absent        = "(missing)"
)

// spaceOf is that of the columns' rows: of a category one number, which of its
// values, and of a number or a date two, which of its modes and how far from
// there.
func spaceOf(columns []*column, c *collection) (sdk.Space, error) {
	s := sdk.Space{Modality: "table", Axes: []string{"cell"}, Meta: map[string]string{
		metaColumns: asJSON(columns), metaSeparator: string(c.separator),
	}}
	size := 0
	var header []string
	for _, c := range columns {
		for _, g := range c.segments() {
			s.Segments = append(s.Segments, g)
			size += g.Len
		}
		if c.Type == category && c.choices() > 1 && len(s.Conditions) < maxConditions {
			s.Conditions = append(s.Conditions, sdk.Condition{Name: c.Name, Doc: "the column " + c.Name, Values: c.labels()})
		}
	}
	for _, k := range columns {
		header = append(header, c.header[k.at])
	}
	if c.named {
		s.Meta[metaHeader] = asJSON(header)
	}
	s.Shape = []int{size}
	if n := len(asJSON(s)); n > maxSpace {
		return s, sdk.Hint(fmt.Errorf("%w: %d columns take %d bytes to describe: want at most %d", sdk.ErrBadInput, len(columns), n, maxSpace),
			"leave columns out with read.types=NAME=drop, or set read.modes=1 or fewer read.categories")
	}
	return s, s.Validate()
}

// segments are named after the column and what its numbers mean, so that a
// model is not given rows with other values or modes.
func (c *column) segments() []sdk.Segment {
	h := fnv.New32a()
	h.Write([]byte(asJSON(c)))
	name := fmt.Sprintf("%s#%08x", c.Name, h.Sum32())
	if c.Type == category {
		return []sdk.Segment{{Name: name, Kind: sdk.Category, Len: 1, Of: c.choices()}}
	}
	return []sdk.Segment{
		{Name: name + ".mode", Kind: sdk.Category, Len: 1, Of: c.choices()},
		{Name: name + ".value", Kind: sdk.Signed, Len: 1},
	}
}

// choices is how many values or modes there are, with the missing one.
func (c *column) choices() int {
	n := len(c.Values) + len(c.Means)
	if c.Missing != nil {
		n++
	}
	return n
}

// labels are a category's values for people.
func (c *column) labels() []string {
	if c.Missing == nil {
		return c.Values
	}
	return append(slices.Clone(c.Values), absent)
}

// asJSON encodes columns, strings and Spaces, which cannot fail.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// A layout is what a Space says of its columns.
type layout struct {
	columns   []*column
	header    []string // nil for none
	separator rune
}

// layoutOf reads the Meta of a space, and reports rows that are not of it.
func layoutOf(space sdk.Space, rows sdk.Batch) (*layout, error) {
	if err := space.Validate(); err != nil {
		return nil, err
	}
	l := &layout{separator: ','}
	if err := json.Unmarshal([]byte(space.Meta[metaColumns]), &l.columns); err != nil {
		return nil, fmt.Errorf("%w: the space's columns are %.80q, which no table has: %w", sdk.ErrBadInput, space.Meta[metaColumns], err)
	}
	if text, ok := space.Meta[metaHeader]; ok {
		if err := json.Unmarshal([]byte(text), &l.header); err != nil {
			return nil, fmt.Errorf("%w: the space's header is %.80q: %w", sdk.ErrBadInput, text, err)
		}
	}
	for _, comma := range separators() {
		if space.Meta[metaSeparator] == string(comma) {
			l.separator = comma
		}
	}
	if err := l.check(space); err != nil {
		return nil, err
	}
	rows.Conditions = nil // they are columns too
	return l, space.Check(rows)
}

// check reports columns that are not those of the space's segments.
func (l *layout) check(space sdk.Space) error {
	at := 0
	for i, c := range l.columns {
		if c == nil || c.broken() {
			return fmt.Errorf("%w: the space's column %d lacks something", sdk.ErrBadInput, i)
		}
		for _, want := range c.segments() {
			if at >= len(space.Segments) || space.Segments[at].Kind != want.Kind || space.Segments[at].Len != want.Len || space.Segments[at].Of != want.Of {
				return fmt.Errorf("%w: the space's column %s has no segment of its kind", sdk.ErrBadInput, c.Name)
			}
			at++
		}
	}
	if at != len(space.Segments) || len(l.columns) == 0 || l.header != nil && len(l.header) != len(l.columns) {
		return fmt.Errorf("%w: the space has %d columns, %d names of them and %d segments, which do not fit", sdk.ErrBadInput, len(l.columns), len(l.header), len(space.Segments))
	}
	return nil
}

// broken reports a column that no table makes.
func (c *column) broken() bool {
	switch c.Type {
	case category:
		return c.choices() == 0 || len(c.Means) > 0
	case date, number:
		wrong := len(c.Means) == 0 || len(c.Values) > 0 || len(c.Weights) != len(c.Means) || len(c.Sigmas) != len(c.Means) ||
			!(c.Min <= c.Max) || c.Places < 0 || c.Places > 400 || c.Digits < 0 || c.Digits > 17
		for _, s := range c.Sigmas {
			wrong = wrong || !(s > 0)
		}
		return wrong || c.Type == date && !isLayout(c.Layout)
	}
	return true
}

// plain is text without what a terminal would take for a command.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
