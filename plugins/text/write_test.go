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

	"github.com/genhost/genhost/sdk"
)

// spaceOf is that of texts of some tokens.
func spaceOf(length int, mode string, tokens ...string) sdk.Space {
	c := &corpus{settings: defaults, collection: &collection{}, length: length, mode: mode, alphabet: &alphabet{tokens: append([]string{""}, tokens...)}}
	return c.space()
}

func batch(length int, values ...float32) sdk.Batch {
	return sdk.Batch{Shape: []int{length}, Data: values}
}

func write(t *testing.T, space sdk.Space, b sdk.Batch, names ...string) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	paths, err := modality(t, defaults).Write(t.Context(), space, b, dir, names)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil || filepath.Dir(path) != dir {
			t.Fatalf("%s: %v", path, err)
		}
		all[filepath.Base(path)] = string(content)
	}
	if left, _ := os.ReadDir(dir); len(left) != len(all) {
		t.Errorf("wrote %v, there is %v", paths, left)
	}
	return all
}

// TestWrite has a text that fills its row, one that goes on after its end, and
// one that is empty.
func TestWrite(t *testing.T) {
	b := batch(3, 1, 2, 1, 2, 0, 1, 0, 0, 0)
	got := write(t, spaceOf(3, "lines", "a", "bc"), b, "7-0", "7-1", "7-2")
	if len(got) != 1 || got["7-0.txt"] != "abca\nbc\n\n" {
		t.Errorf("lines: got %q", got)
	}
	got = write(t, spaceOf(3, "windows", "a", "\n"), b, "7-0", "7-1", "7-2")
	if len(got) != 3 || got["7-0.txt"] != "a\na" || got["7-1.txt"] != "\n" || got["7-2.txt"] != "" {
		t.Errorf("windows: got %q", got)
	}
}

// TestWindowsReadBack writes windows of Opticks and reads them.
func TestWindowsReadBack(t *testing.T) {
	s := set(func(s *settings) { s.Mode = "windows" })
	r, _ := read(t, s, file(t, opticks(t)[:10_000]))
	dir := t.TempDir()
	names := strings.Split("abcdefghij", "")
	if _, err := modality(t, s).Write(t.Context(), r.space, r.batch.Slice(0, 10), dir, names); err != nil {
		t.Fatal(err)
	}
	again, _ := read(t, s, sdk.Source{Path: dir})
	equal(t, "windows", again.texts, r.texts[:10])
}

func TestBadRows(t *testing.T) {
	space := spaceOf(2, "lines", "a")
	with := func(f func(s *sdk.Space)) sdk.Space {
		s := spaceOf(2, "lines", "a")
		f(&s)
		return s
	}
	good := batch(2, 1, 0)
	for _, c := range []struct {
		name  string
		space sdk.Space
		rows  sdk.Batch
		want  string
	}{
		{"no space", sdk.Space{}, good, "no modality"},
		{"two axes", with(func(s *sdk.Space) { s.Shape, s.Axes = []int{1, 2}, nil }), sdk.MakeBatch(1, 1, 2), "no texts"},
		{"real values", with(func(s *sdk.Space) { s.Segments = []sdk.Segment{{Kind: sdk.Real, Len: 2}} }), good, "no texts"},
		{"no alphabet", with(func(s *sdk.Space) { s.Meta = nil }), good, "no alphabet"},
		{"no JSON", with(func(s *sdk.Space) { s.Meta["alphabet"] = `["",` }), good, "alphabet is"},
		{"short alphabet", with(func(s *sdk.Space) { s.Meta["alphabet"] = `[""]` }), good, "1 tokens for 2 categories"},
		{"no mode", with(func(s *sdk.Space) { delete(s.Meta, "mode") }), good, "mode is"},
		{"no category", space, batch(2, 1, 2), "where a category belongs"},
		{"half a category", space, batch(2, 0.5, 0), "where a category belongs"},
		{"not a number", space, batch(2, float32(math.NaN()), 0), "where a category belongs"},
		{"other shape", space, batch(1, 1), "shape"},
	} {
		dir := t.TempDir()
		_, err := modality(t, defaults).Write(t.Context(), c.space, c.rows, dir, []string{"a"})
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: wrote %v", c.name, left)
		}
		if _, err := modality(t, defaults).Preview(t.Context(), c.space, c.rows, 0); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%s: preview: got %v", c.name, err)
		}
	}
	if _, err := modality(t, defaults).Preview(t.Context(), space, sdk.MakeBatch(0, 2), 0); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("no rows: got %v", err)
	}
}

func TestBadNames(t *testing.T) {
	for _, names := range [][]string{nil, {"a"}, {"a", ""}, {"a", "../b"}, {"a", ".."}, {"a", `b\c`}, {"a", "a"}} {
		for _, mode := range []string{"lines", "windows"} {
			_, err := modality(t, defaults).Write(t.Context(), spaceOf(1, mode, "x"), batch(1, 1, 1), t.TempDir(), names)
			if !errors.Is(err, sdk.ErrBadInput) {
				t.Errorf("%q: got %v", names, err)
			}
		}
	}
}

