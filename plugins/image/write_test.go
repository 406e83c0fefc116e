package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/sdktest"
)

func spaceOf(height, width, channels int) sdk.Space {
	return (&frame{height: height, width: width, channels: channels}).space(nil, nil)
}

// TestRoundTrip writes pictures with every value there is and reads them back.
func TestRoundTrip(t *testing.T) {
	for _, channels := range []int{1, 3} {
		space := spaceOf(16, 16, channels)
		b := sdk.MakeBatch(3, space.Shape...)
		for i := range b.Data {
			b.Data[i] = float32((i*7+i/256)%256) / 255
		}
		dir := filepath.Join(t.TempDir(), "new", "folder")
		names := []string{"7-0", "7-1", "z z"}
		paths, err := modality(t, defaults).Write(t.Context(), space, b, dir, names)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{filepath.Join(dir, "7-0.png"), filepath.Join(dir, "7-1.png"), filepath.Join(dir, "z z.png")}
		if left, _ := os.ReadDir(dir); !slices.Equal(paths, want) || len(left) != 3 {
			t.Errorf("wrote %v, there is %v", paths, left)
		}
		got, info := read(t, defaults, sdk.Source{Path: dir})
		if !slices.Equal(got.data, b.Data) || !equalSpaces(info.Space, space) {
			t.Errorf("%d channels: other pictures came back, of %v", channels, info.Space.Shape)
		}
	}
}

func TestBadWrites(t *testing.T) {
	space := spaceOf(1, 2, 1)
	one := sdk.MakeBatch(1, 1, 2, 1)
	with := func(v float32) sdk.Batch { return sdk.Batch{Shape: space.Shape, Data: []float32{0, v}} }
	real := space
	real.Segments = []sdk.Segment{{Kind: sdk.Real, Len: 2}}
	for _, c := range []struct {
		name  string
		space sdk.Space
		rows  sdk.Batch
		names []string
		want  string
	}{
		{"two channels", spaceOf(1, 1, 2), sdk.MakeBatch(1, 1, 1, 2), []string{"a"}, "no pictures"},
		{"flat", sdk.Space{Modality: "text", Shape: []int{2}, Segments: space.Segments}, sdk.MakeBatch(1, 2), []string{"a"}, "no pictures"},
		{"no space", sdk.Space{}, one, []string{"a"}, "no modality"},
		{"real values", real, one, []string{"a"}, "real values are no pixels"},
		{"too bright", space, with(1.01), []string{"a"}, "where a unit belongs"},
		{"not a number", space, with(float32(math.NaN())), []string{"a"}, "where a unit belongs"},
		{"other shape", space, sdk.MakeBatch(1, 2, 1, 1), []string{"a"}, "shape"},
		{"few names", space, one, nil, "0 names for 1 rows"},
		{"no name", space, one, []string{""}, `named ""`},
		{"outside", space, one, []string{"../a"}, `named "../a"`},
		{"parent", space, one, []string{".."}, `named ".."`},
		{"other separator", space, one, []string{`a\b`}, "without folders"},
		{"name twice", space, sdk.MakeBatch(2, 1, 2, 1), []string{"a", "a"}, "each once"},
	} {
		dir := t.TempDir()
		_, err := modality(t, defaults).Write(t.Context(), c.space, c.rows, dir, c.names)
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: wrote %v", c.name, left)
		}
	}
}

