package tensorboard

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"testing"
)

// The reader of these tests shares nothing with the writer: neither its
// checksum nor its protobuf.

// errTorn is the end of a file whose last record is not whole.
var errTorn = errors.New("torn record")

// crc32c is the CRC of RFC 3720, appendix B.4, a bit at a time.
func crc32c(b []byte) uint32 {
	c := ^uint32(0)
	for _, v := range b {
		c ^= uint32(v)
		for range 8 {
			c = c>>1 ^ 0x82f63b78*(c&1)
		}
	}
	return ^c
}

// unmask undoes the masking of TensorFlow's crc32c.h.
func unmask(v uint32) uint32 {
	v -= 0xa282ead8
	return v>>17 | v<<15
}

// records splits a file, and checks each of its checksums.
func records(b []byte) (all [][]byte, err error) {
	for len(b) > 0 {
		if len(b) < 12 {
			return all, errTorn
		}
		if unmask(binary.LittleEndian.Uint32(b[8:])) != crc32c(b[:8]) {
			return all, fmt.Errorf("record %d: the length's checksum is wrong", len(all))
		}
		n := binary.LittleEndian.Uint64(b)
		if uint64(len(b)) < 16+n {
			return all, errTorn
		}
		data := b[12 : 12+n]
		if unmask(binary.LittleEndian.Uint32(b[12+n:])) != crc32c(data) {
			return all, fmt.Errorf("record %d: the data's checksum is wrong", len(all))
		}
		all, b = append(all, data), b[16+n:]
	}
	return all, nil
}

// A field of a protobuf message: a number for the types 0, 1 and 5, bytes for 2.
type field struct {
	number, typ int
	value       uint64
	bytes       []byte
}

func fields(t *testing.T, b []byte) (all []field) {
	t.Helper()
	varint := func() uint64 {
		v, n := binary.Uvarint(b)
		if n <= 0 {
			t.Fatalf("bad varint in % x", b)
		}
		b = b[n:]
		return v
	}
	take := func(n uint64) []byte {
		if n > uint64(len(b)) {
			t.Fatalf("a field of %d bytes, and %d are left", n, len(b))
		}
		taken := b[:n]
		b = b[n:]
		return taken
	}
	for len(b) > 0 {
		tag := varint()
		f := field{number: int(tag >> 3), typ: int(tag & 7)}
		switch f.typ {
		case 0:
			f.value = varint()
		case 1:
			f.value = binary.LittleEndian.Uint64(take(8))
		case 2:
			f.bytes = take(varint())
		case 5:
			f.value = uint64(binary.LittleEndian.Uint32(take(4)))
		default:
			t.Fatalf("field %d has wire type %d", f.number, f.typ)
		}
		all = append(all, f)
	}
	return all
}

// A readEvent is what the test's reader makes of a record.
type readEvent struct {
	seconds float64
	step    int64
	version string
	values  []readValue
}

type readValue struct {
	tag                   string
	simple                float32
	png                   []byte
	height, width, colour int
}

func (e *readEvent) decode(t *testing.T, record []byte) {
	t.Helper()
	for _, f := range fields(t, record) {
		switch [2]int{f.number, f.typ} {
		case [2]int{1, 1}:
			e.seconds = math.Float64frombits(f.value)
		case [2]int{2, 0}:
			e.step = int64(f.value)
		case [2]int{3, 2}:
			e.version = string(f.bytes)
		case [2]int{5, 2}:
			for _, v := range fields(t, f.bytes) {
				if v.number != 1 || v.typ != 2 {
					t.Fatalf("a summary has field %d of type %d", v.number, v.typ)
				}
				e.values = append(e.values, decodeValue(t, v.bytes))
			}
		default:
			t.Fatalf("an event has field %d of type %d", f.number, f.typ)
		}
	}
}

func decodeValue(t *testing.T, b []byte) (v readValue) {
	t.Helper()
	for _, f := range fields(t, b) {
		switch [2]int{f.number, f.typ} {
		case [2]int{1, 2}:
			v.tag = string(f.bytes)
		case [2]int{2, 5}:
			v.simple = math.Float32frombits(uint32(f.value))
		case [2]int{4, 2}:
			for _, g := range fields(t, f.bytes) {
				switch [2]int{g.number, g.typ} {
				case [2]int{1, 0}:
					v.height = int(g.value)
				case [2]int{2, 0}:
					v.width = int(g.value)
				case [2]int{3, 0}:
					v.colour = int(g.value)
				case [2]int{4, 2}:
					v.png = g.bytes
				default:
					t.Fatalf("an image has field %d of type %d", g.number, g.typ)
				}
			}
		default:
			t.Fatalf("a value has field %d of type %d", f.number, f.typ)
		}
	}
	return v
}

// readFile returns the events of a file whose records are all whole.
func readFile(t *testing.T, path string) []readEvent {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := records(b)
	if err != nil {
		t.Fatal(err)
	}
	events := make([]readEvent, len(all))
	for i, record := range all {
		events[i].decode(t, record)
	}
	return events
}
