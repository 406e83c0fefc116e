package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/genhost/genhost/sdk"
)

// A table is one of a document's tables.
type table struct {
	*document
	key    toml.Key
	values map[string]any
}

// at is the key of a value in t.
func (t table) at(name string) string { return append(slices.Clone(t.key), name).String() }

// errorf is an error about a value in t, whose key begins the words.
func (t table) errorf(name, format string, args ...any) error {
	return t.errorAt(t.lines[t.at(name)], "%s %w", t.at(name), fmt.Errorf(format, args...))
}

// names returns the keys in t in the order of the file.
func (t table) names() []string {
	var names []string
	for name := range t.values {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.lines[t.at(a)], t.lines[t.at(b)]), cmp.Compare(a, b))
	})
	return names
}

// only reports the first key in t that is not known.
func (t table) only(known ...string) error {
	for _, name := range t.names() {
		if !slices.Contains(known, name) {
			err := t.errorAt(t.lines[t.at(name)], "unknown key %s", t.at(name))
			return sdk.Hint(err, sdk.Suggest(name, known))
		}
	}
	return nil
}

// table returns a table in t, empty if there is none.
func (t table) table(name string) (table, error) {
	values, ok := t.values[name].(map[string]any)
	if _, there := t.values[name]; there && !ok {
		return table{}, t.errorf(name, "is %s: want a table", kind(t.values[name]))
	}
	return table{t.document, append(slices.Clone(t.key), name), values}, nil
}

// text returns a string in t, "" if there is none.
func (t table) text(name string) (string, error) {
	value, there := t.values[name]
	if !there {
		return "", nil
	}
	s, ok := value.(string)
	switch {
	case !ok:
		return "", t.errorf(name, "is %s: want text in quotes", kind(value))
	case strings.TrimSpace(s) == "":
		return "", t.errorf(name, "is empty")
	}
	return s, nil
}
