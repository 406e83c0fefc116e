package dataset

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

// A Writer writes a dataset file. It is an [sdk.RowWriter] and for one
// goroutine.
type Writer struct {
	// Progress is told how many rows there are, whenever there are more; may
	// be nil.
	Progress func(rows int)

	path       string
	space      sdk.Space
	as         sdk.Storage
	file       *safetensors.Writer // nil before Begin
	rows       int
	conditions map[string][]float32
	buf        []byte
	adopted    bool  // another process has written the file
	err        error // the first; there is no file then
}

// Create returns a writer of a file that appears at path when it is closed. It
// touches no disk before Begin.
func Create(path string) *Writer { return &Writer{path: path} }

// Path returns where the file will be.
func (w *Writer) Path() string { return w.path }

// Rows returns how many rows have been written.
func (w *Writer) Rows() int { return w.rows }

// Begin says what the rows will be, and how to store them.
func (w *Writer) Begin(space sdk.Space, as sdk.Storage) error {
	return w.fail(w.begin(space, as))
}

func (w *Writer) begin(space sdk.Space, as sdk.Storage) error {
	if w.err != nil {
		return w.err
	}
	if w.file != nil {
		return fmt.Errorf("%w: Begin was called before", sdk.ErrBadInput)
	}
	if err := space.Validate(); err != nil {
		return err
	}
	if err := storable(space, as); err != nil {
		return err
	}
	w.space, w.as, w.conditions = space, as, map[string][]float32{}
	room, err := w.header(math.MaxInt) // no count of rows is longer, written out
	if err != nil {
		return err
	}
	w.file, err = safetensors.Create(w.path, room)
	return err
}

// Write adds rows. It refuses rows that are not of the Space, or lack a
// condition of it.
func (w *Writer) Write(rows sdk.Batch) error { return w.fail(w.write(rows)) }

func (w *Writer) write(rows sdk.Batch) error {
	if w.err != nil {
		return w.err
	}
	if w.file == nil {
		return fmt.Errorf("%w: rows before Begin", sdk.ErrBadInput)
	}
	if err := w.space.Check(rows); err != nil {
		return fmt.Errorf("after %d rows: %w", w.rows, err)
	}
	for _, c := range w.space.Conditions {
		values, ok := rows.Conditions[c.Name]
		if !ok {
			return fmt.Errorf("%w: after %d rows: rows without condition %s", sdk.ErrBadInput, w.rows, c.Name)
		}
		w.conditions[c.Name] = append(w.conditions[c.Name], values...)
	}
	for i := range rows.Len() {
		w.buf = w.appendRow(w.buf[:0], rows.Row(i))
		if _, err := w.file.Write(w.buf); err != nil {
			return err
		}
	}
	w.rows += rows.Len()
	w.tell(w.rows)
	return nil
}

func (w *Writer) tell(rows int) {
	if w.Progress != nil {
		w.Progress(rows)
	}
}

// Adopt takes the file that another process has put at Path, with so many
// rows, for the one that w was to write. Close has nothing left to do then.
func (w *Writer) Adopt(rows int) error {
	if w.err == nil && w.file != nil {
		return w.fail(fmt.Errorf("%w: Begin was called before", sdk.ErrBadInput))
	}
	if w.err == nil {
		_, err := os.Stat(w.path)
		w.fail(withoutPath(err))
	}
	if w.err != nil {
		return w.err
	}
	w.rows, w.adopted = rows, true
	w.tell(rows)
	return nil
}

func (w *Writer) appendRow(dst []byte, row []float32) []byte {
	if w.as == sdk.Floats {
		return appendFloats(dst, row)
	}
	for _, g := range w.space.Segments {
		scale := float32(1)
		if g.Kind == sdk.Unit {
			scale = 255
		}
		for _, v := range row[:g.Len] {
			dst = append(dst, byte(v*scale+0.5))
		}
		row = row[g.Len:]
	}
	return dst
}

func appendFloats(dst []byte, values []float32) []byte {
	for _, v := range values {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

// Close completes the file. If it, or a call before, returns an error, there
// is no file.
func (w *Writer) Close() error {
	defer w.Abort()
	if w.adopted && w.err == nil {
		return nil
	}
	return w.fail(w.finish())
}

func (w *Writer) finish() error {
	if w.err != nil {
		return w.err
	}
	if w.rows == 0 {
		return fmt.Errorf("%w: no rows", sdk.ErrBadInput)
	}
	for _, c := range w.space.Conditions {
		if _, err := w.file.Write(appendFloats(nil, w.conditions[c.Name])); err != nil {
			return err
		}
	}
	header, err := w.header(w.rows)
	if err != nil {
		return err
	}
	return w.file.Finish(header)
}

// Abort removes what has been written, unless the file is complete.
func (w *Writer) Abort() {
	if w.file != nil {
		w.file.Abort()
	}
	if w.err == nil {
		w.err = fmt.Errorf("write dataset %s: %w", w.path, os.ErrClosed)
	}
}

// fail remembers the first error, and names the file in it.
func (w *Writer) fail(err error) error {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("write dataset %s: %w", w.path, err)
		w.Abort()
	}
	if err != nil {
		return w.err
	}
	return nil
}

// header describes the file when it has n rows. For the largest n its offsets
// mean nothing, but they are as long as they can get.
func (w *Writer) header(n int) (safetensors.Header, error) {
	space, err := json.Marshal(w.space)
	if err != nil {
		return safetensors.Header{}, err
	}
	h := safetensors.Header{Metadata: map[string]string{versionKey: version, spaceKey: string(space)}}
	var at int64
	add := func(name string, t safetensors.DType, width int, shape ...int) {
		begin := at
		at = math.MaxInt64
		if n < math.MaxInt {
			at = begin + int64(n)*int64(width)
		}
		h.Tensors = append(h.Tensors, safetensors.Entry{Name: name, Type: t, Shape: shape, Begin: begin, End: at})
	}
	t, width := safetensors.U8, 1
	if w.as == sdk.Floats {
		t, width = safetensors.F32, 4
	}
	add(rowsName, t, width*w.space.Size(), append([]int{n}, w.space.Shape...)...)
	for _, c := range w.space.Conditions {
		add(conditionPrefix+c.Name, safetensors.F32, 4, n)
	}
	return h, nil
}
