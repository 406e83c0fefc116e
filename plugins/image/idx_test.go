package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// Two pictures of 1 by 2 pixels, and their labels.
var (
	someImages = idx([]int{2, 1, 2}, 0, 255, 7, 8)
	someLabels = idx([]int{2}, 3, 1)
)

func TestIDX(t *testing.T) {
	for name, contents := range map[string]map[string]string{
		"plain":      {"train-images-idx3-ubyte": someImages, "train-labels-idx1-ubyte": someLabels},
		"compressed": {"train-images-idx3-ubyte.gz": gz(someImages), "train-labels-idx1-ubyte.gz": gz(someLabels)},
		"mixed":      {"train-images-idx3-ubyte.gz": gz(someImages), "train-labels-idx1-ubyte": someLabels},
		"misnamed":   {"train-images-idx3-ubyte": gz(someImages), "train-labels-idx1-ubyte.gz": someLabels},
		"dotted":     {"train-images.idx3-ubyte": someImages, "train-labels.idx1-ubyte": someLabels},
	} {
		got, info := read(t, defaults, sdk.Source{Path: files(t, contents)})
		if !slices.Equal(got.bytes(), []int{0, 255, 7, 8}) || !slices.Equal(got.labels, []float32{3, 1}) {
			t.Errorf("%s: got %v labelled %v", name, got.bytes(), got.labels)
		}
		if !slices.Equal(info.Space.Shape, []int{1, 2, 1}) || len(info.Files) != 2 || !slices.Equal(info.Splits, []string{"train"}) ||
			!slices.Equal(info.Space.Conditions[0].Values, []string{"0", "1", "2", "3"}) {
			t.Errorf("%s: got %+v", name, info)
		}
	}
}

func TestIDXSplits(t *testing.T) {
	dir := files(t, map[string]string{
		"t10k-images-idx3-ubyte": idx([]int{1, 1, 2}, 9, 9), "t10k-labels-idx1-ubyte": idx([]int{1}, 5),
		"train-images-idx3-ubyte": someImages, "train-labels-idx1-ubyte": someLabels, "readme.png": "no picture",
	})
	_, info := read(t, defaults, sdk.Source{Path: dir})
	if info.Rows != 2 || !slices.Equal(info.Splits, []string{"train", "test"}) || len(info.Space.Conditions[0].Values) != 6 {
		t.Errorf("got %+v", info)
	}
	got, _ := read(t, defaults, sdk.Source{Path: dir, Split: "test"})
	if !slices.Equal(got.bytes(), []int{9, 9}) || !slices.Equal(got.labels, []float32{5}) {
		t.Errorf("got %v labelled %v", got.bytes(), got.labels)
	}
	_, info = read(t, defaults, sdk.Source{Path: filepath.Join(dir, "train-images-idx3-ubyte")})
	if !slices.Equal(info.Splits, []string{"train"}) || len(info.Files) != 2 {
		t.Errorf("one file: got %+v", info)
	}
}

func TestIDXWithoutLabels(t *testing.T) {
	path := filepath.Join(files(t, map[string]string{"images-idx3-ubyte": someImages}), "images-idx3-ubyte")
	_, info := read(t, settings{Size: []int{2}, Colour: "rgb", Fit: "stretch"}, sdk.Source{Path: path})
	if info.Space.Conditions != nil || !slices.Equal(info.Splits, []string{"all"}) || !slices.Equal(info.Files, []string{path}) ||
		!slices.Equal(info.Space.Shape, []int{2, 2, 3}) {
		t.Errorf("got %+v", info)
	}
}

