package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// A csvFile reads a table of text.
type csvFile struct {
	*csv.Reader
	path string
	in   *limited
}

// maxLine bounds a line, in bytes, lest a file that is no table fill the
// memory.
const maxLine = 1 << 22

// A limited reader ends with an error after so many bytes.
type limited struct {
	*os.File
	left int
}

var errLongLine = fmt.Errorf("%w: a line of more than %d MiB: want a point a line", sdk.ErrBadInput, maxLine>>20)

func (l *limited) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongLine
	}
	n, err := l.File.Read(b[:min(len(b), l.left)])
	l.left -= n
	return n, err
}

func readCSV(path string) (*csvFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	limit := &limited{f, maxLine}
	in := bufio.NewReaderSize(limit, 1<<16)
	if mark, _ := in.Peek(3); string(mark) == "\ufeff" {
		in.Discard(3)
	}
	r := csv.NewReader(in)
	if strings.EqualFold(filepath.Ext(path), ".tsv") {
		r.Comma = '\t'
	}
	r.Comment, r.TrimLeadingSpace, r.ReuseRecord = '#', r.Comma != '\t', true
	return &csvFile{r, path, limit}, nil
}

// line reads the cells of the next line with anything on it, without the
// spaces around them; io.EOF at the end.
func (c *csvFile) line() ([]string, error) {
	c.in.left = maxLine
	cells, err := c.Read()
	var bad *csv.ParseError
	switch {
	case err == io.EOF:
		return nil, err
	case errors.As(err, &bad) && !errors.Is(err, errLongLine):
		return nil, fmt.Errorf("%w: %s:%d:%d: %w", sdk.ErrBadInput, c.path, bad.Line, bad.Column, bad.Err)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return nil, sdk.Hint(fmt.Errorf("%w: %s: %.40q is no UTF-8 text", sdk.ErrBadInput, c.where(i), cell), "save the file as UTF-8")
		}
		cells[i] = strings.TrimSpace(cell)
	}
	return cells, nil
}

// where says where cell i of the last line is.
func (c *csvFile) where(i int) string {
	line, column := c.FieldPos(i)
	return fmt.Sprintf("%s:%d:%d", c.path, line, column)
}

// openCSV reads the first line, which may be a header.
func (m *points) openCSV(path string) (*table, error) {
	c, err := readCSV(path)
	if err != nil {
		return nil, err
	}
	defer c.in.Close()
	first, err := c.line()
	if err == io.EOF {
		return nil, fmt.Errorf("%w: %s has no points", sdk.ErrBadInput, path)
	}
	if err != nil {
		return nil, err
	}
	l, err := m.layout(first)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.where(0), err)
	}
	header, err := c.isHeader(l)
	if err != nil {
		return nil, err
	}
	if !header {
		l.names = columnNames(len(l.names))
	}
	all := len(first)
	return &table{path, l.names, header, l.label >= 0, func(ctx context.Context, f func(point) error) error {
		return eachLine(ctx, path, header, all, l, f)
	}}, nil
}

// isHeader reports whether the first line has names, and not coordinates.
func (c *csvFile) isHeader(l layout) (bool, error) {
	header := !isNumber(l.names[0])
	for k, cell := range l.names {
		problem := ""
		switch {
		case cell == "":
			problem = "the column has no name"
		case isNumber(cell) == header:
			problem = fmt.Sprintf("%.40q, beside %.40q: names and numbers on one line", cell, l.names[0])
		case header && slices.Contains(l.names[:k], cell):
			problem = fmt.Sprintf("a second column is called %.40q", cell)
		default:
			continue
		}
		return false, sdk.Hint(fmt.Errorf("%w: %s: %s", sdk.ErrBadInput, c.where(l.coordinates[k]), problem),
			"begin the file with a name for each column, or with a point; read.columns says which columns to read")
	}
	return header, nil
}

func isNumber(cell string) bool {
	_, err := strconv.ParseFloat(cell, 64)
	return !errors.Is(err, strconv.ErrSyntax)
}

func eachLine(ctx context.Context, path string, header bool, columns int, l layout, f func(point) error) error {
	c, err := readCSV(path)
	if err != nil {
		return err
	}
	defer c.in.Close()
	c.FieldsPerRecord = columns
	if header {
		if _, err := c.line(); err != nil {
			return err
		}
	}
	p := point{x: make([]float32, len(l.coordinates))}
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cells, err := c.line()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = c.read(&p, cells, l)
		}
		if err == nil {
			err = f(p)
		}
		if err != nil {
			return err
		}
	}
}

// read makes a point of the cells of the last line.
func (c *csvFile) read(p *point, cells []string, l layout) error {
	for k, i := range l.coordinates {
		v, err := strconv.ParseFloat(cells[i], 32)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return badCell(c.where(i), cells[i])
		}
		p.x[k] = float32(v)
	}
	if l.label < 0 {
		return nil
	}
	if p.label = cells[l.label]; p.label == "" {
		return fmt.Errorf("%w: %s: no label", sdk.ErrBadInput, c.where(l.label))
	}
	return nil
}

func badCell(where, cell string) error {
	if cell == "" {
		return sdk.Hint(fmt.Errorf("%w: %s: a cell is empty", sdk.ErrBadInput, where), "every point needs all of its numbers: drop the line, or fill the cell in")
	}
	return sdk.Hint(fmt.Errorf("%w: %s: %.40q is no number that a float32 holds", sdk.ErrBadInput, where, cell),
		"numbers have a decimal point, and a comma (.csv) or a tab (.tsv) between them; read.label names a column of labels, read.columns those of coordinates")
}
