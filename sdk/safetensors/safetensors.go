// Package safetensors reads and writes safetensors files: named arrays in one
// file, which can be loaded from a stranger, since loading runs no code.
//
// A file is the length of its header (8 bytes, little-endian), the header as
// JSON, and the arrays one after another:
//
//	{"weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
//	 "__metadata__": {"any": "text"}}
//
// See https://huggingface.co/docs/safetensors. Beyond what the format asks
// for, headers written here are padded so that the data begins at a multiple
// of 64 bytes, and carry the SHA-256 of the data; reading verifies that where
// it is present.
//
// A file is refused with [ErrCorrupt] unless its arrays have known types, have
// as many bytes as their shape says, and cover the data without a gap or an
// overlap. Reading never takes more memory than a small multiple of the file's
// size, whatever its header claims. Errors name the file.
package safetensors

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"math"
	"os"
)

// A Tensor is a named array. Its Data has as many numbers as the product of
// Shape, the last axis varying fastest; an empty Shape is a single number.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// ErrCorrupt marks a file that is truncated, altered or no safetensors file.
// It is also every other error of the same words, so that errors.Is(err,
// sdk.ErrCorrupt) holds without this package knowing the sdk.
var ErrCorrupt error = corruptFile{}

type corruptFile struct{}

func (corruptFile) Error() string { return "corrupt file" }

func (c corruptFile) Is(target error) bool { return target.Error() == c.Error() }

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCorrupt}, args...)...)
}

// WriteFile writes tensors, as F32 and in the given order, and metadata to
// path. The file appears there whole or not at all.
func WriteFile(path string, tensors []Tensor, metadata map[string]string) error {
	header := Header{Metadata: metadata}
	var at int64
	for _, t := range tensors {
		end := at + 4*int64(len(t.Data))
		header.Tensors = append(header.Tensors, Entry{t.Name, F32, t.Shape, at, end})
		at = end
	}
	w, err := Create(path, header)
	if err != nil {
		return err
	}
	defer w.Abort()
	buf := make([]byte, 0, chunk)
	for _, t := range tensors {
		if err := writeFloats(w, buf, t.Data); err != nil {
			return err
		}
	}
	return w.Finish(header)
}

// chunk is how many bytes are converted at a time.
const chunk = 1 << 16

func writeFloats(w io.Writer, buf []byte, data []float32) error {
	for len(data) > 0 {
		n := min(len(data), chunk/4)
		buf = buf[:0]
		for _, v := range data[:n] {
			buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(v))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// ReadFile reads what [WriteFile], or another program, has written: the
// tensors in the order of their data, and the metadata. A tensor that is not
// F32 is refused with [errors.ErrUnsupported].
func ReadFile(path string) ([]Tensor, map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, fmt.Errorf("%s: not a regular file", path)
	}
	header, err := ReadHeader(f, info.Size())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	tensors, err := header.readFloats(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	metadata := maps.Clone(header.Metadata)
	delete(metadata, sumKey)
	return tensors, metadata, nil
}

func (h Header) readFloats(f io.ReaderAt) ([]Tensor, error) {
	for _, e := range h.Tensors {
		if e.Type != F32 {
			return nil, fmt.Errorf("tensor %q is of type %s, want F32: %w", e.Name, e.Type, errors.ErrUnsupported)
		}
	}
	sum := sha256.New()
	data := io.TeeReader(h.Data(f), sum)
	buf := make([]byte, chunk)
	tensors := make([]Tensor, len(h.Tensors))
	for i, e := range h.Tensors {
		values, err := readFloats(data, buf, int((e.End-e.Begin)/4))
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", e.Name, err)
		}
		tensors[i] = Tensor{e.Name, e.Shape, values}
	}
	return tensors, h.verify(sum)
}

func readFloats(r io.Reader, buf []byte, n int) ([]float32, error) {
	values := make([]float32, 0, n)
	for len(values) < n {
		part := buf[:4*min(n-len(values), chunk/4)]
		if _, err := io.ReadFull(r, part); err != nil {
			return nil, err
		}
		for ; len(part) > 0; part = part[4:] {
			values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(part)))
		}
	}
	return values, nil
}

// Sum returns the SHA-256 of the data section that the metadata tell, in
// hexadecimal; "" where they tell none.
func (h Header) Sum() string { return h.Metadata[sumKey] }

// Verify reads the whole data section of r and compares it with the SHA-256 in
// the header. Without one it reports nothing, and reads nothing.
func (h Header) Verify(r io.ReaderAt) error {
	if _, ok := h.Metadata[sumKey]; !ok {
		return nil
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, h.Data(r)); err != nil {
		return err
	}
	return h.verify(sum)
}

func (h Header) verify(sum hash.Hash) error {
	want, ok := h.Metadata[sumKey]
	if got := hex.EncodeToString(sum.Sum(nil)); ok && got != want {
		return corrupt("its data has sha256 %.12s..., its header says %.12s...", got, want)
	}
	return nil
}
