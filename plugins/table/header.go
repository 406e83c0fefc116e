package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A head is what the first line of a file says.
type head struct {
	cells     []string // the names of the columns
	named     bool     // it is a line of names
	separator rune
}

func (m *tables) head(f file) (*head, error) {
	c, err := m.openTable(f)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	first, err := c.record()
	if err == io.EOF {
		return nil, fmt.Errorf("%w: %s is empty", sdk.ErrBadInput, f.path)
	}
	if err != nil {
		return nil, err
	}
	if len(first) > maxColumns {
		return nil, fmt.Errorf("%w: %s: %d columns: want at most %d", sdk.ErrBadInput, f.path, len(first), maxColumns)
	}
	h := &head{slices.Clone(first), m.Header != "no", ','}
	switch text := c.(type) {
	case *csvFile:
		h.separator = text.Comma
	case *parquetFile:
		h.named = true
	}
	if !h.named {
		h.cells = make([]string, len(first))
		return h, nil
	}
	return h, m.checkNames(c, h.cells)
}

// checkNames reports names that are numbers, too long, or there twice.
func (m *tables) checkNames(c reader, names []string) error {
	seen := map[string]int{}
	for i, name := range names {
		if _, number := parseNumber(name); number && m.Header == "auto" {
			return sdk.Hint(fmt.Errorf("%w: %s: %.40q where the name of a column belongs", sdk.ErrBadInput, c.where(i), name),
				"set read.header=no if the first line is a row as others are, read.header=yes if its numbers are names")
		}
		if len(name) > maxName {
			return fmt.Errorf("%w: %s: the name of a column has %d bytes: want at most %d", sdk.ErrBadInput, c.where(i), len(name), maxName)
		}
		title := title(name, i)
		if other, twice := seen[title]; twice {
			return sdk.Hint(fmt.Errorf("%w: %s: columns %d and %d are both called %.80q", sdk.ErrBadInput, c.where(i), other+1, i+1, title),
				"give each column a name of its own")
		}
		seen[title] = i
	}
	return nil
}

// title is what a column is called: its name, or else its number from 1.
func title(name string, i int) string {
	if name == "" {
		return fmt.Sprintf("column %d", i+1)
	}
	return name
}

// sniffed is how many records tell the separator.
const sniffed = 20

// sniff finds the separator of a table by its start: that which divides every
// record into equally many cells, most of them, or else the first most.
func sniff(start []byte, cut bool) rune {
	if cut { // amid a record
		start = start[:bytes.LastIndexByte(start, '\n')+1]
	}
	best, most, even := ',', 1, false
	for _, comma := range []rune{',', ';', '\t', '|'} {
		cells, same := divided(start, comma)
		if cells > 1 && (same && !even || same == even && cells > most) {
			best, most, even = comma, cells, same
		}
	}
	return best
}

// divided returns how many cells the first record has, and whether all have
// as many.
func divided(start []byte, comma rune) (cells int, same bool) {
	r := csv.NewReader(bytes.NewReader(start))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	for n := range sniffed {
		record, err := r.Read()
		switch {
		case err == io.EOF:
			return cells, true
		case err != nil:
			return cells, false
		case n == 0:
			cells = len(record)
		case len(record) != cells:
			return cells, false
		}
	}
	return cells, true
}

// extension is that of a file with a separator.
func extension(separator rune) string {
	if separator == '\t' {
		return ".tsv"
	}
	return ".csv"
}

// list names a few things, and how many more there are.
func list(names []string) string {
	const few = 8
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}
