package main

import (
	"bytes"
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mewkiz/flac"
	"github.com/mewkiz/flac/frame"
	"github.com/mewkiz/flac/meta"

	"github.com/genhost/genhost/sdk"
)

// flacOf is a FLAC file of one frame of channels. Its header claims so many
// samples.
func flacOf(t testing.TB, bits uint8, claims uint64, channels [][]int32) []byte {
	t.Helper()
	var out bytes.Buffer
	e, err := flac.NewEncoder(struct{ io.Writer }{&out}, &meta.StreamInfo{
		BlockSizeMin: 16, BlockSizeMax: 4096, SampleRate: 8000, NChannels: uint8(len(channels)), BitsPerSample: bits, NSamples: claims,
	})
	if err != nil {
		t.Fatal(err)
	}
	f := &frame.Frame{Header: frame.Header{
		HasFixedBlockSize: true, BlockSize: uint16(len(channels[0])), SampleRate: 8000, Channels: frame.Channels(len(channels) - 1), BitsPerSample: bits,
	}}
	for _, x := range channels {
		f.Subframes = append(f.Subframes, &frame.Subframe{SubHeader: frame.SubHeader{Pred: frame.PredVerbatim}, Samples: slices.Clone(x), NSamples: len(x)})
	}
	if err := e.WriteFrame(f); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFLAC reads -1/2, 1/4 and 0 of several widths, mixed down.
func TestFLAC(t *testing.T) {
	for _, bits := range []uint8{8, 16, 24} {
		full := int32(1) << (bits - 1)
		left, right := make([]int32, 20), make([]int32, 20)
		left[0], right[0], left[1] = -full/2, -full/2, full/2
		for name, b := range map[string][]byte{
			"stereo": flacOf(t, bits, 20, [][]int32{left, right}),
			"mono":   flacOf(t, bits, 0, [][]int32{append([]int32{-full / 2, full / 4}, right[2:]...)}),
		} {
			s, err := decodeBytes(b, 1)
			if err != nil || s.rate != 8000 || !slices.Equal(s.samples[:3], []float32{-0.5, 0.25, 0}) || len(s.samples) != 20 {
				t.Errorf("%s of %d bits: got %v, %v", name, bits, s, err)
			}
		}
	}
}

// TestFLACStreamBits reads a frame that leaves the width of its samples to the
// stream, which the decoder does not look up by itself.
func TestFLACStreamBits(t *testing.T) {
	b := flacOf(t, 16, 0, [][]int32{append([]int32{1 << 14}, make([]int32, 19)...)})
	at := len(flacHead) + 34 // of the frame
	length := 6              // of its head, and the sum that ends it
	b[at+3] &^= 0x0e         // the width
	b[at+length] = crc8(b[at : at+length])
	sum := crc16(b[at : len(b)-2])
	b[len(b)-2], b[len(b)-1] = byte(sum>>8), byte(sum)
	s, err := decodeBytes(b, 1)
	if err != nil || s.samples[0] != 0.5 {
		t.Errorf("got %v, %v", s, err)
	}
}

func crc8(b []byte) (sum byte) {
	for _, v := range b {
		sum ^= v
		for range 8 {
			sum = sum<<1 ^ 0x07*(sum>>7)
		}
	}
	return sum
}

func crc16(b []byte) (sum uint16) {
	for _, v := range b {
		sum ^= uint16(v) << 8
		for range 8 {
			sum = sum<<1 ^ 0x8005*(sum>>15)
		}
	}
	return sum
}

func TestHostileFLAC(t *testing.T) {
	x := [][]int32{make([]int32, 64)}
	for i := range x[0] {
		x[0][i] = int32(i * i * 7919 % 1000)
	}
	good := flacOf(t, 16, 64, x)
	altered := slices.Clone(good)
	altered[len(altered)-5] ^= 1
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"only a name", good[:4], "truncated"},
		{"no frames", good[:42], "claims 64 samples, 0 are there"},
		{"no frames, and no claim", flacOf(t, 16, 0, x)[:42], "no samples"},
		{"fewer frames", flacOf(t, 16, 1<<35, x), "claims 34359738368 samples, 64 are there"},
		{"half a frame", good[:len(good)-20], "truncated"},
		{"altered", altered, "checksum"},
		{"another block first", slices.Concat(good[:4], []byte{0x86, 0xff, 0xff, 0xff}, good[8:]), "without stream information"},
		{"no end of blocks", slices.Concat(good[:4], []byte{0}, good[5:42], []byte{1, 0xff, 0xff, 0xff}), "truncated"},
	} {
		_, err := decodeBytes(c.b, 1)
		err = decodeError(err)
		if !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestFLACBomb reads a file of a few bytes a frame, each of 65,535 equal
// samples of 8 channels, and takes no more memory than was asked for.
func TestFLACBomb(t *testing.T) {
	silence := make([][]int32, 8)
	for i := range silence {
		silence[i] = make([]int32, math.MaxUint16)
	}
	one := flacOf(t, 16, 0, silence)
	head := len(flacHead) + 34
	bomb := slices.Concat(one, bytes.Repeat(one[head:], 500))
	if len(bomb) > 50_000 {
		t.Fatalf("the bomb has %d bytes", len(bomb))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s, err := decodeBytes(bomb, 10)
	runtime.ReadMemStats(&after)
	if err != nil || len(s.samples) != 80_000 {
		t.Errorf("got %d samples, %v, want 80000", len(s.samples), err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 32<<20 {
		t.Errorf("took %d bytes", took)
	}
}
