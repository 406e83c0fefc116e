package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// small is a space of few numbers: 8 frames of 8 bins.
func small(t *testing.T) sdk.Space {
	s := defaults
	s.Rate, s.Seconds, s.Bins, s.Hop = 1000, 0.064, 8, 8
	m := modality(t, s)
	st := &statistics{mean: make([]float64, 8), deviation: make([]float64, 8)}
	for i := range st.mean {
		st.mean[i], st.deviation[i] = -40, 20
	}
	return m.spectrogramSpace(st, []string{"low", "high\n\x1b[31mtone"})
}

// TestPeaks brings what a row gives back to the peak that clips are read with,
// unless it is far too faint, or they are read as they are.
func TestPeaks(t *testing.T) {
	for _, c := range []struct {
		peak      string
		row       float32 // 0 is -40 dB
		low, high float32 // of the peak
	}{{"0.9", 1.9, 0.899, 0.901}, {"0.9", 1, 0.899, 0.901}, {"0.9", -1, 0.001, 0.2}, {"", 1, 0.05, 0.5}, {"0", 3, 0.5, 1}} {
		space := small(t)
		delete(space.Meta, metaPeak)
		if c.peak != "" {
			space.Meta[metaPeak] = c.peak
		}
		codec, err := codecOf(space)
		if err != nil {
			t.Fatal(err)
		}
		row := make([]float32, space.Size())
		for i := range row {
			row[i] = -2 // the floor
			if i%8 == 2 {
				row[i] = c.row
			}
		}
		if p := peak(codec.decode(row, 20)); p < c.low || p > c.high {
			t.Errorf("peak %q, a row of %g: its peak is %g, want %g to %g", c.peak, c.row, p, c.low, c.high)
		}
	}
}

// TestNeverClips writes rows as no sound has them, of any loudness.
func TestNeverClips(t *testing.T) {
	space := small(t)
	delete(space.Meta, metaPeak)
	for _, v := range []float32{math.MaxFloat32, 3, 0, -3, -math.MaxFloat32} {
		b := sdk.MakeBatch(1, space.Shape...)
		for i := range b.Data {
			b.Data[i] = v
		}
		dir := t.TempDir()
		if _, err := modality(t, defaults).Write(t.Context(), space, b, dir, []string{"x"}); err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, "x.wav"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := decodeBytes(content, 1)
		if err != nil || s.rate != 1000 || len(s.samples) != 64 {
			t.Fatalf("%g: %d samples at %d Hz, %v", v, len(s.samples), s.rate, err)
		}
		full := 0
		for _, v := range s.samples {
			if v >= 1-1.0/(1<<15) || v == -1 {
				full++
			}
		}
		if full > 1 || (peak(s.samples) > 0) != (v > -2) {
			t.Errorf("rows of %g: a peak of %g, %d samples at full scale", v, peak(s.samples), full)
		}
	}
}

