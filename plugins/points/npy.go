package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// An npyHead is what a .npy file says of itself: numpy.lib.format, versions 1
// to 3.
type npyHead struct {
	rows, columns int
	fortran       bool // column after column
	order         binary.ByteOrder
	kind          byte  // f, i, u or b
	size          int   // bytes of a number
	start         int64 // of the numbers
}

var (
	npyDescr   = regexp.MustCompile(`'descr': *'([<>|=]?)([fiub])([1248])'`)
	npyFortran = regexp.MustCompile(`'fortran_order': *True`)
	npyShape   = regexp.MustCompile(`'shape': *\(([0-9, ]*)\)`)
)

const (
	npyMagic     = "\x93NUMPY"
	maxNPYHeader = 1 << 16
)

func (m *points) openNPY(path string) (*table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	h, err := readNPYHead(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	l, err := m.layout(columnNames(h.columns))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &table{path, l.names, false, l.label >= 0, func(ctx context.Context, f func(point) error) error {
		return h.each(ctx, path, l, f)
	}}, nil
}

// readNPYHead reads the head of a file that is as long as it says.
func readNPYHead(f *os.File) (npyHead, error) {
	info, err := f.Stat()
	if err != nil {
		return npyHead{}, err
	}
	text, start, err := npyHeader(f)
	if err != nil {
		return npyHead{}, err
	}
	h, err := parseNPYHeader(text)
	if err != nil {
		return h, err
	}
	h.start = start
	if h.rows == 0 {
		return h, fmt.Errorf("%w: no points", sdk.ErrBadInput)
	}
	if most := (info.Size() - start) / int64(h.columns*h.size); int64(h.rows) > most {
		return h, fmt.Errorf("%w: truncated: has %d of %d rows", sdk.ErrCorrupt, most, h.rows)
	}
	return h, nil
}

// npyHeader returns the text of the header, and where it ends.
func npyHeader(in io.Reader) (text string, end int64, err error) {
	fixed := make([]byte, len(npyMagic)+2)
	if _, err := io.ReadFull(in, fixed); err != nil || string(fixed[:len(npyMagic)]) != npyMagic {
		return "", 0, fmt.Errorf("%w: no .npy file", sdk.ErrCorrupt)
	}
	length := make([]byte, 2)
	if fixed[len(npyMagic)] > 1 {
		length = make([]byte, 4)
	}
	if _, err := io.ReadFull(in, length); err != nil {
		return "", 0, fmt.Errorf("%w: truncated in its header", sdk.ErrCorrupt)
	}
	n := binary.LittleEndian.Uint32(append(length[:len(length):len(length)], 0, 0))
	if n > maxNPYHeader {
		return "", 0, fmt.Errorf("%w: a header of %d bytes", sdk.ErrCorrupt, n)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(in, header); err != nil {
		return "", 0, fmt.Errorf("%w: truncated in its header", sdk.ErrCorrupt)
	}
	return string(header), int64(len(fixed) + len(length) + len(header)), nil
}

func parseNPYHeader(text string) (h npyHead, err error) {
	dims := npyShape.FindStringSubmatch(text)
	if dims == nil {
		return h, fmt.Errorf("%w: a header without a shape: %.80q", sdk.ErrCorrupt, text)
	}
	descr := npyDescr.FindStringSubmatch(text)
	if descr == nil || descr[2] == "f" && descr[3] < "4" || descr[2] == "b" && descr[3] != "1" {
		return h, sdk.Hint(fmt.Errorf("%w: an array of another type: %.80q", errors.ErrUnsupported, text), "save it as a.astype('<f4')")
	}
	h.order, h.kind, h.size = binary.LittleEndian, descr[2][0], int(descr[3][0]-'0')
	if descr[1] == ">" {
		h.order = binary.BigEndian
	}
	h.fortran = npyFortran.MatchString(text)
	return h, h.setShape(dims[1])
}

// setShape reads a shape as Python writes it: "100, 2". That of one axis is a
// column.
func (h *npyHead) setShape(text string) error {
	var shape []int
	for d := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(text), ","), ",") {
		v, err := strconv.Atoi(strings.TrimSpace(d))
		if err != nil && text != "" {
			return fmt.Errorf("%w: the shape (%.80s)", sdk.ErrCorrupt, text)
		}
		shape = append(shape, v)
	}
	if len(shape) == 1 && text != "" {
		shape = append(shape, 1)
	}
	if len(shape) != 2 {
		return sdk.Hint(fmt.Errorf("%w: an array of shape (%.80s)", sdk.ErrBadInput, text), "save one of shape (points, dimensions)")
	}
	h.rows, h.columns = shape[0], shape[1]
	return sdk.ValidShape(shape[1:])
}

func (h npyHead) each(ctx context.Context, path string, l layout, f func(point) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	block := atOnce(h.columns)
	raw := make([]byte, block*h.columns*h.size)
	p := point{x: make([]float32, len(l.coordinates))}
	for first := 0; first < h.rows; first += block {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n := min(block, h.rows-first)
		if err := h.load(raw, file, first, n); err != nil {
			return fmt.Errorf("%w: %s: truncated in the rows from %d on: %w", sdk.ErrCorrupt, path, first, err)
		}
		for i := range n {
			err := h.point(&p, raw, i, n, l)
			if err != nil {
				return fmt.Errorf("%s: row %d: %w", path, first+i, err)
			}
			if err := f(p); err != nil {
				return err
			}
		}
	}
	return nil
}

// load reads n rows, in the order that they have in the file.
func (h npyHead) load(raw []byte, file io.ReaderAt, first, n int) error {
	if !h.fortran {
		width := h.columns * h.size
		_, err := file.ReadAt(raw[:n*width], h.start+int64(first)*int64(width))
		return err
	}
	for column := range h.columns {
		at := h.start + (int64(column)*int64(h.rows)+int64(first))*int64(h.size)
		if _, err := file.ReadAt(raw[column*n*h.size:][:n*h.size], at); err != nil {
			return err
		}
	}
	return nil
}

// point makes a point of row i of the n that raw has.
func (h npyHead) point(p *point, raw []byte, i, n int, l layout) error {
	at := func(column int) float64 {
		if h.fortran {
			return h.number(raw[(column*n+i)*h.size:])
		}
		return h.number(raw[(i*h.columns+column)*h.size:])
	}
	for k, column := range l.coordinates {
		v := at(column)
		if !(math.Abs(v) <= math.MaxFloat32) {
			return fmt.Errorf("%w: column %d is %g: want a number that a float32 holds", sdk.ErrBadInput, column, v)
		}
		p.x[k] = float32(v)
	}
	if l.label >= 0 {
		p.label = number(at(l.label))
	}
	return nil
}

// number decodes the number that b begins with.
func (h npyHead) number(b []byte) float64 {
	var bits uint64
	switch h.size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(h.order.Uint16(b))
	case 4:
		bits = uint64(h.order.Uint32(b))
	case 8:
		bits = h.order.Uint64(b)
	}
	switch {
	case h.kind == 'f' && h.size == 4:
		return float64(math.Float32frombits(uint32(bits)))
	case h.kind == 'f':
		return math.Float64frombits(bits)
	case h.kind == 'i':
		unused := 64 - 8*h.size
		return float64(int64(bits<<unused) >> unused)
	}
	return float64(bits)
}
