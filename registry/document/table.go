package document

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/genhost/genhost/sdk"
)

// A Table is one of a document's tables.
type Table struct {
	doc    *Document
	key    toml.Key
	values map[string]any
}

// Root is the table that holds all others.
func (d *Document) Root() Table { return Table{doc: d, values: d.root} }

// Key is the table's own, such as plugins.vae.
func (t Table) Key() string { return t.key.String() }

// Line is where the table begins, 0 if that is not known.
func (t Table) Line() int { return t.doc.lines[t.Key()] }

// Document is the one that the table is in.
func (t Table) Document() *Document { return t.doc }

// Value returns what stands under a name.
func (t Table) Value(name string) (value any, there bool) {
	value, there = t.values[name]
	return value, there
}

// at is the key of a value in t.
func (t Table) at(name string) string { return append(slices.Clone(t.key), name).String() }

// Errorf is an error about a value in t, whose key begins the words.
func (t Table) Errorf(name, format string, args ...any) error {
	return t.doc.ErrorAt(t.doc.lines[t.at(name)], "%s %w", t.at(name), fmt.Errorf(format, args...))
}

// Lacks is an error about a value that t should have.
func (t Table) Lacks(name string) error {
	if len(t.key) == 0 {
		return t.doc.ErrorAt(1, "no %s", name)
	}
	return t.doc.ErrorAt(t.Line(), "%s has no %s", t.key, name)
}

// Names returns the keys in t in the order of the file.
func (t Table) Names() []string {
	var names []string
	for name := range t.values {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.doc.lines[t.at(a)], t.doc.lines[t.at(b)]), cmp.Compare(a, b))
	})
	return names
}

// Only reports the first key in t that is not known.
func (t Table) Only(known ...string) error {
	for _, name := range t.Names() {
		if !slices.Contains(known, name) {
			err := t.doc.ErrorAt(t.doc.lines[t.at(name)], "unknown key %s", t.at(name))
			return sdk.Hint(err, sdk.Suggest(name, known))
		}
	}
	return nil
}

// Table returns a table in t, empty if there is none.
func (t Table) Table(name string) (Table, error) {
	values, ok := t.values[name].(map[string]any)
	if _, there := t.values[name]; there && !ok {
		return Table{}, t.Errorf(name, "is %s: want a table", Kind(t.values[name]))
	}
	return Table{t.doc, append(slices.Clone(t.key), name), values}, nil
}

// Text returns a string in t, "" if there is none.
func (t Table) Text(name string) (string, error) {
	value, there := t.values[name]
	if !there {
		return "", nil
	}
	s, ok := value.(string)
	switch {
	case !ok:
		return "", t.Errorf(name, "is %s: want text in quotes", Kind(value))
	case strings.TrimSpace(s) == "":
		return "", t.Errorf(name, "is empty")
	}
	return s, nil
}

// Choice returns a text in t that must be one of a few, "" if there is none.
func (t Table) Choice(name string, choices ...string) (string, error) {
	s, err := t.Text(name)
	if err != nil || s == "" || slices.Contains(choices, s) {
		return s, err
	}
	return "", sdk.Hint(t.Errorf(name, "is %q", s), sdk.Suggest(s, choices))
}

// Texts returns a list of texts in t, nil if there is none.
func (t Table) Texts(name string) ([]string, error) {
	values, err := t.list(name, "texts")
	if err != nil {
		return nil, err
	}
	var all []string
	for _, v := range values {
		s, ok := v.(string)
		if !ok || strings.TrimSpace(s) == "" {
			return nil, t.Errorf(name, "has an element that is no text in quotes")
		}
		all = append(all, s)
	}
	return all, nil
}

// Ints returns a list of whole numbers in t, nil if there is none.
func (t Table) Ints(name string) ([]int, error) {
	values, err := t.list(name, "whole numbers")
	if err != nil {
		return nil, err
	}
	var all []int
	for _, v := range values {
		n, ok := v.(int64)
		if !ok || n < math.MinInt32 || n > math.MaxInt32 {
			return nil, t.Errorf(name, "has an element that is no whole number")
		}
		all = append(all, int(n))
	}
	return all, nil
}

func (t Table) list(name, of string) ([]any, error) {
	value, there := t.values[name]
	if !there {
		return nil, nil
	}
	values, ok := value.([]any)
	if !ok {
		return nil, t.Errorf(name, "is %s: want a list of %s", Kind(value), of)
	}
	return values, nil
}

// Bool returns a truth value in t, false if there is none.
func (t Table) Bool(name string) (bool, error) {
	value, there := t.values[name]
	b, ok := value.(bool)
	if there && !ok {
		return false, t.Errorf(name, "is %s: want true or false", Kind(value))
	}
	return b, nil
}

// sizes are the units of sizes; each begins with its own letter.
var sizes = map[string]float64{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

// Size returns a number of bytes in t, such as "1.5GiB", 0 if there is none.
func (t Table) Size(name string) (int64, error) {
	s, err := t.Text(name)
	if err != nil || s == "" {
		return 0, err
	}
	unit := s[max(0, len(s)-3):]
	var n float64
	_, err = fmt.Sscan(strings.TrimSuffix(s, unit), &n)
	bytes := n * sizes[unit]
	if err != nil || !(bytes >= 1) || bytes >= math.MaxInt64 {
		return 0, sdk.Hint(t.Errorf(name, "is %q: want a number and KiB, MiB, GiB or TiB", s), fmt.Sprintf("such as %s = \"4GiB\"", name))
	}
	return int64(bytes), nil
}
