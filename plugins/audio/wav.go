package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/genhost/genhost/sdk"
)

// WAV is Microsoft's RIFF format, all little-endian: "RIFF", a size, "WAVE",
// and then chunks, each with a name of four letters, a size, and padding to an
// even number of bytes. The chunk "fmt " says what the samples in "data" are.
// See "Multimedia Programming Interface and Data Specifications 1.0" (1991) and,
// for WAVE_FORMAT_EXTENSIBLE, Microsoft's documentation of that structure.

// The kinds of samples in a chunk "fmt ".
const (
	wavInteger    = 1
	wavFloat      = 3
	wavExtensible = 0xfffe // the kind is in the first two bytes of a GUID
)

// unknownSize is what programs write as the size of data whose end they do not
// see before they have to write it.
const unknownSize = math.MaxUint32

// maxFormat bounds the chunk "fmt ", which needs 40 bytes.
const maxFormat = 1 << 12

// A wav reads the samples of a WAV file.
type wav struct {
	as     format
	sample func([]byte) float32 // the first sample in some bytes
	r      io.Reader            // the chunk "data", or what is left of it
	block  int                  // bytes of the samples of all channels at one time

	bytes []byte
	mono  []float32
}

// newWAV reads up to the first sample of a file of so many bytes.
func newWAV(r io.Reader, size int64) (*wav, error) {
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if string(head[8:]) != "WAVE" {
		return nil, fmt.Errorf("%w: a RIFF file of %q, not WAVE", sdk.ErrCorrupt, head[8:])
	}
	left := size - int64(len(head))
	var w *wav
	for {
		name, length, err := chunkHead(r)
		if errors.Is(err, io.EOF) && w != nil {
			return nil, fmt.Errorf("%w: no chunk \"data\"", sdk.ErrCorrupt)
		}
		if err != nil {
			return nil, err
		}
		left -= 8
		if name == "data" && length == unknownSize {
			length = left
		}
		if length > left {
			return nil, fmt.Errorf("%w: truncated: the chunk %q claims %d bytes, %d are there", sdk.ErrCorrupt, name, length, left)
		}
		switch {
		case name == "data" && w == nil:
			return nil, fmt.Errorf("%w: no chunk \"fmt \" before \"data\"", sdk.ErrCorrupt)
		case name == "data":
			return w, w.begin(r, length)
		case name == "fmt " && w == nil:
			w, err = readFormat(r, length)
		default:
			_, err = io.CopyN(io.Discard, r, length)
		}
		if err != nil {
			return nil, err
		}
		left -= length
		if length%2 == 1 && left > 0 {
			if _, err := io.CopyN(io.Discard, r, 1); err != nil {
				return nil, err
			}
			left--
		}
	}
}

func chunkHead(r io.Reader) (name string, length int64, err error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", 0, err
	}
	return string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:])), nil
}

// extensibleGUID is what follows the kind in the GUID of those that have one.
var extensibleGUID = []byte{0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71}

func readFormat(r io.Reader, length int64) (*wav, error) {
	if length < 16 || length > maxFormat {
		return nil, fmt.Errorf("%w: the chunk \"fmt \" has %d bytes, want 16 to %d", sdk.ErrCorrupt, length, maxFormat)
	}
	b := make([]byte, length)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, err
	}
	kind := binary.LittleEndian.Uint16(b)
	w := &wav{
		as: format{
			rate:     int(binary.LittleEndian.Uint32(b[4:])),
			channels: int(binary.LittleEndian.Uint16(b[2:])),
			bits:     int(binary.LittleEndian.Uint16(b[14:])),
		},
		block: int(binary.LittleEndian.Uint16(b[12:])),
	}
	if kind == wavExtensible {
		if length < 40 || !bytes.Equal(b[26:40], extensibleGUID) {
			return nil, sdk.Hint(fmt.Errorf("%w: samples of a kind that is not known", errors.ErrUnsupported), convert)
		}
		kind = binary.LittleEndian.Uint16(b[24:])
	}
	w.sample = wavSample(kind, w.as.bits)
	if w.sample == nil {
		return nil, sdk.Hint(fmt.Errorf("%w: WAV samples of kind %d with %d bits", errors.ErrUnsupported, kind, w.as.bits), convert)
	}
	if err := w.as.check(); err != nil {
		return nil, err
	}
	if want := w.as.channels * w.as.bits / 8; w.block != want {
		return nil, fmt.Errorf("%w: %d channels of %d bits take %d bytes, its header claims %d", sdk.ErrCorrupt, w.as.channels, w.as.bits, want, w.block)
	}
	return w, nil
}

// wavSample returns what reads one sample, nil for kinds that are not read.
func wavSample(kind uint16, bits int) func([]byte) float32 {
	le := binary.LittleEndian
	switch [2]int{int(kind), bits} {
	case [2]int{wavInteger, 8}: // which has no sign
		return func(b []byte) float32 { return (float32(b[0]) - 128) / (1 << 7) }
	case [2]int{wavInteger, 16}:
		return func(b []byte) float32 { return float32(int16(le.Uint16(b))) / (1 << 15) }
	case [2]int{wavInteger, 24}:
		return func(b []byte) float32 {
			return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
		}
	case [2]int{wavInteger, 32}:
		return func(b []byte) float32 { return float32(int32(le.Uint32(b))) / (1 << 31) }
	case [2]int{wavFloat, 32}:
		return func(b []byte) float32 { return math.Float32frombits(le.Uint32(b)) }
	case [2]int{wavFloat, 64}:
		return func(b []byte) float32 { return float32(math.Float64frombits(le.Uint64(b))) }
	}
	return nil
}

func (w *wav) begin(r io.Reader, length int64) error {
	if length%int64(w.block) != 0 {
		return fmt.Errorf("%w: %d bytes are no whole samples of %d", sdk.ErrCorrupt, length, w.block)
	}
	const blocks = 4096 // at a time
	w.r = io.LimitReader(r, length)
	w.bytes = make([]byte, blocks*w.block)
	w.mono = make([]float32, blocks)
	return nil
}

func (w *wav) format() format { return w.as }

// maxSample is how far from full scale a sample may be that is no integer.
const maxSample = 1 << 16

func (w *wav) next() ([]float32, error) {
	n, err := io.ReadFull(w.r, w.bytes)
	if n == 0 {
		return nil, err
	}
	if err != nil && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	mono := w.mono[:n/w.block]
	size := w.as.bits / 8
	for i := range mono {
		var sum float32
		for c := range w.as.channels {
			v := w.sample(w.bytes[i*w.block+c*size:])
			if !(v >= -maxSample && v <= maxSample) {
				return nil, fmt.Errorf("%w: a sample is %g", sdk.ErrCorrupt, v)
			}
			sum += v
		}
		mono[i] = sum / float32(w.as.channels)
	}
	return mono, nil
}

// encodeWAV returns a WAV file of one channel of 16-bit samples. What is beyond
// full scale is clipped.
func encodeWAV(s sound) []byte {
	const bytesEach = 2
	le := binary.LittleEndian
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, wavInteger)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, uint32(s.rate))
	b = le.AppendUint32(b, uint32(s.rate*bytesEach))
	b = le.AppendUint16(b, bytesEach)
	b = le.AppendUint16(b, 8*bytesEach)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(s.samples)*bytesEach))
	for _, v := range s.samples {
		b = le.AppendUint16(b, uint16(quantise(v)))
	}
	le.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

// quantise makes a sample one of 16 bits.
func quantise(v float32) int16 {
	q := math.RoundToEven(float64(v) * (1 << 15))
	return int16(min(max(q, math.MinInt16), math.MaxInt16))
}
