package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A kind is what a column holds.
type kind string

const (
	number   kind = "number"
	category kind = "category"
	date     kind = "date"
	drop     kind = "drop" // nothing that is to be read
)

// A setType is what read.types says of a column.
type setType struct {
	kind   kind
	layout string // of a date; "" is to be found
}

// parseTypes reads column=type, as often as there are.
func parseTypes(texts []string) (map[string]setType, error) {
	types := map[string]setType{}
	for _, text := range texts {
		at := strings.LastIndex(text, "=")
		if at < 0 {
			return nil, badType(text, "has no =: want column=type")
		}
		name, what := text[:at], text[at+1:]
		word, layout, _ := strings.Cut(what, ":")
		t := setType{kind(word), layout}
		if !slices.Contains([]kind{number, category, date, drop}, t.kind) || layout != "" && t.kind != date {
			return nil, badType(text, "has no type: want number, category, date, date:LAYOUT or drop")
		}
		if layout != "" && !isLayout(layout) {
			return nil, badType(text, "has no layout of a date: write 2 January 2006 as the dates are written, such as 02/01/2006")
		}
		if _, twice := types[name]; twice {
			return nil, badType(text, "is the second for its column")
		}
		types[name] = t
	}
	return types, nil
}

func badType(text, problem string) error {
	return &sdk.SettingError{Setting: "types", Problem: fmt.Sprintf("has %.80q, which %s", text, problem)}
}

// checkTypes reports types of columns that there are not.
func (m *tables) checkTypes(titles []string) error {
	for _, text := range m.Types {
		name := text[:strings.LastIndex(text, "=")]
		if !slices.Contains(titles, name) {
			return sdk.Hint(&sdk.SettingError{Setting: "types", Problem: fmt.Sprintf("has %.80q, which is no column", name)},
				sdk.Suggest(name, titles[:min(len(titles), 40)]))
		}
	}
	return nil
}