// TestHostileSpaces refuses to write rows of spaces that say what cannot be.
func TestHostileSpaces(t *testing.T) {
	for _, c := range []struct{ key, value string }{
		{metaRepresentation, "picture"}, {metaRepresentation, waveformRows}, {metaRate, ""}, {metaRate, "0"}, {metaRate, "1e9"}, {metaRate, "-8000"},
		{metaSamples, "63"}, {metaSamples, "65"}, {metaSamples, "4611686018427387904"}, {metaWindow, "1"}, {metaWindow, "18"}, {metaWindow, "x"},
		{metaPeak, "2"}, {metaPeak, "-1"}, {metaPeak, "loud"}, {metaHop, "0"}, {metaHop, "-8"}, {metaHop, "9"}, {metaHop, "64"},
		{metaMean, "[1,2]"}, {metaMean, "[NaN]"}, {metaMean, "[0,0,0,0,0,0,0,1e300]"}, {metaMean, "{}"},
		{metaDeviation, "[1,1,1,1,1,1,1,0]"}, {metaDeviation, "[1,1,1,1,1,1,1,-1]"}, {metaDeviation, "[]"},
	} {
		space := small(t)
		space.Meta[c.key] = c.value
		dir := t.TempDir()
		_, err := modality(t, defaults).Write(t.Context(), space, sdk.MakeBatch(1, space.Shape...), dir, []string{"x"})
		if left, _ := os.ReadDir(dir); !errors.Is(err, sdk.ErrBadInput) || len(left) > 0 {
			t.Errorf("%s %q: got %v, and %d files", c.key, c.value, err, len(left))
		}
	}
	for _, c := range []struct{ frames, bins, hop int }{
		{1 << 15, 1024, 8}, // too many numbers
		{2, 2048, 8},       // too many bins
		{4, 8, 16},         // hops without overlap
	} {
		l := layout{rate: 8000, frames: c.frames, bins: c.bins, hop: c.hop}
		st := &statistics{mean: make([]float64, c.bins), deviation: slices.Repeat([]float64{1}, c.bins)}
		if _, err := codecOf(l.spectrogramSpace(st, nil)); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

// TestBadNames writes nothing where a name is none.
func TestBadNames(t *testing.T) {
	space := small(t)
	for _, names := range [][]string{{"a"}, {"a", ""}, {"a", "../b"}, {"a", ".."}, {"a", `b\c`}, {"a", "a"}} {
		dir := t.TempDir()
		_, err := modality(t, defaults).Write(t.Context(), space, sdk.MakeBatch(2, space.Shape...), dir, names)
		if left, _ := os.ReadDir(dir); !errors.Is(err, sdk.ErrBadInput) || len(left) > 0 {
			t.Errorf("%q: got %v, and %d files", names, err, len(left))
		}
	}
}

// TestPreview draws a row whose first half has a low tone, and lists it.
func TestPreview(t *testing.T) {
	space := small(t)
	b := sdk.MakeBatch(2, space.Shape...)
	b.Conditions = map[string][]float32{labelName: {0, 1}}
	for i := range b.Data {
		b.Data[i] = -2 // the floor
		if f, bin := i/8%8, i%8; f < 4 && bin == 1 {
			b.Data[i] = 1.9 // -2 dB
		}
	}
	p, err := modality(t, defaults).Preview(t.Context(), space, b, 2)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Bounds().Size(); got != image.Pt(2*(tileWidth+gap)+gap, tileWidth+2*gap) {
		t.Errorf("the sheet is %v", got)
	}
	bright := func(f, bin int) bool { // of the second clip
		height := tileWidth - tileWidth/3 - 1
		x := gap + tileWidth + gap + (2*f+1)*tileWidth/16
		y := gap + tileWidth - 1 - (2*bin+1)*height/16
		r, _, _, _ := m.At(x, y).RGBA()
		return r > 0x8000
	}
	for f := range 8 {
		for bin := range 8 {
			if want := f < 4 && bin == 1; bright(f, bin) != want {
				t.Errorf("frame %d, bin %d: bright is %v", f, bin, !want)
			}
		}
	}
	lines := strings.Split(p.Text, "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "low          ") || !strings.HasPrefix(lines[1], "high??[31mt… ") {
		t.Errorf("the text is\n%s", p.Text)
	}
	if got := lines[0]; !strings.Contains(got, " dB  0.0") || strings.HasSuffix(got, " ") || !strings.Contains(got, "@") {
		t.Errorf("the line is %q", got)
	}
}

// TestList says when a clip has faded, and how loud it is in forty parts.
func TestList(t *testing.T) {
	clip := make([]float32, 1000)
	clip[0], clip[249], clip[500] = -1, 0.02, 0.009
	var l list
	l.add("x", clip, 1000)
	l.add("y", make([]float32, 1000), 1000)
	if want := "x               0.0 dB  0.25 s  @        :\ny             silence\n"; l.String() != want {
		t.Errorf("the lines are\n%s, want\n%s", l.String(), want)
	}
	for range 100 {
		l.add("x", clip, 1000)
	}
	if n := strings.Count(l.String(), "\n"); n != maxLines {
		t.Errorf("%d lines, want %d", n, maxLines)
	}
}

// TestSheetFits lays out clips of every number.
func TestSheetFits(t *testing.T) {
	for _, c := range [][2]int{{1, 0}, {64, 0}, {64, 1}, {64, 1000}, {5000, 0}, {100_000, 3}} {
		columns, lines := grid(c[0], c[1])
		side := min(tileWidth, (maxSheet-gap)/max(columns, lines)-gap)
		if columns < 1 || side < minTile || max(columns, lines)*(side+gap)+gap > maxSheet || columns*lines < min(c[0], maxAcross*maxAcross) {
			t.Errorf("%v: %d columns, %d lines, %d pixels", c, columns, lines, side)
		}
	}
}

// TestLoss writes rows of drums, and of sounds that are none, and reads them
// again: they change by no more than their space states, and by far less than
// what tells one from another.
func TestLoss(t *testing.T) {
	const n = 4096
	rng := rand.New(rand.NewPCG(7, 8))
	noise, click, sweep := make([]float32, n), make([]float32, n), make([]float32, n)
	click[0] = 1
	for i := range n {
		noise[i] = float32(rng.NormFloat64() / 8)
		sweep[i] = float32(0.9 * math.Sin(2*math.Pi*float64(i)*float64(i)/8/n))
	}
	odd := files(t, map[string][]byte{
		"noise.wav": encodeWAV(sound{8000, noise}), "click.wav": encodeWAV(sound{8000, click}), "sweep.wav": encodeWAV(sound{8000, sweep}),
		"tone.wav": tone(8000, 1000, n), "silence.wav": encodeWAV(sound{8000, make([]float32, n)}),
	})
	drums := read(t, defaults, sdk.Source{Dataset: carried, Split: folder.Test})
	stated, err := strconv.ParseFloat(drums.space.Meta[metaLoss], 64)
	if err != nil {
		t.Fatal(err)
	}
	space := drums.space
	space.Conditions = nil
	for name, b := range map[string]sdk.Batch{
		"drums": drums.batch(), "odd sounds": read(t, defaults, sdk.Source{Path: odd, Space: &space}).batch(),
	} {
		dir := t.TempDir()
		if _, err := modality(t, defaults).Write(t.Context(), space, b, dir, numbered(b.Len())); err != nil {
			t.Fatal(err)
		}
		back := read(t, defaults, sdk.Source{Path: dir, Space: &space}).batch()
		var mean, most float64
		for i := range b.Len() {
			var sum float64
			for j, v := range b.Row(i) {
				d := float64(v - back.Row(i)[j])
				sum += d * d / float64(b.RowSize())
			}
			mean, most = mean+math.Sqrt(sum)/float64(b.Len()), max(most, math.Sqrt(sum))
		}
		t.Logf("%s: %.3f, at most %.3f", name, mean, most)
		if most > stated || mean > stated/3 {
			t.Errorf("%s: rows change by %.3f, at most by %.3f; their space states %g", name, mean, most, stated)
		}
	}
}

// numbered are names in order.
func numbered(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%03d", i)
	}
	return names
}
