package main

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestWrite(t *testing.T) {
	for name, text := range map[string]string{
		"quotes":        "a,b\n\"x,y\",1.50\n\"z\"\"\nw\",2.25\nq,3.00\n",
		"semicolons":    "a;b\nx,y;1\nz;2\nz;3\n",
		"tabs":          "a\tb\nx y\t1\nz\t2\nz\t3\n",
		"missing":       "a,b,c\nx,NA,\ny,2,u\n?,3,v\nx,4,\n",
		"dates":         "d,e\n2024-02-29,01.03.2024 10:20\n2023-01-01,02.03.2024 00:00\n",
		"one column":    "a\nx\n\"\"\ny\n",
		"one of number": "a\n1\n\"\"\n3\n4\n",
	} {
		m := modality(t, nil)
		got, _ := read(t, m, table(t, text))
		if back := written(t, m, got.space, got.all); back != text {
			t.Errorf("%s: wrote %q of %q", name, back, text)
		}
	}
}

// TestWriteStaysInRange writes rows that a model might make: no number is
// beyond those that there were.
func TestWriteStaysInRange(t *testing.T) {
	m := modality(t, nil)
	got, _ := read(t, m, table(t, "n,d\n0,2024-01-01\n1,2024-01-05\n5,2024-01-09\n"))
	b := sdk.MakeBatch(2, got.space.Shape...)
	copy(b.Data, []float32{0, -1, 0, -1, 0, 1, 0, 1})
	if text := written(t, m, got.space, b); text != "n,d\n0,2024-01-01\n5,2024-01-09\n" {
		t.Errorf("wrote %q", text)
	}
}

