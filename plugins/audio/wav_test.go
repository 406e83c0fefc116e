package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// le joins numbers as little-endian bytes, and strings as they are.
func le(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		if s, ok := p.(string); ok {
			b = append(b, s...)
			continue
		}
		b, _ = binary.Append(b, binary.LittleEndian, p)
	}
	return b
}

// fmtChunk describes samples of a kind.
func fmtChunk(kind, channels uint16, rate uint32, bits uint16) []byte {
	block := channels * bits / 8
	return le("fmt ", uint32(16), kind, channels, rate, rate*uint32(block), block, bits)
}

func extensible(kind, channels uint16, rate uint32, bits uint16) []byte {
	block := channels * bits / 8
	return le("fmt ", uint32(40), uint16(wavExtensible), channels, rate, rate*uint32(block), block, bits,
		uint16(22), bits, uint32(3), kind, string(extensibleGUID))
}

func chunk(name string, content []byte) []byte {
	b := le(name, uint32(len(content)), string(content))
	if len(content)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func riff(chunks ...[]byte) []byte {
	b := slices.Concat(chunks...)
	return le("RIFF", uint32(len(b)+4), "WAVE", string(b))
}

func decodeBytes(b []byte, seconds float64) (sound, error) {
	return decodeStream(bufio.NewReader(bytes.NewReader(b)), int64(len(b)), seconds)
}

// TestWAVFormats reads -1/2, 1/4 and 0 in all kinds of samples.
func TestWAVFormats(t *testing.T) {
	for name, b := range map[string][]byte{
		"8 bits":               riff(fmtChunk(1, 1, 8000, 8), chunk("data", []byte{64, 160, 128})),
		"16 bits":              riff(fmtChunk(1, 1, 8000, 16), chunk("data", le(int16(-1<<14), int16(1<<13), int16(0)))),
		"24 bits":              riff(fmtChunk(1, 1, 8000, 24), chunk("data", []byte{0, 0, 0xc0, 0, 0, 0x20, 0, 0, 0})),
		"32 bits":              riff(fmtChunk(1, 1, 8000, 32), chunk("data", le(int32(-1<<30), int32(1<<29), int32(0)))),
		"32-bit floats":        riff(fmtChunk(3, 1, 8000, 32), chunk("data", le(float32(-0.5), float32(0.25), float32(0)))),
		"64-bit floats":        riff(fmtChunk(3, 1, 8000, 64), chunk("data", le(-0.5, 0.25, 0.0))),
		"extensible":           riff(extensible(1, 1, 8000, 16), chunk("data", le(int16(-1<<14), int16(1<<13), int16(0)))),
		"extensible floats":    riff(extensible(3, 1, 8000, 32), chunk("data", le(float32(-0.5), float32(0.25), float32(0)))),
		"stereo, mixed":        riff(fmtChunk(3, 2, 8000, 32), chunk("data", le(float32(-1), float32(0), float32(0.5), float32(0), float32(1), float32(-1)))),
		"odd chunks":           riff(chunk("LIST", []byte("odd")), fmtChunk(1, 1, 8000, 8), chunk("junk", []byte{1}), chunk("data", []byte{64, 160, 128}), chunk("more", []byte{1, 2})),
		"odd data, no pad":     le("RIFF", uint32(99), "WAVE", string(fmtChunk(1, 1, 8000, 8)), "data", uint32(3), "\x40\xa0\x80"),
		"data of any size":     le("RIFF", uint32(math.MaxUint32), "WAVE", string(fmtChunk(1, 1, 8000, 8)), "data", uint32(unknownSize), "\x40\xa0\x80"),
		"the RIFF's size lies": le("RIFF", uint32(1), "WAVE", string(fmtChunk(1, 1, 8000, 8)), "data", uint32(3), "\x40\xa0\x80"),
	} {
		s, err := decodeBytes(b, 1)
		if err != nil || s.rate != 8000 || !slices.Equal(s.samples, []float32{-0.5, 0.25, 0}) {
			t.Errorf("%s: got %v, %v", name, s, err)
		}
	}
}

// TestWAVSteps reads the smallest step of each width.
func TestWAVSteps(t *testing.T) {
	for bits, b := range map[uint16][]byte{8: {129}, 16: {1, 0}, 24: {1, 0, 0}, 32: {1, 0, 0, 0}} {
		s, err := decodeBytes(riff(fmtChunk(1, 1, 8000, bits), chunk("data", b)), 1)
		if want := float32(math.Ldexp(1, 1-int(bits))); err != nil || s.samples[0] != want {
			t.Errorf("%d bits: got %v, %v, want %g", bits, s.samples, err, want)
		}
	}
}

func TestHostileWAV(t *testing.T) {
	good := riff(fmtChunk(1, 1, 8000, 16), chunk("data", make([]byte, 200)))
	data := chunk("data", make([]byte, 4))
	for _, c := range []struct {
		name string
		b    []byte
		kind error
		want string
	}{
		{"empty", nil, sdk.ErrCorrupt, "no WAV"},
		{"only a head", good[:12], sdk.ErrCorrupt, "truncated"},
		{"other RIFF", le("RIFF", uint32(4), "AVI "), sdk.ErrCorrupt, `"AVI "`},
		{"big-endian", le("RIFX", uint32(4), "WAVE"), errors.ErrUnsupported, "RIFX"},
		{"truncated", good[:len(good)-1], sdk.ErrCorrupt, "claims 200 bytes, 199 are there"},
		{"huge", riff(fmtChunk(1, 1, 8000, 16), le("data", uint32(math.MaxUint32-1))), sdk.ErrCorrupt, "claims 4294967294 bytes, 0 are there"},
		{"huge other chunk", riff(le("LIST", uint32(1<<31))), sdk.ErrCorrupt, "claims 2147483648"},
		{"huge format", riff(chunk("fmt ", make([]byte, 5000))), sdk.ErrCorrupt, "5000 bytes"},
		{"short format", riff(chunk("fmt ", make([]byte, 14))), sdk.ErrCorrupt, "14 bytes"},
		{"no format", riff(data), sdk.ErrCorrupt, `no chunk "fmt "`},
		{"no data", riff(fmtChunk(1, 1, 8000, 16)), sdk.ErrCorrupt, `no chunk "data"`},
		{"no samples", riff(fmtChunk(1, 1, 8000, 16), chunk("data", nil)), sdk.ErrCorrupt, "no samples"},
		{"no channels", riff(fmtChunk(1, 0, 8000, 16), data), sdk.ErrCorrupt, "0 channels"},
		{"many channels", riff(fmtChunk(1, 65, 8000, 16), data), sdk.ErrCorrupt, "65 channels"},
		{"no rate", riff(fmtChunk(1, 1, 0, 16), data), sdk.ErrCorrupt, "claims 0 samples in a second"},
		{"absurd rate", riff(fmtChunk(1, 1, math.MaxUint32, 16), data), sdk.ErrCorrupt, "claims 4294967295 samples"},
		{"compressed", riff(fmtChunk(0x55, 1, 8000, 16), data), errors.ErrUnsupported, "kind 85"},
		{"12 bits", riff(fmtChunk(1, 2, 8000, 12), data), errors.ErrUnsupported, "12 bits"},
		{"foreign GUID", riff(bytes.Replace(extensible(1, 1, 8000, 16), []byte{0x9b, 0x71}, []byte{0, 0}, 1), data), errors.ErrUnsupported, "not known"},
		{"block", riff(bytes.Replace(fmtChunk(1, 1, 8000, 16), le(uint16(2), uint16(16)), le(uint16(4), uint16(16)), 1), data), sdk.ErrCorrupt, "claims 4"},
		{"half a sample", riff(fmtChunk(1, 1, 8000, 16), chunk("data", make([]byte, 3))), sdk.ErrCorrupt, "no whole samples"},
		{"not a number", riff(fmtChunk(3, 1, 8000, 32), chunk("data", le(float32(math.NaN())))), sdk.ErrCorrupt, "NaN"},
		{"infinite", riff(fmtChunk(3, 1, 8000, 64), chunk("data", le(math.Inf(-1)))), sdk.ErrCorrupt, "-Inf"},
		{"far too loud", riff(fmtChunk(3, 1, 8000, 64), chunk("data", le(1e30))), sdk.ErrCorrupt, "1e+30"},
	} {
		_, err := decodeBytes(c.b, 1)
		if !errors.Is(err, c.kind) && !errors.Is(decodeError(err), c.kind) || !strings.Contains(decodeError(err).Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestWAVRoundTrip loses half a step of 16 bits, and clips.
func TestWAVRoundTrip(t *testing.T) {
	x := append(sine(8000, 441, 1000), 1, -1, 2, -2)
	s, err := decodeBytes(encodeWAV(sound{8000, x}), 1)
	if err != nil || s.rate != 8000 || len(s.samples) != len(x) {
		t.Fatalf("got %d samples at %d, %v", len(s.samples), s.rate, err)
	}
	for i, v := range x {
		if want := min(max(v, -1), 1-1.0/(1<<15)); math.Abs(float64(want-s.samples[i])) > 0.5/(1<<15) {
			t.Errorf("sample %d was %g and came back as %g", i, v, s.samples[i])
		}
	}
}

// TestDecodesNoMore stops when it has what was asked for.
func TestDecodesNoMore(t *testing.T) {
	s, err := decodeBytes(tone(8000, 441, 80_000), 0.5)
	if err != nil || len(s.samples) != 4000 {
		t.Errorf("got %d samples, %v, want 4000", len(s.samples), err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(tone(8000, 441, 20))
	f.Add(riff(extensible(3, 2, 8000, 32), chunk("LIST", []byte("odd")), chunk("data", make([]byte, 80))))
	f.Add(flacOf(f, 16, 0, [][]int32{{1, 2, 3, -4, 5, 6, 7, 8, 9, 1, 1, 1, 1, 1, 1, 1, 1, 9}}))
	f.Add(flacOf(f, 24, 0, [][]int32{make([]int32, 20), make([]int32, 20)}))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := decodeBytes(b, 0.1)
		if err != nil {
			return
		}
		for _, v := range s.samples {
			if !(math.Abs(float64(v)) <= maxSample) {
				t.Fatalf("a sample is %g", v)
			}
		}
	})
}
