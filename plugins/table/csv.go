package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

const (
	maxLine    = 1 << 24 // bytes of a record, lest a file that is no table fill the memory
	maxColumns = 10_000
	maxName    = 256 // bytes of a column's name
)

// A csvFile is a table in text.
type csvFile struct {
	*csv.Reader
	path  string
	in    io.Closer
	limit *limited
}

func (c *csvFile) Close() error { return c.in.Close() }

// A limited reader ends with an error after so many bytes.
type limited struct {
	io.Reader
	left int
}

var errLongLine = fmt.Errorf("%w: a record of more than %d MiB: is a quote left open?", sdk.ErrBadInput, maxLine>>20)

func (l *limited) Read(b []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLongLine
	}
	n, err := l.Reader.Read(b[:min(len(b), l.left)])
	l.left -= n
	return n, err
}

// separators are what read.separator can be.
func separators() map[string]rune {
	return map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}
}

func (m *tables) openCSV(f file) (*csvFile, error) {
	in, err := f.open()
	if err != nil {
		return nil, err
	}
	limit := &limited{in, maxLine}
	buffered := bufio.NewReaderSize(limit, 1<<16)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		buffered.Discard(3)
	}
	r := csv.NewReader(buffered)
	r.Comma = separators()[m.Separator]
	if m.Separator == "auto" {
		start, err := buffered.Peek(buffered.Size())
		r.Comma = sniff(start, err == nil)
	}
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	return &csvFile{r, f.path, in, limit}, nil
}

// record reads the cells of the next line with anything on it, without the
// spaces around them; io.EOF at the end.
func (c *csvFile) record() ([]string, error) {
	c.limit.left = maxLine
	cells, err := c.Read()
	var bad *csv.ParseError
	switch {
	case err == io.EOF:
		return nil, err
	case errors.Is(err, errLongLine):
		return nil, fmt.Errorf("%s: %w", c.path, err)
	case errors.As(err, &bad):
		return nil, sdk.Hint(fmt.Errorf("%w: %s:%d:%d: %w", sdk.ErrBadInput, c.path, bad.Line, bad.Column, bad.Err),
			`put a cell with a quote or a separator in it in quotes, and write each quote in it twice: "5"" pipe"`)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return nil, sdk.Hint(fmt.Errorf("%w: %s: %.40q is no UTF-8 text", sdk.ErrBadInput, c.where(i), cell),
				"save the file as UTF-8: iconv -f latin1 -t utf-8 does it for many")
		}
		cells[i] = strings.TrimSpace(cell)
	}
	return cells, nil
}

// where says where cell i of the last record is.
func (c *csvFile) where(i int) string {
	line, column := c.FieldPos(i)
	return fmt.Sprintf("%s:%d:%d", c.path, line, column)
}
