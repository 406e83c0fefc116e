// Package npy writes arrays as .npy files, version 1.0 of the format that
// NumPy defines (numpy.lib.format), so that other programs can read what a
// model computes:
//
//	x = numpy.load("latents.npy")	# float32, one row for each of ours
//
// A file appears under its name only when it is whole.
package npy

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A Writer writes rows of float32 numbers, one after another.
type Writer struct {
	path   string
	f      *os.File
	w      *bufio.Writer
	row    []int
	size   int
	header int // its length
	rows   int
	err    error // the first
}

// Create begins a file of rows of a shape; a row of no dimensions is one
// number. A file that is there is replaced when the new one is whole. Call
// Close to finish, or Abort.
func Create(path string, row ...int) (*Writer, error) {
	size := 1
	for _, d := range row {
		if d < 0 || d > 0 && size > math.MaxInt32/d {
			return nil, fmt.Errorf("write %s: rows of shape %v cannot be", path, row)
		}
		size *= d
	}
	dir, base := filepath.Split(path)
	if base == "" {
		return nil, fmt.Errorf("write %q: a folder, not a file", path)
	}
	f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf(".%s.%d.tmp", base, os.Getpid())), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", path, unwrapPath(err))
	}
	w := &Writer{path: path, f: f, w: bufio.NewWriterSize(f, 1<<16), row: row, size: size}
	// How many rows there will be is not known: keep room for any number.
	w.header = len(header(math.MaxInt, row, 0))
	_, w.err = w.w.Write(header(0, row, w.header))
	return w, nil
}

// Write adds rows, which need not be the same number each time.
func (w *Writer) Write(rows []float32) error {
	if w.size == 0 || len(rows)%w.size != 0 {
		return fmt.Errorf("write %s: %d numbers for rows of %d", w.path, len(rows), w.size)
	}
	var b [4]byte
	for _, v := range rows {
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(v))
		if _, err := w.w.Write(b[:]); err != nil {
			return w.fail(err)
		}
	}
	w.rows += len(rows) / w.size
	return nil
}

// Close finishes the file and gives it its name.
func (w *Writer) Close() error {
	if w.f == nil {
		return fmt.Errorf("write %s: %w", w.path, os.ErrClosed)
	}
	err := w.w.Flush()
	if err == nil {
		_, err = w.f.WriteAt(header(w.rows, w.row, w.header), 0)
	}
	if err == nil {
		err = w.f.Sync()
	}
	if closed := w.f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(w.f.Name(), w.path)
	}
	if err != nil {
		os.Remove(w.f.Name())
	}
	w.f = nil
	return w.fail(err)
}

// Abort gives up a file that is not finished. After Close it does nothing,
// so that it can be deferred.
func (w *Writer) Abort() {
	if w.f != nil {
		w.f.Close()
		os.Remove(w.f.Name())
		w.f = nil
	}
}

// fail keeps the first error: what comes after it is its consequence.
func (w *Writer) fail(err error) error {
	if err != nil && w.err == nil {
		w.err = err
	}
	if w.err == nil {
		return nil
	}
	return fmt.Errorf("write %s: %w", w.path, unwrapPath(w.err))
}

// header returns the header of an array of n rows, at least length bytes long.
// The numbers begin at a multiple of 64, so that they can be mapped.
func header(n int, row []int, length int) []byte {
	shape := strconv.Itoa(n) + ","
	for _, d := range row {
		shape += " " + strconv.Itoa(d) + ","
	}
	if len(row) > 0 {
		shape = strings.TrimSuffix(shape, ",")
	}
	const prefix = "\x93NUMPY\x01\x00"
	dict := "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }"
	bare := len(prefix) + 2 + len(dict) + 1
	length = max(length, (bare+63)/64*64)
	b := binary.LittleEndian.AppendUint16([]byte(prefix), uint16(length-len(prefix)-2))
	b = append(b, dict...)
	b = append(b, strings.Repeat(" ", length-bare)...)
	return append(b, '\n')
}

// unwrapPath takes the temporary path out of an error.
func unwrapPath(err error) error {
	switch e := err.(type) {
	case *os.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}
