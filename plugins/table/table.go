package main

import (
	"context"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Types      []string `json:"types" help:"column=type for each column that is not what it looks like: number, category, date, date:02/01/2006 with Go's layout of a date, or drop"`
	Missing    []string `json:"missing" help:"cells that stand for a missing value, as the empty cell always does"`
	Separator  string   `json:"separator" choices:"auto,comma,semicolon,tab,pipe" help:"what is between cells; auto finds out"`
	Header     string   `json:"header" choices:"auto,yes,no" help:"whether the first line names the columns; auto is yes, and refuses a line with numbers"`
	Test       int      `json:"test" min:"0" max:"1000" help:"one row of so many is for testing, where a table has no files for that and 100 rows or more; 0 is none"`
	Modes      int      `json:"modes" min:"1" max:"10" help:"most modes of a number column"`
	Categories int      `json:"categories" min:"2" max:"65536" help:"most values of a category column"`
}

var defaults = settings{
	Missing:   []string{"NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "?"},
	Separator: "auto", Header: "auto", Test: 10, Modes: 10, Categories: 256,
}

// tables is the modality of tables: a row is a record, each cell a category,
// or a number as a mode and a place within it.
type tables struct {
	settings
	types   map[string]setType
	missing map[string]bool
}

func newTables(s settings) (*tables, error) {
	if s.Test == 1 {
		return nil, &sdk.SettingError{Setting: "test", Problem: "is 1: want 0 for none, or one row of 2 or more"}
	}
	types, err := parseTypes(s.Types)
	if err != nil {
		return nil, err
	}
	m := &tables{s, types, map[string]bool{"": true}}
	for _, cell := range s.Missing {
		m.missing[cell] = true
	}
	return m, nil
}

// Inspect reads all rows, since types, modes and values depend on them.
func (m *tables) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	o, err := m.open(ctx, src)
	if err != nil {
		return sdk.Info{}, err
	}
	return sdk.Info{Space: o.space, Rows: o.split.rows, Splits: o.splitNames(), Licence: o.data.licence, Files: o.data.files}, nil
}

// Read goes through the rows three times, to find the types, to fit the modes
// and to write, with one batch in memory, and a sample of numbers. For the rows
// of a Space that is known it goes twice.
func (m *tables) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	o, err := m.open(ctx, src)
	if err != nil {
		return err
	}
	if err := w.Begin(o.space, sdk.Floats); err != nil {
		return err
	}
	encode := newEncoder(o.columns, o.space)
	b, n := sdk.Reuse(sdk.Batch{}, o.space, atOnce(o.space.Size())), 0
	err = o.each(ctx, o.split, func(r *record) error {
		if err := encode.row(b, n, r); err != nil {
			return err
		}
		if n++; n < b.Len() {
			return nil
		}
		n = 0
		return w.Write(b)
	})
	if err != nil || n == 0 {
		return err
	}
	return w.Write(b.Slice(0, n))
}

// atOnce is how many rows of so many numbers are held in memory at a time.
func atOnce(size int) int { return max(1, min(1024, (1<<20)/size)) }

// An opened source has been gone through, and is ready to be read.
type opened struct {
	*division
	data    *collection
	columns []*column
	space   sdk.Space
	split   split
}

func (m *tables) open(ctx context.Context, src sdk.Source) (*opened, error) {
	data, err := m.collect(src)
	if err != nil {
		return nil, err
	}
	o := &opened{data: data}
	if src.Space != nil {
		err = m.follow(ctx, o, *src.Space)
	} else {
		err = m.survey(ctx, o)
	}
	if err != nil {
		return nil, err
	}
	o.split, err = o.choose(src)
	return o, err
}
