package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// TestRoundTrip reads points, writes them, and reads what was written: they are
// equal where no centre was taken off, and nearly so where one was.
func TestRoundTrip(t *testing.T) {
	const n = 500
	rng := rand.New(rand.NewPCG(1, 2))
	thirds := settings{Scale: 3, Centre: []float64{0.1, 7}}
	for name, c := range map[string]struct {
		s            settings
		mean, spread float64
		within       float64 // of |x| + |centre|
	}{
		"near 0": {defaults, 0, 3, 0}, "tiny": {defaults, 0, 1e-20, 0}, "huge": {defaults, 0, 1e37, 0},
		"far": {defaults, 170, 9, 1.2e-7}, "very far": {defaults, 1e6, 1, 1.2e-7}, "by thirds": {thirds, 0, 9, 1.2e-7},
	} {
		values, text := make([]float64, 2*n), &strings.Builder{}
		for i := range values {
			values[i] = float64(float32(c.mean + c.spread*rng.NormFloat64()))
			text.WriteString(number(values[i]) + [2]string{",", "\n"}[i%2])
		}
		for file, content := range map[string]string{"a.csv": text.String(), "a.npy": npy("<f4", n, 2, false, values...)} {
			dir := filepath.Join(files(t, map[string]string{file: content}), "new", "folder")
			got, _ := read(t, c.s, sdk.Source{Path: filepath.Join(dir, "..", "..", file)})
			paths, err := (&points{}).Write(t.Context(), got.space, got.b, dir, namesFrom("z z", n))
			if left, _ := os.ReadDir(dir); err != nil || len(left) != 1 || !slices.Equal(paths, []string{filepath.Join(dir, "z z.csv")}) {
				t.Fatalf("wrote %v, there is %v: %v", paths, left, err)
			}
			f, err := frameOf(got.space, got.b)
			if err != nil {
				t.Fatal(err)
			}
			back, _ := read(t, asIs, sdk.Source{Path: paths[0]})
			for i, v := range back.b.Data {
				if off := math.Abs(float64(v) - values[i]); off > c.within*(math.Abs(values[i])+math.Abs(f.centre[i%2])) {
					t.Fatalf("%s, %s: %g came back as %g", name, file, values[i], v)
				}
			}
		}
	}
}

// Labels are written beside their points, under names as they were.
func TestWriteLabels(t *testing.T) {
	got, _ := read(t, defaults, sdk.Source{Path: file(t, "a.csv", "\"a, b\",label,c\n1,\"x,\"\"y\"\"\",2\n3,z,-4\n")})
	dir := t.TempDir()
	if _, err := (&points{}).Write(t.Context(), got.space, got.b, dir, []string{"0", "1"}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "0.csv"))
	if want := "\"a, b\",c,label\n1,2,\"x,\"\"y\"\"\"\n3,-4,z\n"; err != nil || string(text) != want {
		t.Errorf("wrote %q, want %q", text, want)
	}
	back, _ := read(t, defaults, sdk.Source{Path: filepath.Join(dir, "0.csv")})
	if !slices.Equal(back.labels(), got.labels()) {
		t.Errorf("labels %q came back as %q", got.labels(), back.labels())
	}
}

// plane is a space of so many coordinates.
func plane(d int) sdk.Space {
	return sdk.Space{Modality: "points", Shape: []int{d}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: d}}}
}

func with(space sdk.Space, key, value string) sdk.Space {
	space.Meta = map[string]string{key: value}
	return space
}

func TestBadWrites(t *testing.T) {
	one := sdk.MakeBatch(1, 2)
	units := plane(2)
	units.Segments = []sdk.Segment{{Kind: sdk.Unit, Len: 2}}
	for _, c := range []struct {
		name  string
		space sdk.Space
		rows  sdk.Batch
		names []string
		want  string
	}{
		{"a picture", sdk.Space{Modality: "image", Shape: []int{1, 2}, Segments: plane(2).Segments}, sdk.MakeBatch(1, 1, 2), []string{"a"}, "are no points"},
		{"units", units, one, []string{"a"}, "unit values are no coordinates"},
		{"no space", sdk.Space{}, one, []string{"a"}, "no modality"},
		{"not a number", plane(2), sdk.Batch{Shape: []int{2}, Data: []float32{0, float32(math.NaN())}}, []string{"a"}, "where a real belongs"},
		{"other shape", plane(2), sdk.MakeBatch(1, 3), []string{"a"}, "shape"},
		{"few names", plane(2), one, nil, "0 names for 1 rows"},
		{"no name", plane(2), one, []string{""}, `named ""`},
		{"outside", plane(2), one, []string{"../a"}, `named "../a"`},
		{"parent", plane(2), one, []string{".."}, `named ".."`},
		{"other separator", plane(2), one, []string{`a\b`}, "without folders"},
		{"a scale of 0", with(plane(2), metaScale, "0"), one, []string{"a"}, "do not fit points of 2 numbers"},
		{"no scale", with(plane(2), metaScale, "much"), one, []string{"a"}, `the space's scale is "much"`},
		{"a short centre", with(plane(2), metaCentre, "[1]"), one, []string{"a"}, "do not fit"},
		{"a long mode", with(plane(2), metaModes, "[[1,2],[1,2,3]]"), one, []string{"a"}, "do not fit"},
		{"few columns", with(plane(2), metaColumns, `["x"]`), one, []string{"a"}, "do not fit"},
		{"few bounds", with(plane(2), metaBounds, `[[0,1]]`), one, []string{"a"}, "do not fit"},
	} {
		dir := t.TempDir()
		_, err := (&points{}).Write(t.Context(), c.space, c.rows, dir, c.names)
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: wrote %v", c.name, left)
		}
	}
}

// Rows beyond what a float32 holds are written as the most that it does.
func TestWriteTheLargest(t *testing.T) {
	dir, b := t.TempDir(), sdk.Batch{Shape: []int{2}, Data: []float32{math.MaxFloat32, -3e38}}
	if _, err := (&points{}).Write(t.Context(), with(plane(2), metaScale, "1024"), b, dir, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	back, _ := read(t, asIs, sdk.Source{Path: filepath.Join(dir, "a.csv")})
	if want := []float32{math.MaxFloat32, -math.MaxFloat32}; !slices.Equal(back.b.Data, want) {
		t.Errorf("got %v, want %v", back.b.Data, want)
	}
}

func TestUnwritable(t *testing.T) {
	one := sdk.MakeBatch(1, 2)
	dir := files(t, map[string]string{"file": "x", "taken/a.csv/x": ""})
	if _, err := (&points{}).Write(t.Context(), plane(2), one, filepath.Join(dir, "file"), []string{"a"}); err == nil {
		t.Error("wrote into a file")
	}
	_, err := (&points{}).Write(t.Context(), plane(2), one, filepath.Join(dir, "taken"), []string{"a"})
	if err == nil || !strings.Contains(err.Error(), "a.csv") {
		t.Errorf("over a folder: got %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "taken", "a.csv.tmp")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left half a file behind: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&points{}).Write(ctx, plane(2), one, t.TempDir(), []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got %v", err)
	}
}

// namesFrom are names of which the first is given.
func namesFrom(first string, n int) []string {
	all := []string{first}
	for i := 1; i < n; i++ {
		all = append(all, fmt.Sprint(first, i))
	}
	return all
}