func TestUnwritable(t *testing.T) {
	space, one := spaceOf(1, 2, 1), sdk.MakeBatch(1, 1, 2, 1)
	dir := files(t, map[string]string{"file": "x", "taken/a.png/x": ""})
	if _, err := modality(t, defaults).Write(t.Context(), space, one, filepath.Join(dir, "file"), []string{"a"}); err == nil {
		t.Error("wrote into a file")
	}
	_, err := modality(t, defaults).Write(t.Context(), space, one, filepath.Join(dir, "taken"), []string{"a"})
	if err == nil || !strings.Contains(err.Error(), "a.png") {
		t.Errorf("over a folder: got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "taken", "a.png.tmp")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left half a picture behind: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := modality(t, defaults).Write(ctx, space, one, t.TempDir(), []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func preview(t *testing.T, space sdk.Space, b sdk.Batch, columns int) (image.Image, string) {
	t.Helper()
	p, err := modality(t, defaults).Preview(t.Context(), space, b, columns)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		t.Fatal(err)
	}
	return m, p.Text
}

func TestSheetSizes(t *testing.T) {
	for _, c := range []struct{ n, side, channels, columns, width, height int }{
		{64, 28, 1, 0, 8*(84+2) + 2, 8*(84+2) + 2},
		{64, 28, 3, 0, 8*(84+2) + 2, 8*(84+2) + 2},
		{20, 28, 1, 10, 10*(56+2) + 2, 2*(56+2) + 2},
		{5, 28, 1, 0, 3*(196+2) + 2, 2*(196+2) + 2},
		{3, 28, 1, 100, 3*(196+2) + 2, 196 + 4},
		{1, 8, 1, 0, 80 + 4, 80 + 4},
		{64, 28, 1, 1, 28 + 4, 64*(28+2) + 2},
		{2, 1100, 1, 2, 2*(1021+2) + 2, 1021 + 4},
		{2000, 4, 1, 1, 10*(8+2) + 2, 200*(8+2) + 2},
	} {
		m, _ := preview(t, spaceOf(c.side, c.side, c.channels), sdk.MakeBatch(c.n, c.side, c.side, c.channels), c.columns)
		if got := m.Bounds().Size(); got != image.Pt(c.width, c.height) {
			t.Errorf("%d pictures of %d in %d columns: got %v", c.n, c.side, c.columns, got)
		}
	}
}

// TestSheetFits lays out sheets of pictures of every size and number, and
// draws those that do not take long.
func TestSheetFits(t *testing.T) {
	for _, c := range []struct{ n, height, width, columns int }{
		{64, 2100, 200, 0}, {64, 200, 2100, 0}, {64, 2100, 200, 1}, {64, 200, 2100, 64}, {1, 20_000, 1, 0}, {1, 1, 20_000, 0},
		{3, 3000, 3000, 1}, {64, 600, 600, 8}, {5000, 1, 1, 1}, {5000, 1, 1, 5000}, {100, 1, 1000, 100}, {100, 1000, 1, 1},
		{maxAcross * maxAcross, 2, 2, 0}, {maxAcross*maxAcross + 1, 1, 1, 0}, {1_000_000, 1, 3, 7},
	} {
		columns, lines := grid(c.n, c.columns)
		tile := tileSize(c.height, c.width, columns, lines)
		size := image.Pt(columns*(tile.X+gap)+gap, lines*(tile.Y+gap)+gap)
		if size.X > maxSheet || size.Y > maxSheet || tile.X < 1 || tile.Y < 1 {
			t.Errorf("%+v: the sheet is %v, and each picture %v", c, size, tile)
		}
		if shown := columns * lines; shown < min(c.n, maxAcross*maxAcross) {
			t.Errorf("%+v: %d are shown", c, shown)
		}
		if c.n*c.height*c.width > 200_000 {
			continue
		}
		m, _ := preview(t, spaceOf(c.height, c.width, 1), sdk.MakeBatch(c.n, c.height, c.width, 1), c.columns)
		if got := m.Bounds().Size(); got != size {
			t.Errorf("%+v: the sheet is %v, want %v", c, got, size)
		}
	}
}

// TestSheetKeepsShapes scales down, and neither distorts nor picks out pixels:
// of a fine chequerboard only its mean is left.
func TestSheetKeepsShapes(t *testing.T) {
	b := sdk.MakeBatch(64, 2100, 200, 1)
	for i := range b.Data {
		b.Data[i] = float32((i + i/200) % 2)
	}
	m, _ := preview(t, spaceOf(2100, 200, 1), b, 8)
	if got, want := m.Bounds().Size(), image.Pt(8*(24+gap)+gap, 8*(253+gap)+gap); got != want {
		t.Errorf("the sheet is %v, want %v", got, want)
	}
	for _, at := range []image.Point{{gap + 5, gap + 5}, {gap + 12, gap + 200}, {gap + 24 + gap + 7, gap + 100}} {
		if v, _, _, _ := m.At(at.X, at.Y).RGBA(); v>>8 < 118 || v>>8 > 138 {
			t.Errorf("at %v: %d, want about 127", at, v>>8)
		}
	}
}

// TestSheet finds every picture at its place, in its colour.
func TestSheet(t *testing.T) {
	b := sdk.MakeBatch(5, 4, 4, 3)
	for i := range 5 {
		row := b.Row(i)
		for j := range row {
			row[j] = float32(i*50+j%3*10) / 255
		}
	}
	m, _ := preview(t, spaceOf(4, 4, 3), b, 2)
	for i := range 5 {
		corner := image.Pt(2+i%2*42, 2+i/2*42)
		for _, at := range []image.Point{corner, corner.Add(image.Pt(39, 39))} {
			r, g, b, _ := m.At(at.X, at.Y).RGBA()
			if r>>8 != uint32(i*50) || g>>8 != uint32(i*50+10) || b>>8 != uint32(i*50+20) {
				t.Errorf("picture %d at %v: got %d %d %d", i, at, r>>8, g>>8, b>>8)
			}
		}
		if r, _, _, _ := m.At(corner.X-1, corner.Y).RGBA(); r>>8 != 128 {
			t.Errorf("beside picture %d: got %d", i, r>>8)
		}
	}
}

func TestBadPreviews(t *testing.T) {
	for _, c := range []struct {
		space sdk.Space
		rows  sdk.Batch
		want  string
	}{
		{spaceOf(1, 1, 2), sdk.MakeBatch(1, 1, 1, 2), "no pictures"},
		{spaceOf(1, 1, 1), sdk.MakeBatch(0, 1, 1, 1), "no rows to show"},
		{spaceOf(1, 1, 1), sdk.Batch{Shape: []int{1, 1, 1}, Data: []float32{2}}, "where a unit belongs"},
	} {
		_, err := modality(t, defaults).Preview(t.Context(), c.space, c.rows, 1)
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// TestSketch draws two pictures in letters: one lit from the right, one above.
func TestSketch(t *testing.T) {
	b := sdk.MakeBatch(2, 4, 4, 1)
	for i := range 16 {
		b.Row(0)[i] = float32(i%4) / 3
		if i < 8 {
			b.Row(1)[i] = 1
		}
	}
	_, text := preview(t, spaceOf(4, 4, 1), b, 0)
	if want := " -*@ @@@@\n -*@\n"; text != want {
		t.Errorf("got\n%q, want\n%q", text, want)
	}
}

func TestSketchFits(t *testing.T) {
	for _, c := range [][4]int{{100, 28, 28, 1}, {9, 4, 4, 3}, {1, 1, 500, 3}, {3, 500, 1, 1}, {4, 33, 70, 1}} {
		b := sdk.MakeBatch(c[0], c[1], c[2], c[3])
		for i := range b.Data {
			b.Data[i] = 1
		}
		_, text := preview(t, spaceOf(c[1], c[2], c[3]), b, 10)
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > 79 || n == 0 || strings.Trim(line, "@ ") != "" {
				t.Errorf("%v: line %q", c, line)
			}
		}
		if len(lines) > 20 {
			t.Errorf("%v: %d lines", c, len(lines))
		}
	}
}

func TestPlugin(t *testing.T) { sdktest.Run(t, plugin) }
