package dataset

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

// A File is a dataset file that is open for reading. It is [sdk.Rows], and may
// be used by several goroutines.
type File struct {
	path       string
	space      sdk.Space
	n          int
	as         sdk.Storage
	data       []byte // the whole file
	rows       []byte // in data, stored as said
	conditions map[string][]float32
	header     safetensors.Header
	unit       [256]float32 // what a byte stands for in a unit segment
	release    func() error
}

// Open opens a dataset file and checks all of it, its rows included. A file
// that is truncated, altered or of another kind is refused with
// [sdk.ErrCorrupt].
//
// The file must not be truncated while it is open: what is mapped would be
// gone.
func Open(path string) (*File, error) {
	f, err := OpenChecked(path)
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		f.Close()
		return nil, fmt.Errorf("open dataset %s: %w", path, err)
	}
	return f, nil
}

// OpenChecked opens a dataset file of which another process has just checked
// the rows: it reads only what stands around them.
func OpenChecked(path string) (*File, error) {
	f, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open dataset %s: %w", path, withoutPath(err))
	}
	return f, nil
}

// withoutPath returns the cause of an error of the operating system, whose
// path is already told.
func withoutPath(err error) error {
	if e := (*os.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

func open(path string) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // a mapping outlives it
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: not a regular file", sdk.ErrBadInput)
	}
	if info.Size() == 0 {
		return nil, fmt.Errorf("%w: empty", sdk.ErrCorrupt)
	}
	data, release, err := mapFile(file, info.Size())
	if err != nil {
		return nil, err
	}
	f := &File{path: path, data: data, release: release}
	if err := f.load(data); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func (f *File) load(data []byte) error {
	r := bytes.NewReader(data)
	header, err := safetensors.ReadHeader(r, r.Size())
	if err != nil {
		return err
	}
	if v, ok := header.Metadata[versionKey]; !ok {
		return corrupt("not a dataset file")
	} else if v != version {
		return corrupt("a dataset file of version %s, this program reads version %s", v, version)
	}
	if err := json.Unmarshal([]byte(header.Metadata[spaceKey]), &f.space); err != nil {
		return corrupt("its space: %v", err)
	}
	if err := f.space.Validate(); err != nil {
		return corrupt("%v", err)
	}
	f.header = header
	for v := range f.unit {
		f.unit[v] = float32(v) / 255
	}
	return f.loadTensors(header, data[header.Start():])
}

// check reads the rows.
func (f *File) check() error {
	if err := f.header.Verify(bytes.NewReader(f.data)); err != nil {
		return err
	}
	return f.checkRows()
}

// loadTensors finds the rows and the conditions in the data section.
func (f *File) loadTensors(header safetensors.Header, data []byte) error {
	tensors := map[string]safetensors.Entry{}
	for _, e := range header.Tensors {
		tensors[e.Name] = e
	}
	rows := tensors[rowsName]
	if len(rows.Shape) == 0 || !slices.Equal(rows.Shape[1:], f.space.Shape) || rows.Shape[0] == 0 {
		return corrupt("its rows are of shape %v, its space says %v", rows.Shape, f.space.Shape)
	}
	f.n, f.rows = rows.Shape[0], data[rows.Begin:rows.End:rows.End]
	f.as = sdk.Storage(rows.Type)
	if known, ok := storages[rows.Type]; ok {
		f.as = known
	}
	if err := storable(f.space, f.as); err != nil {
		return corrupt("%v", err)
	}
	f.conditions = map[string][]float32{}
	for _, c := range f.space.Conditions {
		e := tensors[conditionPrefix+c.Name]
		if e.Type != safetensors.F32 || !slices.Equal(e.Shape, []int{f.n}) {
			return corrupt("condition %s is %s of shape %v, want F32 of shape [%d]", c.Name, e.Type, e.Shape, f.n)
		}
		values := make([]float32, f.n)
		floats(values, data[e.Begin:e.End])
		if i := slices.IndexFunc(values, func(v float32) bool { return !c.Holds(v) }); i >= 0 {
			return corrupt("condition %s of row %d is %g", c.Name, i, values[i])
		}
		f.conditions[c.Name] = values
	}
	return nil
}

var storages = map[safetensors.DType]sdk.Storage{safetensors.U8: sdk.Bytes, safetensors.F32: sdk.Floats}

// checkRows reports values that the Space does not allow, so that Gather needs
// not. A byte is always a unit value.
func (f *File) checkRows() error {
	safe := f.as == sdk.Bytes && !slices.ContainsFunc(f.space.Segments, func(g sdk.Segment) bool { return g.Kind != sdk.Unit })
	if safe {
		return nil
	}
	var b sdk.Batch
	step := max(1, (1<<16)/f.space.Size())
	indices := make([]int, 0, step)
	for first := 0; first < f.n; first += step {
		indices = indices[:0]
		for i := first; i < min(first+step, f.n); i++ {
			indices = append(indices, i)
		}
		b = f.Gather(b, indices)
		if err := f.space.Check(b); err != nil {
			return corrupt("in the rows from %d: %v", first, err)
		}
	}
	return nil
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{sdk.ErrCorrupt}, args...)...)
}

// SHA256 returns the digest of rows and conditions that the file tells of
// itself, in hexadecimal; [Open] has checked it.
func (f *File) SHA256() string { return f.header.Sum() }

// Path returns the path that the file was opened by.
func (f *File) Path() string { return f.path }

// Space says what a row is.
func (f *File) Space() sdk.Space { return f.space }

// Len returns the number of rows.
func (f *File) Len() int { return f.n }

// Storage says how the rows are stored.
func (f *File) Storage() sdk.Storage { return f.as }

// Gather copies rows as [sdk.Rows] asks. Once dst is large enough it
// allocates nothing. It panics on an index that is not of a row, and after
// Close.
func (f *File) Gather(dst sdk.Batch, indices []int) sdk.Batch {
	dst = sdk.Reuse(dst, f.space, len(indices))
	width := len(f.rows) / f.n
	for i, r := range indices {
		stored := f.rows[r*width : (r+1)*width]
		if f.as == sdk.Floats {
			floats(dst.Row(i), stored)
		} else {
			f.bytes(dst.Row(i), stored)
		}
	}
	for name, values := range f.conditions {
		to := dst.Conditions[name]
		for i, r := range indices {
			to[i] = values[r]
		}
	}
	return dst
}

func (f *File) bytes(dst []float32, stored []byte) {
	for _, g := range f.space.Segments {
		to, from := dst[:g.Len], stored[:g.Len]
		if g.Kind == sdk.Unit {
			for i, v := range from {
				to[i] = f.unit[v]
			}
		} else {
			for i, v := range from {
				to[i] = float32(v)
			}
		}
		dst, stored = dst[g.Len:], stored[g.Len:]
	}
}

func floats(dst []float32, stored []byte) {
	for i := range dst {
		dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(stored[4*i:]))
	}
}

// Close releases the file's memory.
func (f *File) Close() error {
	if f.release == nil {
		return nil
	}
	release := f.release
	f.release, f.data, f.rows = nil, nil, nil
	return release()
}