func TestUnwritable(t *testing.T) {
	dir := files(t, map[string]string{"file": "x", "taken/a.txt/x": ""})
	for _, mode := range []string{"lines", "windows"} {
		space := spaceOf(1, mode, "x")
		if _, err := modality(t, defaults).Write(t.Context(), space, batch(1, 1), filepath.Join(dir, "file"), []string{"a"}); err == nil {
			t.Error("wrote into a file")
		}
		if _, err := modality(t, defaults).Write(t.Context(), space, batch(1, 1), filepath.Join(dir, "taken"), []string{"a"}); err == nil || !strings.Contains(err.Error(), "a.txt") {
			t.Errorf("over a folder: got %v", err)
		}
		if _, err := os.Stat(filepath.Join(dir, "taken", "a.txt.tmp")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("left half a text behind: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := modality(t, defaults).Write(ctx, spaceOf(1, "windows", "x"), batch(1, 1), t.TempDir(), []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

func preview(t *testing.T, space sdk.Space, b sdk.Batch, columns int) (*image.Gray, string) {
	t.Helper()
	p, err := modality(t, defaults).Preview(t.Context(), space, b, columns)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		t.Fatal(err)
	}
	return m.(*image.Gray), p.Text
}

// ink counts the black pixels of a place on the sheet.
func ink(m *image.Gray, r image.Rectangle) int {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if m.GrayAt(x, y).Y < 64 {
				n++
			}
		}
	}
	return n
}

// TestSheet finds each text at its place, and none at the last.
func TestSheet(t *testing.T) {
	b := sdk.MakeBatch(5, 10)
	for i := range 5 {
		for j := range i {
			b.Row(i)[j] = 1
		}
	}
	m, text := preview(t, spaceOf(10, "lines", "#"), b, 2)
	l := layout{across: leastCell, down: 1}
	if want := l.place().Add(image.Pt(gap, gap)); m.Rect.Max != image.Pt(2*want.X+gap, 3*want.Y+gap) {
		t.Errorf("the sheet is %v", m.Rect.Max)
	}
	var each int
	for i := range 6 {
		cell := l.place().Add(image.Pt(gap, gap))
		at := image.Pt(gap+i%2*cell.X, gap+i/2*cell.Y)
		got := ink(m, image.Rectangle{at, at.Add(l.place())})
		if i == 1 {
			each = got
		}
		if want := i % 5 * each; got != want || each == 0 && i > 0 {
			t.Errorf("text %d has %d black pixels, want %d", i, got, want)
		}
	}
	if want := "      #     ##    ###   ####\n"; text != want {
		t.Errorf("the text is %q, want %q", text, want)
	}
}

// TestSheetFits draws texts of every size and number.
func TestSheetFits(t *testing.T) {
	for _, c := range []struct{ n, length, columns int }{
		{64, 12, 0}, {64, 12, 1}, {64, 12, 1000}, {64, 1000, 0}, {64, 3000, 64}, {1, 16384, 0}, {5000, 1, 1}, {5000, 1, 5000}, {1, 1, 0}, {8, 64, 8},
	} {
		b := sdk.MakeBatch(c.n, c.length)
		for i := range b.Data {
			b.Data[i] = float32(1 + i%3)
		}
		for _, mode := range []string{"lines", "windows"} {
			m, text := preview(t, spaceOf(c.length, mode, "a", "好", "\n"), b, c.columns)
			if m.Rect.Dx() > maxSheet || m.Rect.Dy() > maxSheet {
				t.Errorf("%+v: the sheet is %v", c, m.Rect.Max)
			}
			lines := strings.Split(text, "\n")
			if len(lines) > 2*sketchLines+1 || slices.ContainsFunc(lines, func(l string) bool { return columnsOf(l) > sketchWidth }) {
				t.Errorf("%+v: %d lines of text: %q", c, len(lines), lines[0])
			}
		}
	}
}

// TestSketch shows nothing that moves a terminal's cursor.
func TestSketch(t *testing.T) {
	if got, want := sketch([]string{"a\x1b[2Jb\t\u202e\ufffd", "cd"}, "lines"), "a·[2Jb ·?  cd\n"; got != want {
		t.Errorf("lines: got %q, want %q", got, want)
	}
	rule := strings.Repeat("-", 39)
	if got, want := sketch([]string{"a\nb", "e\u0301" + strings.Repeat("好", 40)}, "windows"), "a\nb\n"+rule+"\ne\u0301"+strings.Repeat("好", 39)+"\n好\n"; got != want {
		t.Errorf("windows: got %q, want %q", got, want)
	}
}