func TestWriteNames(t *testing.T) {
	m := modality(t, nil)
	got, _ := read(t, m, table(t, "a\tb\nx\t1\ny\t2\n"))
	dir := t.TempDir()
	paths, err := m.Write(t.Context(), got.space, got.all, dir, []string{"first", "second"})
	if err != nil || !slices.Equal(paths, []string{filepath.Join(dir, "first.tsv")}) {
		t.Errorf("wrote %v, %v", paths, err)
	}
	for _, names := range [][]string{{"a"}, {"a", ""}, {"a", "../b"}, {"a", `b\c`}} {
		if _, err := m.Write(t.Context(), got.space, got.all, dir, names); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%q: got %v", names, err)
		}
	}
	if paths, err := m.Write(t.Context(), got.space, got.all.Slice(0, 0), dir, nil); err != nil || paths != nil {
		t.Errorf("no rows: wrote %v, %v", paths, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.Write(ctx, got.space, got.all, dir, []string{"a", "b"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// TestBadSpaces has Meta that no table makes, or of another table.
func TestBadSpaces(t *testing.T) {
	m := modality(t, nil)
	got, _ := read(t, m, table(t, "a,b\nx,1\ny,2.5\nx,7\n"))
	good := got.space.Meta["columns"]
	for name, change := range map[string]func(meta map[string]string){
		"no columns":    func(meta map[string]string) { delete(meta, "columns") },
		"no JSON":       func(meta map[string]string) { meta["columns"] = "[" },
		"null":          func(meta map[string]string) { meta["columns"] = "[null,null]" },
		"none":          func(meta map[string]string) { meta["columns"] = "[]" },
		"one":           func(meta map[string]string) { meta["columns"] = good[:strings.Index(good, "},")+1] + "]" },
		"another type":  func(meta map[string]string) { meta["columns"] = strings.Replace(good, `"number"`, `"date"`, 1) },
		"unknown type":  func(meta map[string]string) { meta["columns"] = strings.Replace(good, `"number"`, `"x"`, 1) },
		"fewer values":  func(meta map[string]string) { meta["columns"] = strings.Replace(good, `"x",`, ``, 1) },
		"no sigmas":     func(meta map[string]string) { meta["columns"] = strings.Replace(good, `"sigmas"`, `"s"`, 1) },
		"a sigma of 0":  func(meta map[string]string) { meta["columns"] = strings.Replace(good, `"sigmas":[`, `"sigmas":[0`, 1) },
		"a wrong range": func(meta map[string]string) { meta["columns"] = strings.Replace(good, `"max":7`, `"max":-7`, 1) },
		"many places": func(meta map[string]string) {
			meta["columns"] = strings.Replace(good, `"places":1`, `"places":999999999`, 1)
		},
		"a header": func(meta map[string]string) { meta["header"] = "{" },
		"a name":   func(meta map[string]string) { meta["header"] = `["a"]` },
	} {
		space := got.space
		space.Meta = maps.Clone(space.Meta)
		change(space.Meta)
		if maps.Equal(space.Meta, got.space.Meta) {
			t.Fatalf("%s: nothing changed in %s", name, good)
		}
		dir := t.TempDir()
		if _, err := m.Write(t.Context(), space, got.all, dir, rowNames(3)); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := m.Preview(t.Context(), space, got.all, 0); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%s: preview: got %v", name, err)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: left %v", name, left)
		}
	}
}

func preview(t *testing.T, text string, columns int) (sdk.Preview, image.Image) {
	t.Helper()
	m := modality(t, nil)
	got, _ := read(t, m, table(t, text))
	p, err := m.Preview(t.Context(), got.space, got.all, columns)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		t.Fatal(err)
	}
	return p, picture
}

func TestPreviewText(t *testing.T) {
	p, _ := preview(t, "name,n\nAda,1.5\nBo\x1b[31mb,20\nA very long name indeed,NA\nEve,7\n", 0)
	want := "name                 n\nAda                1.5\nBo [31mb          20.0\nA very long nam…    NA\nEve                7.0\n"
	if p.Text != want {
		t.Errorf("got\n%s want\n%s", p.Text, want)
	}
	p, _ = preview(t, "c1,c2,c3,c4,c5,c6\n"+strings.Repeat("0123456789abcdef,", 5)+"z\n", 0)
	if lines := strings.Split(p.Text, "\n"); len(lines) != 4 || lines[2] != "and 2 more columns" {
		t.Errorf("got\n%s", p.Text)
	}
}

// TestPreviewPicture counts blue pixels: bars are as long as values are
// frequent.
func TestPreviewPicture(t *testing.T) {
	_, picture := preview(t, "c,d\nx,1\nx,2\nx,3\ny,9\n", 0)
	if size := picture.Bounds().Size(); size != image.Pt(2*panelWidth, panelHeight) {
		t.Fatalf("the picture is %v", size)
	}
	blues := func(y int) (n int) {
		for x := range panelWidth {
			if picture.At(x, y) == color.Color(blue) {
				n++
			}
		}
		return n
	}
	first, second := blues(margin+heading+5), blues(margin+2*heading+5)
	if first != 110 || second != 36 {
		t.Errorf("bars of %d and %d pixels for three and one of four", first, second)
	}
	_, picture = preview(t, "c,d\nx,1\nx,2\nx,3\ny,9\n", 1)
	if size := picture.Bounds().Size(); size != image.Pt(panelWidth, 2*panelHeight) {
		t.Errorf("in one column, the picture is %v", size)
	}
}

func TestHistogram(t *testing.T) {
	m := modality(t, nil)
	got, _ := read(t, m, table(t, "n\n0\n1\n25\n24.9\nNA\n0.5\n"))
	c := columnsOf(t, got.space)[0]
	counts, missing := c.histogram(got.all, 0)
	if missing != 1 || counts[0] != 2 || counts[1] != 1 || counts[24] != 2 {
		t.Errorf("got %v, %d missing", counts, missing)
	}
	sum := 0.0
	line := c.expected(10)
	for _, n := range line {
		sum += n
	}
	if math.Abs(sum-10) > 1e-9 {
		t.Errorf("10 numbers are expected as %v", line)
	}
}

func TestNoRowsToShow(t *testing.T) {
	m := modality(t, nil)
	got, _ := read(t, m, sdk.Source{Dataset: "penguins"})
	if _, err := m.Preview(t.Context(), got.space, got.all.Slice(0, 0), 0); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("got %v", err)
	}
}

// FuzzRead reads anything: rows of its own Space, or an error that names the
// file.
func FuzzRead(f *testing.F) {
	for _, text := range []string{"a,b\n1,x\n2,y\n", "a;b\n1,5;2\n", "\ufeffa\tb\n\"x\ny\"\t\n", "d\n2024-01-01\n01/02/2024\n", "a\n1e308\n-1e308\n", "\xff\xfe", ",,\n,,\n"} {
		f.Add(text)
	}
	m := modality(f, nil)
	f.Fuzz(func(t *testing.T, text string) {
		src := table(t, text)
		r := &rows{}
		err := m.Read(t.Context(), src, r)
		if err != nil {
			if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "table.csv") {
				t.Fatalf("got %v", err)
			}
			return
		}
		written(t, m, r.space, r.all)
		if _, err := m.Preview(t.Context(), r.space, r.all, 0); err != nil {
			t.Fatal(err)
		}
	})
}
