package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A collection is what a source holds.
type collection struct {
	splits   []split
	columns  []string // of the coordinates
	labelled bool     // every point has a label
	files    []string
	licence  string

	modes [][]float64 // centres of a mixture of Gaussians, where they are known
	sigma float64
}

// A split is some of a collection's points, in an order that does not
// change. Each ends with the first error that its callback returns.
type split struct {
	name string
	each func(context.Context, func(point) error) error
}

// A point is valid until the next.
type point struct {
	x     []float32
	label string
}

const (
	checkEvery = 1024 // points between looks at the context
)

const looksFor = "pass a .csv, .tsv or .npy file, a folder of them, or a folder of train, val and test files"

// open finds out what the source is, and which of its splits is meant.
func (m *points) open(src sdk.Source) (*collection, split, error) {
	c, err := m.openCollection(src)
	if err != nil {
		return nil, split{}, err
	}
	i, err := src.Choose(c.splitNames())
	if err != nil {
		return nil, split{}, err
	}
	return c, c.splits[i], nil
}

func (m *points) openCollection(src sdk.Source) (*collection, error) {
	if err := src.Check(datasets()); err != nil {
		return nil, err
	}
	for _, s := range shapes() {
		if s.name == src.Dataset {
			return s.collection(), nil
		}
	}
	return m.openPath(src.Path)
}

func (m *points) openPath(path string) (*collection, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return m.openFolder(path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: %s is neither a file nor a folder", sdk.ErrBadInput, path)
	case !isTable(path):
		return nil, sdk.Hint(fmt.Errorf("%w: %s is no file of points by its name", sdk.ErrBadInput, path), looksFor)
	}
	return m.collect(map[string][]string{folder.All: {path}})
}

// openFolder takes files that are called after splits for those, where there
// are no others, and otherwise all files for one.
func (m *points) openFolder(path string) (*collection, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	splits, all := map[string][]string{}, []string(nil)
	for _, e := range entries {
		name := e.Name()
		at := filepath.Join(path, name)
		if strings.HasPrefix(name, ".") || !isTable(name) || !isFile(at) {
			continue
		}
		all = append(all, at)
		stem := strings.ToLower(strings.TrimSuffix(name, filepath.Ext(name)))
		split := folder.SplitOf(stem)
		splits[split] = append(splits[split], at)
	}
	if len(all) == 0 {
		return nil, sdk.Hint(fmt.Errorf("%w: %s has no files of points", sdk.ErrBadInput, path), looksFor)
	}
	if len(splits[folder.Train]) == 0 || len(splits[""]) > 0 {
		splits = map[string][]string{folder.All: all}
	}
	return m.collect(splits)
}

// isFile reports whether a path leads to a file, be it by a link.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// collect opens the files of each split, which must have equal columns.
func (m *points) collect(splits map[string][]string) (*collection, error) {
	c := &collection{}
	var first *table
	for _, name := range folder.Order() {
		var tables []*table
		for _, path := range splits[name] {
			t, err := m.openTable(path)
			if err != nil {
				return nil, err
			}
			if first == nil {
				first = t
			}
			if err := first.agrees(t); err != nil {
				return nil, err
			}
			tables, c.files = append(tables, t), append(c.files, path)
		}
		if len(tables) > 0 {
			c.splits = append(c.splits, split{name, inTurn(tables)})
		}
	}
	c.columns, c.labelled = first.columns, first.labelled
	return c, nil
}

func inTurn(tables []*table) func(context.Context, func(point) error) error {
	return func(ctx context.Context, f func(point) error) error {
		for _, t := range tables {
			if err := t.each(ctx, f); err != nil {
				return err
			}
		}
		return nil
	}
}

func (c *collection) splitNames() []string {
	var names []string
	for _, s := range c.splits {
		names = append(names, s.name)
	}
	return names
}

// A table is a file of points.
type table struct {
	path     string
	columns  []string // of the coordinates
	named    bool     // in the file
	labelled bool
	each     func(context.Context, func(point) error) error
}

// isTable reports whether a file has points by its name.
func isTable(path string) bool {
	return slices.Contains([]string{".csv", ".tsv", ".npy"}, strings.ToLower(filepath.Ext(path)))
}

// openTable reads the head of a file.
func (m *points) openTable(path string) (t *table, err error) {
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		t, err = m.openNPY(path)
	} else {
		t, err = m.openCSV(path)
	}
	if err != nil || m.known == nil {
		return t, err
	}
	return t, t.fit(m.columns)
}

// fit gives columns without names those that are known. Others must have them.
func (t *table) fit(known []string) error {
	if !t.named && len(t.columns) == len(known) {
		t.columns = known
	}
	if !slices.Equal(t.columns, known) {
		return sdk.Hint(fmt.Errorf("%w: %s has the columns %s; the model learned from %s", sdk.ErrBadInput,
			t.path, strings.Join(t.columns, ", "), strings.Join(known, ", ")), "name the columns in the first line as they were named then")
	}
	return nil
}

// agrees reports a table that has other columns than t.
func (t *table) agrees(other *table) error {
	if slices.Equal(t.columns, other.columns) && t.labelled == other.labelled {
		return nil
	}
	return sdk.Hint(fmt.Errorf("%w: files differ: %s has %s, %s has %s", sdk.ErrBadInput,
		t.path, t.describe(), other.path, other.describe()), "give all files the same columns")
}

func (t *table) describe() string {
	names := strings.Join(t.columns, ", ")
	if t.labelled {
		return names + " and a label"
	}
	return names
}
