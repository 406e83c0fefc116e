package safetensors

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// A DType is the type of a tensor's numbers.
type DType string

// The types that are written here; headers may name others.
const (
	U8  DType = "U8"
	F32 DType = "F32"
)

// bytesOf lists the types that a header may name, with the bytes of a number.
var bytesOf = map[DType]int64{
	"BOOL": 1, U8: 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1,
	"U16": 2, "I16": 2, "F16": 2, "BF16": 2,
	"U32": 4, "I32": 4, F32: 4,
	"U64": 8, "I64": 8, "F64": 8, "C64": 8,
}

// A Header says what a file holds.
type Header struct {
	Tensors  []Entry // in the order of their data
	Metadata map[string]string

	start, size int64 // of the data, in a header that was read
}

// An Entry describes one tensor. Begin and End count bytes from where the data
// begins.
type Entry struct {
	Name       string
	Type       DType
	Shape      []int
	Begin, End int64
}

const (
	maxHeader   = 100 << 20 // bytes, as in the reference implementation
	align       = 64        // of the data in the file
	metadataKey = "__metadata__"
	sumKey      = "genhost.sha256" // in the metadata: of the data, in hexadecimal
)

// Start returns the offset in the file at which the data begins, for a header
// that was read.
func (h Header) Start() int64 { return h.start }

// Data returns the data section of the file r that h was read from.
func (h Header) Data(r io.ReaderAt) *io.SectionReader {
	return io.NewSectionReader(r, h.start, h.size)
}

// ReadHeader reads and checks the header of the file r, which has size bytes.
// What is wrong with it is an [ErrCorrupt].
func ReadHeader(r io.ReaderAt, size int64) (Header, error) {
	if size < 8 {
		return Header{}, corrupt("has %d bytes, too few for a header", size)
	}
	var prefix [8]byte
	if _, err := r.ReadAt(prefix[:], 0); err != nil {
		return Header{}, fmt.Errorf("read header: %w", err)
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	if n > maxHeader || int64(n) > size-8 {
		return Header{}, corrupt("its header claims %d bytes, the file has %d", n, size)
	}
	text := make([]byte, n)
	if _, err := r.ReadAt(text, 8); err != nil && err != io.EOF {
		return Header{}, fmt.Errorf("read header: %w", err)
	}
	h, err := parse(text)
	if err != nil {
		return Header{}, err
	}
	h.start, h.size = 8+int64(n), size-8-int64(n)
	return h, h.check(h.size)
}

// parse decodes the JSON of a header. It goes name by name, to refuse one that
// comes twice.
func parse(text []byte) (Header, error) {
	var h Header
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') || text[0] != '{' {
		return h, corrupt("its header is no JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return h, corrupt("its header: %v", err)
		}
		name, _ := t.(string) // the decoder lets nothing else be a key
		if seen[name] {
			return h, corrupt("its header has %q twice", name)
		}
		seen[name] = true
		if err := h.add(name, d); err != nil {
			return h, corrupt("its header, at %q: %v", name, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return h, corrupt("its header: %v", err)
	}
	if len(bytes.TrimSpace(text[d.InputOffset():])) > 0 {
		return h, corrupt("its header goes on after its end")
	}
	slices.SortStableFunc(h.Tensors, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End))
	})
	return h, nil
}

// entry is an [Entry] as JSON.
type entry struct {
	Type    DType   `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

func (h *Header) add(name string, d *json.Decoder) error {
	if name == metadataKey {
		return d.Decode(&h.Metadata)
	}
	var e entry
	if err := d.Decode(&e); err != nil {
		return err
	}
	if len(e.Offsets) != 2 || e.Shape == nil {
		return fmt.Errorf("want dtype, shape and two data_offsets")
	}
	h.Tensors = append(h.Tensors, Entry{name, e.Type, e.Shape, e.Offsets[0], e.Offsets[1]})
	return nil
}

// check reports tensors that do not cover size bytes of data one after
// another, or whose shapes do not fit.
func (h Header) check(size int64) error {
	var at int64
	for _, e := range h.Tensors {
		n, err := e.bytes()
		switch {
		case err != nil:
			return err
		case e.Begin != at:
			return corrupt("tensor %q begins at byte %d of the data, want %d", e.Name, e.Begin, at)
		case e.End > size:
			return corrupt("tensor %q ends at byte %d of the data, which has %d", e.Name, e.End, size)
		case e.End-e.Begin != n:
			return corrupt("tensor %q of shape %v and type %s has %d bytes, want %d", e.Name, e.Shape, e.Type, e.End-e.Begin, n)
		}
		at = e.End
	}
	if at != size {
		return corrupt("its tensors have %d bytes, its data %d", at, size)
	}
	return nil
}

// bytes returns how many bytes the tensor has by its type and shape.
func (e Entry) bytes() (int64, error) {
	n, ok := bytesOf[e.Type]
	if !ok {
		return 0, corrupt("tensor %q is of unknown type %q", e.Name, e.Type)
	}
	for _, d := range e.Shape {
		if d < 0 || d > 0 && n > math.MaxInt64/int64(d) {
			return 0, corrupt("tensor %q has impossible shape %v", e.Name, e.Shape)
		}
		n *= int64(d)
	}
	return n, nil
}

// encode returns the header as it stands at the beginning of a file, with its
// length, padded so that the data that follows is aligned.
func (h Header) encode() ([]byte, error) {
	out := append(make([]byte, 8), '{')
	add := func(name string, value any) error {
		k, err := json.Marshal(name)
		if err != nil {
			return err
		}
		v, err := json.Marshal(value)
		if err != nil {
			return err
		}
		out = append(append(append(append(out, k...), ':'), v...), ',')
		return nil
	}
	if err := add(metadataKey, h.Metadata); err != nil {
		return nil, err
	}
	for _, e := range h.Tensors {
		shape := append([]int{}, e.Shape...) // a scalar's is [], not null
		if err := add(e.Name, entry{e.Type, shape, []int64{e.Begin, e.End}}); err != nil {
			return nil, err
		}
	}
	out[len(out)-1] = '}'
	return pad(out, (len(out)+align-1)/align*align), nil
}

// pad fills a header with spaces up to length, and sets its own length.
func pad(header []byte, length int) []byte {
	header = append(header, bytes.Repeat([]byte{' '}, length-len(header))...)
	binary.LittleEndian.PutUint64(header, uint64(length-8))
	return header
}
