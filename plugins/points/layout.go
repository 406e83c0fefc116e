package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A layout says which columns of a file are coordinates, and which is the
// label. Columns count from 0.
type layout struct {
	coordinates []int
	names       []string // of the coordinates
	label       int      // -1 for none
}

// layout finds the columns that are to be read in a file whose first line has
// these cells.
func (m *points) layout(first []string) (l layout, err error) {
	if l.label, err = m.labelColumn(first); err != nil {
		return l, err
	}
	columns := m.Columns
	if len(m.columns) > 0 && hasAll(first, m.columns) {
		columns = m.columns
	}
	for _, name := range columns {
		i, err := column(first, "columns", name)
		if err != nil {
			return l, err
		}
		if slices.Contains(l.coordinates, i) {
			return l, &sdk.SettingError{Setting: "columns", Problem: fmt.Sprintf("has %s twice", name)}
		}
		l.coordinates = append(l.coordinates, i)
	}
	for i := range first {
		if len(columns) == 0 && i != l.label {
			l.coordinates = append(l.coordinates, i)
		}
	}
	if len(l.coordinates) == 0 {
		return l, fmt.Errorf("%w: labels and no numbers", sdk.ErrBadInput)
	}
	for _, i := range l.coordinates {
		l.names = append(l.names, first[i])
	}
	return l, nil
}

// hasAll reports whether names are among the cells of a line.
func hasAll(first, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(first, name) })
}

// labelColumn returns -1 for none. A name that is not there is a mistake,
// unless it is the default.
func (s settings) labelColumn(first []string) (int, error) {
	if s.Label == "" {
		return -1, nil
	}
	i, err := column(first, "label", s.Label)
	if err != nil && s.Label == defaults.Label {
		return -1, nil
	}
	return i, err
}

// column finds the column that a setting asks for, by its number from 1 or by
// its name.
func column(first []string, setting, want string) (int, error) {
	if n, err := strconv.Atoi(want); err == nil && n >= 1 && n <= len(first) {
		return n - 1, nil
	}
	if i := slices.Index(first, want); i >= 0 {
		return i, nil
	}
	if i := slices.IndexFunc(first, func(name string) bool { return strings.EqualFold(name, want) }); i >= 0 {
		return i, nil
	}
	few := first[:min(len(first), 20)]
	return 0, sdk.Hint(fmt.Errorf("%w: no column %q", sdk.ErrBadInput, want),
		fmt.Sprintf("set read.%s to names of %q, or to numbers from 1 to %d", setting, few, len(first)))
}

// columnNames are those of a file that has no names.
func columnNames(n int) []string {
	if n <= 3 {
		return []string{"x", "y", "z"}[:n]
	}
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("x%d", i+1)
	}
	return names
}
