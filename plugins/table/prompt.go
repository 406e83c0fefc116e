package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// Prompt gives a row the cells that a text names, as in species=Gentoo,
// body_mass_g=5000, and leaves the others open. Cells are as in a CSV file: one
// with a comma is in quotes, with its name.
func (m *tables) Prompt(_ context.Context, space sdk.Space, text string) (sdk.Batch, error) {
	l, err := layoutOf(space, sdk.Batch{Shape: space.Shape})
	if err != nil {
		return sdk.Batch{}, err
	}
	cells, err := promptCells(text)
	if err != nil {
		return sdk.Batch{}, err
	}
	row := sdk.MakeBatch(1, space.Shape...)
	for i := range row.Data {
		row.Data[i] = float32(math.NaN())
	}
	given := map[int]bool{}
	for _, cell := range cells {
		k, value, err := l.assigned(cell)
		if err != nil {
			return sdk.Batch{}, err
		}
		if given[k] {
			return sdk.Batch{}, fmt.Errorf("%w: the prompt: column %s is given twice", sdk.ErrBadInput, l.columns[k].Name)
		}
		given[k] = true
		numbers, err := m.told(l.columns[k], value)
		if err != nil {
			return sdk.Batch{}, err
		}
		copy(row.Data[l.start(k):], numbers)
	}
	return row, nil
}

// promptCells divides a prompt at its commas.
func promptCells(text string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace = true
	cells, err := r.Read()
	if err == io.EOF {
		return nil, nil
	}
	if err != nil {
		return nil, sdk.Hint(fmt.Errorf("%w: the prompt %.80q: %w", sdk.ErrBadInput, text, err), `write a cell with quotes or commas as "column=a, ""b""", as in a CSV file`)
	}
	if _, err := r.Read(); err != io.EOF {
		return nil, sdk.Hint(fmt.Errorf("%w: the prompt is of several lines", sdk.ErrBadInput), "write it on one, with commas between the cells")
	}
	if len(cells) == 1 && strings.TrimSpace(cells[0]) == "" {
		return nil, nil
	}
	return cells, nil
}

// assigned finds the column and the value of column=value. Either may have an
// equals sign in it.
func (l *layout) assigned(cell string) (int, string, error) {
	for at, r := range cell {
		if r != '=' {
			continue
		}
		name := strings.TrimSpace(cell[:at])
		if k := slices.IndexFunc(l.columns, func(c *column) bool { return c.Name == name }); k >= 0 {
			return k, strings.TrimSpace(cell[at+1:]), nil
		}
	}
	name, _, found := strings.Cut(cell, "=")
	if !found {
		return 0, "", sdk.Hint(fmt.Errorf("%w: the prompt: %.80q has no =", sdk.ErrBadInput, cell), "write column=value, with commas between the cells")
	}
	var names []string
	for _, c := range l.columns[:min(len(l.columns), 40)] {
		names = append(names, c.Name)
	}
	name = strings.TrimSpace(name)
	return 0, "", sdk.Hint(fmt.Errorf("%w: the prompt: there is no column %.80q", sdk.ErrBadInput, name), sdk.Suggest(name, names))
}

// start is where a column's numbers begin in a row.
func (l *layout) start(k int) (at int) {
	for _, c := range l.columns[:k] {
		at += c.width()
	}
	return at
}

// told is what a row has for a cell.
func (m *tables) told(c *column, cell string) ([]float32, error) {
	if missing := m.missing[cell] || cell == absent; missing && c.Missing != nil {
		return []float32{float32(c.choices() - 1), 0}[:c.width()], nil
	}
	if c.Type == category {
		if i := slices.Index(c.Values, cell); i >= 0 {
			return []float32{float32(i)}, nil
		}
		return nil, sdk.Hint(fmt.Errorf("%w: the prompt: column %s has no value %.80q", sdk.ErrBadInput, c.Name, cell), sdk.Suggest(cell, c.labels()))
	}
	x, ok := parseNumber(cell)
	if c.Type == date {
		x, ok = parseDate(c.Layout, cell)
	}
	if !ok || x < c.Min || x > c.Max {
		return nil, sdk.Hint(fmt.Errorf("%w: the prompt: column %s cannot be %.80q", sdk.ErrBadInput, c.Name, cell),
			fmt.Sprintf("the model learned from %ss from %s to %s", c.Type, c.write(c.Min), c.write(c.Max)))
	}
	mode, alpha := nearest(c.modes(), x)
	return []float32{float32(mode), float32(min(max(alpha, -1), 1))}, nil
}

// width is how many numbers of a row are the column's.
func (c *column) width() int {
	if c.Type == category {
		return 1
	}
	return 2
}