func TestBadIDX(t *testing.T) {
	const images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
	zipped := gz(someImages)
	broken := []byte(zipped)
	broken[len(broken)-6] ^= 1 // in the checksum
	for _, c := range []struct {
		name  string
		files map[string]string
		is    error
		want  string
	}{
		{"empty", map[string]string{images: ""}, sdk.ErrCorrupt, images + ": corrupt file: truncated: 0 bytes are too few"},
		{"short header", map[string]string{images: someImages[:15]}, sdk.ErrCorrupt, "truncated: 15 bytes are too few"},
		{"wrong magic", map[string]string{images: someLabels + "        "}, sdk.ErrCorrupt, "begins with 00 00 08 01, IDX bytes of 3 dimensions begin with 00 00 08 03"},
		{"floats", map[string]string{images: "\x00\x00\x0d\x03" + someImages[4:]}, sdk.ErrCorrupt, "begins with 00 00 0d 03"},
		{"no pictures", map[string]string{images: idx([]int{0, 1, 1})}, sdk.ErrCorrupt, "claims 0 items"},
		{"huge count", map[string]string{images: idx([]int{1<<32 - 1, 1, 1})}, sdk.ErrCorrupt, "claims 4294967295 items"},
		{"no height", map[string]string{images: idx([]int{1, 0, 1})}, sdk.ErrBadInput, "0 pixels high"},
		{"huge pictures", map[string]string{images: idx([]int{1, 1<<32 - 1, 1<<32 - 1})}, sdk.ErrBadInput, "4294967295 pixels high"},
		{"truncated", map[string]string{images: someImages[:len(someImages)-1]}, sdk.ErrCorrupt, images + ": corrupt file: truncated: has 1 pictures of 2"},
		{"too long", map[string]string{images: someImages + "x"}, sdk.ErrCorrupt, images + ": corrupt file: goes on"},
		{"truncated gzip", map[string]string{images: zipped[:len(zipped)-9]}, sdk.ErrCorrupt, images + ": corrupt file: truncated"},
		{"gzip checksum", map[string]string{images: string(broken)}, sdk.ErrCorrupt, images + ": corrupt file: gzip: invalid checksum"},
		{"no gzip", map[string]string{images: "\x1f\x8bxxxxxxxxxxxx"}, sdk.ErrCorrupt, images + ": corrupt file: gzip: invalid header"},
		{"flate", map[string]string{images: zipped[:10] + "\xff\xff\xff\xff\xff\xff\xff\xff"}, sdk.ErrCorrupt, images + ": corrupt file: flate"},
		{"labels too few", map[string]string{images: someImages, labels: idx([]int{1}, 3)}, sdk.ErrCorrupt, labels + " has 1 labels for the 2 pictures of " + images},
		{"labels truncated", map[string]string{images: someImages, labels: idx([]int{2}, 3)}, sdk.ErrCorrupt, labels + ": corrupt file: truncated: has 1 labels of 2"},
		{"labels too long", map[string]string{images: someImages, labels: someLabels + "x"}, sdk.ErrCorrupt, labels + ": corrupt file: goes on"},
		{"labels that are pictures", map[string]string{images: someImages, labels: someImages}, sdk.ErrCorrupt, labels + ": corrupt file: begins with"},
		{"labels of one split", map[string]string{images: someImages, labels: someLabels, "test-images-idx3-ubyte": someImages}, sdk.ErrBadInput, "only one has labels"},
		{"a split twice", map[string]string{images: someImages, "my-train-images-idx3-ubyte": someImages}, sdk.ErrBadInput, "are both split train"},
		{"sizes differ", map[string]string{images: someImages, "test-images-idx3-ubyte": idx([]int{1, 1, 1}, 0)}, sdk.ErrBadInput, "pictures differ in size"},
	} {
		src := sdk.Source{Path: files(t, c.files)}
		m := modality(t, defaults)
		_, err := m.Inspect(t.Context(), src)
		if err == nil {
			err = m.Read(t.Context(), src, &rows{})
		}
		if !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestCarried checks that the carried pictures are the first of the installed
// ones, where those are.
func TestCarried(t *testing.T) {
	for split, count := range map[string]int{"train": 10_000, "test": 1_000} {
		some, info := read(t, defaults, sdk.Source{Dataset: carried, Split: split})
		if info.Rows != count || info.Files != nil || info.Licence != "MIT" || !slices.Equal(info.Space.Shape, []int{28, 28, 1}) ||
			!slices.Equal(info.Space.Conditions[0].Values, fashionLabels) {
			t.Errorf("%s: got %+v", split, info)
		}
		if _, err := os.Stat(installedDir); err != nil {
			continue
		}
		src := sdk.Source{Dataset: installed, Split: split}
		info, err := modality(t, defaults).Inspect(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		all := &beginning{most: count}
		if err := modality(t, defaults).Read(t.Context(), src, all); !errors.Is(err, errEnough) {
			t.Fatalf("got %v", err)
		}
		if info.Licence != "MIT" || len(info.Files) != 4 || info.Rows != 6*count && info.Rows != 10*count ||
			!slices.Equal(all.data[:len(some.data)], some.data) || !slices.Equal(all.labels[:count], some.labels) ||
			!equalSpaces(info.Space, some.space) {
			t.Errorf("%s: installed: got %+v", split, info)
		}
	}
}

// beginning is a RowWriter that ends reading when it has enough.
type beginning struct {
	rows
	most int
}

var errEnough = errors.New("enough")

func (b *beginning) Write(batch sdk.Batch) error {
	if err := b.rows.Write(batch); err != nil {
		return err
	}
	if b.n >= b.most {
		return errEnough
	}
	return nil
}

// TestCarriedContent compares a picture and the labels with published ones:
// the first training picture is an ankle boot, and the first ten labels are
// those that the set's authors print.
func TestCarriedContent(t *testing.T) {
	got, _ := read(t, defaults, sdk.Source{Dataset: carried})
	if want := []float32{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}; !slices.Equal(got.labels[:10], want) {
		t.Errorf("got labels %v, want %v", got.labels[:10], want)
	}
	count := make([]int, 10)
	for _, l := range got.labels {
		count[int(l)]++
	}
	if slices.Min(count) < 900 || slices.Max(count) > 1100 {
		t.Errorf("classes have %v pictures", count)
	}
}

func TestNotInstalled(t *testing.T) {
	for _, dir := range []string{filepath.Join(t.TempDir(), "none"), t.TempDir()} {
		_, err := openInstalled(dir)
		if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dir) || len(sdk.Hints(err)) != 1 ||
			!strings.Contains(sdk.Hints(err)[0], "apt-get install dataset-fashion-mnist") {
			t.Errorf("got %v with %v", err, sdk.Hints(err))
		}
	}
}

// FuzzIDX checks that a header which passes can be relied on, and that no
// file makes the reader panic.
func FuzzIDX(f *testing.F) {
	for _, text := range []string{someImages, someLabels, "", idx([]int{1 << 28, 1, 1}), idx([]int{1, 20_000, 20_000}), gz(someImages), gz(someImages)[:20]} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		dims, err := idxHeader(bytes.NewReader(text), 3)
		if err == nil && (dims[0] < 1 || dims[0] > maxCount || dims[1] < 1 || dims[2] < 1 || dims[1]*dims[2] > maxPixels) {
			t.Errorf("passes: %v", dims)
		}
		path := filepath.Join(t.TempDir(), "images-idx3-ubyte")
		os.WriteFile(path, text, 0o600)
		r := &rows{}
		m := &images{settings{Size: []int{1, 1}, Colour: "grey", Fit: "stretch"}}
		err = m.Read(t.Context(), sdk.Source{Path: path}, r)
		if err == nil && r.n == 0 {
			t.Error("no error and no rows")
		}
	})
}
