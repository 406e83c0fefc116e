package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

func equalSpaces(a, b sdk.Space) bool { return reflect.DeepEqual(a, b) }

// Two grey pictures of 2 by 2 pixels, and one in colour.
const (
	black = "P2 2 2 1 0 0 0 0"
	cross = "P2 # a comment\n2 2\n255\n255 0\n0 255\n"
	red   = "P3 2 2 255 255 0 0 255 0 0 255 0 0 255 0 0"
)

func TestFolderWithoutLabels(t *testing.T) {
	dir := files(t, map[string]string{"b.pgm": black, "a.PGM": cross, ".hidden.pgm": red, "notes.md": "hello", "sub/README": "x"})
	got, info := read(t, defaults, sdk.Source{Path: dir})
	if want := []int{255, 0, 0, 255, 0, 0, 0, 0}; !slices.Equal(got.bytes(), want) {
		t.Errorf("got %v, want %v", got.bytes(), want)
	}
	if !slices.Equal(info.Space.Shape, []int{2, 2, 1}) || info.Space.Conditions != nil || info.Licence != "" ||
		!slices.Equal(info.Splits, []string{"all"}) || !slices.Equal(info.Files, []string{dir}) {
		t.Errorf("got %+v", info)
	}
}

func TestFolderWithLabels(t *testing.T) {
	dir := files(t, map[string]string{"dog/1.pgm": black, "cat/deep/9.pgm": cross, "cat/1.pgm": black, "cat/.x/1.pgm": black, ".git/1.pgm": black})
	got, info := read(t, defaults, sdk.Source{Path: dir})
	if want := []sdk.Condition{{Name: "label", Doc: "what the picture shows", Values: []string{"cat", "dog"}}}; !reflect.DeepEqual(info.Space.Conditions, want) {
		t.Errorf("got %v, want %v", info.Space.Conditions, want)
	}
	if !slices.Equal(got.labels, []float32{0, 0, 1}) || got.bytes()[4] != 255 {
		t.Errorf("got labels %v of %v", got.labels, got.bytes())
	}
}

func TestFolderOfSplits(t *testing.T) {
	dir := files(t, map[string]string{"test/dog/1.pgm": cross, "train/cat/1.pgm": black, "validation/cat/1.pgm": black, "validation/dog/1.pgm": black})
	_, info := read(t, defaults, sdk.Source{Path: dir})
	if info.Rows != 1 || !slices.Equal(info.Splits, []string{"train", "val", "test"}) || !slices.Equal(info.Space.Conditions[0].Values, []string{"cat", "dog"}) {
		t.Errorf("got %+v", info)
	}
	got, _ := read(t, defaults, sdk.Source{Path: dir, Split: "test"})
	if got.bytes()[0] != 255 || !slices.Equal(got.labels, []float32{1}) {
		t.Errorf("got %v labelled %v", got.bytes(), got.labels)
	}
}

// TestFolderOfVehicles has a label that is called as a split is.
func TestFolderOfVehicles(t *testing.T) {
	dir := files(t, map[string]string{"bus/1.pgm": black, "train/1.pgm": cross})
	_, info := read(t, defaults, sdk.Source{Path: dir})
	if !slices.Equal(info.Splits, []string{"all"}) || !slices.Equal(info.Space.Conditions[0].Values, []string{"bus", "train"}) {
		t.Errorf("got %+v", info)
	}
}

func TestLinks(t *testing.T) {
	dir := files(t, map[string]string{"pictures/1.pgm": cross, "set/dog/1.pgm": black})
	if err := os.Symlink(filepath.Join(dir, "pictures"), filepath.Join(dir, "set", "cat")); err != nil {
		t.Skip(err)
	}
	os.Symlink(filepath.Join(dir, "pictures", "1.pgm"), filepath.Join(dir, "set", "dog", "2.pgm"))
	os.Symlink(filepath.Join(dir, "set"), filepath.Join(dir, "link"))
	got, _ := read(t, defaults, sdk.Source{Path: filepath.Join(dir, "link")})
	if !slices.Equal(got.labels, []float32{0, 1, 1}) || got.bytes()[0] != 255 || got.bytes()[8] != 255 {
		t.Errorf("got %v labelled %v", got.bytes(), got.labels)
	}
}

// seen returns the content of every file that someone finds who walks the
// roots and follows links to files, but none to folders.
func seen(t *testing.T, roots []string) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := os.Stat(path)
			if err != nil || info.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			all[string(content)]++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// TestLinkedFilesAreNamed finds each picture behind Info.Files, be it behind a
// link to the source, to a split, to a label, or to a picture.
func TestLinkedFilesAreNamed(t *testing.T) {
	away := files(t, map[string]string{
		"cats/1.pgm": black + " ", "dogs/deep/1.pgm": black + "  ", "one.pgm": black + "   ",
		"train/cat/1.pgm": cross + " ", "labels/2.pgm": cross + "  ",
	})
	dir := files(t, map[string]string{"set/bird/1.pgm": cross, "split/test/cat/1.pgm": black})
	for link, target := range map[string]string{
		"set/cat": "cats", "set/dog": "dogs", "set/bird/2.pgm": "one.pgm", "split/train": "train", "split/test/dog": "labels",
	} {
		if err := os.Symlink(filepath.Join(away, target), filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	os.Symlink("set", filepath.Join(dir, "link"))
	os.Symlink("link", filepath.Join(dir, "link to a link"))
	set := []string{black + " ", black + "  ", black + "   ", cross}
	for name, want := range map[string][]string{
		"set": set, "link": set, "link to a link": set, "split": {cross + " ", cross + "  ", black},
	} {
		info, err := modality(t, defaults).Inspect(t.Context(), sdk.Source{Path: filepath.Join(dir, name)})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(seen(t, info.Files))); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("%s: behind %q are %q, want %q", name, info.Files, got, want)
		}
	}
}

func TestList(t *testing.T) {
	dir := files(t, map[string]string{
		"list.txt": "\ufeff# what to read\nsub/b.pgm\tyes\r\n\n  a.pgm \t no \n", "a.pgm": black, "sub/b.pgm": cross,
	})
	list := filepath.Join(dir, "list.txt")
	got, info := read(t, defaults, sdk.Source{Path: list})
	if want := []int{255, 0, 0, 255, 0, 0, 0, 0}; !slices.Equal(got.bytes(), want) || !slices.Equal(got.labels, []float32{1, 0}) {
		t.Errorf("got %v labelled %v", got.bytes(), got.labels)
	}
	if want := []string{list, filepath.Join(dir, "a.pgm"), filepath.Join(dir, "sub", "b.pgm")}; !slices.Equal(info.Files, want) {
		t.Errorf("files: got %v, want %v", info.Files, want)
	}
}

func TestLongListNamesFolders(t *testing.T) {
	dir := files(t, map[string]string{"a/1.png": "", "b/2.png": ""})
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	got, err := filesOf(slices.Repeat([]folder.File{{Path: filepath.Join(a, "1.png")}, {Path: filepath.Join(b, "2.png")}}, maxFiles))
	if err != nil || !slices.Equal(got, []string{a, b}) {
		t.Errorf("got %v, %v", got, err)
	}
	if err := os.Symlink(b, c); err != nil {
		t.Skip(err)
	}
	got, err = filesOf(slices.Repeat([]folder.File{{Path: filepath.Join(c, "2.png")}}, maxFiles+1))
	if err != nil || !slices.Equal(got, []string{c, b}) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestOnePicture(t *testing.T) {
	path := filepath.Join(files(t, map[string]string{"r.ppm": red}), "r.ppm")
	got, info := read(t, defaults, sdk.Source{Path: path})
	if want := []int{255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0}; !slices.Equal(got.bytes(), want) || !slices.Equal(info.Space.Shape, []int{2, 2, 3}) {
		t.Errorf("got %v of %v", got.bytes(), info.Space.Shape)
	}
	if !slices.Equal(info.Files, []string{path}) {
		t.Errorf("files: got %v", info.Files)
	}
}

// TestFormats reads the same picture from each format, by its content whatever
// its name.
func TestFormats(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range m.Pix {
		m.Pix[i] = 200
	}
	p5 := "P5 8 8 255\n" + string(m.Pix)
	p6 := "P6 8 8 65535\n" + strings.Repeat("\xc8\xc8", 3*64)
	for name, text := range map[string]string{"a.png": asPNG(m), "a.jpg": asJPEG(m), "a.JPEG": asJPEG(m), "lies.jpg": asPNG(m), "a.pgm": p5, "a.ppm": p6} {
		path := filepath.Join(files(t, map[string]string{name: text}), name)
		got, _ := read(t, settings{Colour: "grey", Fit: "crop"}, sdk.Source{Path: path})
		if want := slices.Repeat([]int{200}, 64); !slices.Equal(got.bytes(), want) {
			t.Errorf("%s: got %v", name, got.bytes())
		}
	}
}

func TestColour(t *testing.T) {
	dir := files(t, map[string]string{"1.pgm": cross, "2.ppm": red})
	for colour, want := range map[string][]int{
		"auto": {255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0},
		"rgb":  {255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0},
		"grey": {255, 0, 0, 255, 76, 76, 76, 76}, // 0.299 of 255
	} {
		got, _ := read(t, settings{Colour: colour, Fit: "crop"}, sdk.Source{Path: dir})
		if !slices.Equal(got.bytes(), want) {
			t.Errorf("%s: got %v, want %v", colour, got.bytes(), want)
		}
	}
}

func TestAlphaIsFlattenedOnWhite(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	m.SetNRGBA(0, 0, color.NRGBA{0, 0, 0, 128})
	palette := image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.Black, color.Transparent})
	palette.Pix[1] = 1
	dir := files(t, map[string]string{"1.png": asPNG(m), "2.png": asPNG(palette)})
	got, _ := read(t, settings{Colour: "grey", Fit: "crop"}, sdk.Source{Path: dir})
	if want := []int{127, 255, 0, 255}; !slices.Equal(got.bytes(), want) {
		t.Errorf("got %v, want %v", got.bytes(), want)
	}
	got, _ = read(t, defaults, sdk.Source{Path: filepath.Join(dir, "2.png")})
	if !slices.Equal(got.space.Shape, []int{1, 2, 1}) {
		t.Errorf("a palette of grey: got shape %v", got.space.Shape)
	}
}

// TestResize fits a picture whose left half is black into squares.
func TestResize(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 40, 10))
	for i := range m.Pix {
		m.Pix[i] = uint8(i % 40 / 20 * 255)
	}
	path := filepath.Join(files(t, map[string]string{"wide.png": asPNG(m)}), "wide.png")
	for _, c := range []struct {
		fit   string
		size  []int
		shape []int
		at    int // a pixel in the first row
		want  func(v int) bool
	}{
		{"stretch", []int{8}, []int{8, 8, 1}, 1, func(v int) bool { return v == 0 }},
		{"stretch", []int{8}, []int{8, 8, 1}, 6, func(v int) bool { return v == 255 }},
		{"crop", []int{10}, []int{10, 10, 1}, 4, func(v int) bool { return v == 0 }},
		{"crop", []int{10}, []int{10, 10, 1}, 5, func(v int) bool { return v == 255 }},
		{"crop", []int{5, 20}, []int{5, 20, 1}, 19, func(v int) bool { return v == 255 }},
		{"crop", []int{40, 10}, []int{40, 10, 1}, 0, func(v int) bool { return v < 128 }},
	} {
		got, _ := read(t, settings{Size: c.size, Colour: "grey", Fit: c.fit}, sdk.Source{Path: path})
		if !slices.Equal(got.space.Shape, c.shape) || !c.want(got.bytes()[c.at]) {
			t.Errorf("%s to %v: got %v", c.fit, c.size, got.bytes()[:c.shape[1]])
		}
	}
}

// TestCrop checks what is cut off from wide and from high pictures.
func TestCrop(t *testing.T) {
	for _, c := range [][2]image.Rectangle{
		{image.Rect(0, 0, 100, 10), image.Rect(40, 0, 60, 10)},
		{image.Rect(0, 0, 20, 50), image.Rect(0, 20, 20, 30)},
		{image.Rect(5, 5, 45, 25), image.Rect(5, 5, 45, 25)},
		{image.Rect(0, 0, 1, 1000), image.Rect(0, 499, 1, 500)},
	} {
		if got := crop(c[0], image.Pt(20, 10)); got != c[1] {
			t.Errorf("crop of %v: got %v, want %v", c[0], got, c[1])
		}
	}
}

func TestSizes(t *testing.T) {
	dir := files(t, map[string]string{"1.pgm": black, "2.pgm": "P2 3 1 1 0 0 0", "3.pgm": "P2 4 1 1 0 0 0 0"})
	_, err := modality(t, defaults).Inspect(t.Context(), sdk.Source{Path: dir})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "1.pgm is 2 pixels high and 2 wide, 2.pgm is 1 high and 3 wide") ||
		!slices.Equal(sdk.Hints(err), []string{"resize them all: --set read.size=2"}) {
		t.Errorf("got %v with %v", err, sdk.Hints(err))
	}
	got, _ := read(t, settings{Size: []int{2, 3}, Colour: "auto", Fit: "crop"}, sdk.Source{Path: dir})
	if got.n != 3 || !slices.Equal(got.space.Shape, []int{2, 3, 1}) {
		t.Errorf("got %d of %v", got.n, got.space.Shape)
	}
	if _, err := newImages(settings{Size: []int{1, 2, 3}}); !errors.Is(err, sdk.ErrBadSetting) {
		t.Errorf("three sizes: got %v", err)
	}
}

// hugePNG claims to be so many pixels high and wide.
func hugePNG(side uint32) string {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), side), side)
	head = append(head, 8, 0, 0, 0, 0)
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(head))
	return "\x89PNG\r\n\x1a\n\x00\x00\x00\x0d" + string(head) + string(sum)
}

// hugeJPEG is a progressive one that claims to be 8,000 pixels high and wide.
func hugeJPEG() string {
	return "\xff\xd8\xff\xc2\x00\x0b\x08\x1f\x40\x1f\x40\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00"
}

// TestSparePictures reads those that take the fewest bytes there can be.
func TestSparePictures(t *testing.T) {
	white := image.NewPaletted(image.Rect(0, 0, 6000, 6000), color.Palette{color.White, color.Black})
	grey := image.NewGray(image.Rect(0, 0, 3000, 3000))
	for name, text := range map[string]string{"a.png": asPNG(white), "b.jpg": asJPEG(grey)} {
		path := filepath.Join(files(t, map[string]string{name: text}), name)
		if got, _ := read(t, settings{Size: []int{2}, Colour: "grey", Fit: "crop"}, sdk.Source{Path: path}); got.n != 1 {
			t.Errorf("%s: %d rows", name, got.n)
		}
	}
}

func TestBadSources(t *testing.T) {
	good := asPNG(image.NewGray(image.Rect(0, 0, 2, 2)))
	altered := []byte(good)
	altered[len(altered)-20] ^= 1
	for _, c := range []struct {
		name   string
		files  map[string]string
		source string
		is     error
		want   string
	}{
		{"nothing there", nil, "none", fs.ErrNotExist, "none"},
		{"empty folder", map[string]string{"sub/x.txt": ""}, "", sdk.ErrBadInput, "has no pictures"},
		{"empty split", map[string]string{"train/1.pgm": black, "test/x.txt": ""}, "", sdk.ErrBadInput, "test has no pictures"},
		{"no picture", map[string]string{"a.mp3": "x"}, "a.mp3", sdk.ErrBadInput, "a.mp3 is no picture"},
		{"label and none", map[string]string{"a/1.pgm": black, "2.pgm": black}, "", sdk.ErrBadInput, "2.pgm has none"},
		{"truncated PNG", map[string]string{"1.png": good, "2.png": good[:len(good)-15], "3.png": good}, "", sdk.ErrCorrupt, "2.png: corrupt file: truncated"},
		{"altered PNG", map[string]string{"1.png": good, "2.png": string(altered)}, "", sdk.ErrCorrupt, "2.png: corrupt file: png: invalid format"},
		{"no pixels", map[string]string{"1.png": good, "2.png": good[:20]}, "", sdk.ErrCorrupt, "2.png: corrupt file"},
		{"empty picture", map[string]string{"2.png": ""}, "", sdk.ErrCorrupt, "2.png is no PNG, JPEG"},
		{"not what its name says", map[string]string{"2.png": "<html>"}, "", sdk.ErrCorrupt, "2.png is no PNG, JPEG"},
		{"bomb", map[string]string{"2.png": hugePNG(60_000)}, "", sdk.ErrBadInput, "2.png: bad input: claims to be 60000 pixels high"},
		{"small bomb", map[string]string{"2.png": hugePNG(8000)}, "", sdk.ErrCorrupt, "2.png: corrupt file: truncated: claims to be 8000 pixels high"},
		{"JPEG bomb", map[string]string{"2.jpg": hugeJPEG()}, "", sdk.ErrCorrupt, "2.jpg: corrupt file: truncated: claims to be 8000 pixels high"},
		{"PGM bomb", map[string]string{"2.pgm": "P5 8000 8000 255 "}, "", sdk.ErrCorrupt, "2.pgm: corrupt file: truncated"},
		{"PGM without pixels", map[string]string{"2.pgm": "P5 0 2 255 "}, "", sdk.ErrBadInput, "claims to be 2 pixels high and 0 wide"},
		{"short PGM", map[string]string{"2.pgm": "P2                   2 2 1 0 0 0"}, "", sdk.ErrCorrupt, "2.pgm: corrupt file: truncated"},
		{"PGM with words", map[string]string{"2.pgm": "P2 two"}, "", sdk.ErrCorrupt, `'t' where a number belongs`},
		{"PGM with a huge number", map[string]string{"2.pgm": "P2 2 99999999999999999999 1"}, "", sdk.ErrCorrupt, "too large"},
		{"PGM beyond its maximum", map[string]string{"2.pgm": "P2 1 1 7 8        "}, "", sdk.ErrCorrupt, "the value 8, its largest is 7"},
		{"PGM with maximum 0", map[string]string{"2.pgm": "P2 1 1 0 0"}, "", sdk.ErrCorrupt, "largest value is 0"},
		{"empty list", map[string]string{"l.txt": "# nothing\n"}, "l.txt", sdk.ErrBadInput, "lists no pictures"},
		{"list of what is not there", map[string]string{"l.txt": "\n1.png\n", "x": ""}, "l.txt", fs.ErrNotExist, "l.txt:2: "},
		{"list of something else", map[string]string{"l.txt": "x.gif"}, "l.txt", sdk.ErrBadInput, "l.txt:1: "},
		{"list with some labels", map[string]string{"l.txt": "1.pgm\ta\n2.pgm", "1.pgm": black, "2.pgm": black}, "l.txt", sdk.ErrBadInput, "2.pgm has none"},
		{"list with a huge line", map[string]string{"l.txt": strings.Repeat("x", 1<<17)}, "l.txt", sdk.ErrBadInput, "token too long"},
		{"picture that is a folder", map[string]string{"l.txt": "d.png", "d.png/x": ""}, "l.txt", sdk.ErrBadInput, "d.png: not a regular file"},
	} {
		path := filepath.Join(files(t, c.files), c.source)
		m := modality(t, defaults)
		_, err := m.Inspect(t.Context(), sdk.Source{Path: path})
		if err == nil { // heads were well
			err = m.Read(t.Context(), sdk.Source{Path: path}, &rows{})
		}
		if !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestUnreadableFolder(t *testing.T) {
	dir := files(t, map[string]string{"a/1.pgm": black})
	os.Chmod(filepath.Join(dir, "a"), 0)
	defer os.Chmod(filepath.Join(dir, "a"), 0o700)
	if _, err := os.ReadDir(filepath.Join(dir, "a")); err == nil {
		t.Skip("permissions do not bind this user")
	}
	if _, err := modality(t, defaults).Inspect(t.Context(), sdk.Source{Path: dir}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

func TestBadRequests(t *testing.T) {
	dir := files(t, map[string]string{"1.pgm": black})
	for _, c := range []struct {
		src  sdk.Source
		want string
		hint string
	}{
		{sdk.Source{}, "no path and no dataset", ""},
		{sdk.Source{Path: dir, Dataset: "fashion"}, "not both", ""},
		{sdk.Source{Dataset: "fashon"}, `no dataset "fashon"`, "did you mean fashion?"},
		{sdk.Source{Path: dir, Split: "train"}, `has no split "train"`, "there is all"},
		{sdk.Source{Dataset: "fashion", Split: "tets"}, `has no split "tets"`, "did you mean test?"},
	} {
		_, err := modality(t, defaults).Inspect(t.Context(), c.src)
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), c.want) || !strings.Contains(strings.Join(sdk.Hints(err), ""), c.hint) {
			t.Errorf("got %v with %v, want %q", err, sdk.Hints(err), c.want)
		}
	}
}

// cancelling is a RowWriter that ends the context with its first batch.
type cancelling struct {
	rows
	cancel func()
}

func (c *cancelling) Write(b sdk.Batch) error {
	c.cancel()
	return c.rows.Write(b)
}

// TestStreams reads 10,000 pictures, and stops in the middle when told.
func TestStreams(t *testing.T) {
	got, _ := read(t, defaults, sdk.Source{Dataset: "fashion"})
	if got.n != 10_000 || got.largest > 256 {
		t.Errorf("%d rows, %d at once", got.n, got.largest)
	}
	large, _ := read(t, settings{Size: []int{1200}, Colour: "rgb", Fit: "crop"},
		sdk.Source{Path: files(t, map[string]string{"1.pgm": black, "2.pgm": cross})})
	if large.n != 2 || large.largest != 1 {
		t.Errorf("%d large rows, %d at once", large.n, large.largest)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w := &cancelling{cancel: cancel}
	if err := modality(t, defaults).Read(ctx, sdk.Source{Dataset: "fashion"}, w); !errors.Is(err, context.Canceled) || w.n > 256 {
		t.Errorf("got %v after %d rows", err, w.n)
	}
}

// refusing is a RowWriter whose disk is full.
type refusing struct{ rows }

var errFull = errors.New("disk full")

func (refusing) Write(sdk.Batch) error { return errFull }

func TestWriterFails(t *testing.T) {
	for _, src := range []sdk.Source{{Dataset: "fashion"}, {Path: files(t, map[string]string{"1.pgm": black})}} {
		if err := modality(t, defaults).Read(t.Context(), src, &refusing{}); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	}
}

// FuzzPNM checks that no file makes the decoder panic, or allocate more than
// the file has.
func FuzzPNM(f *testing.F) {
	for _, text := range []string{black, cross, red, "P5 2 1 255 ab", "P6 1 1 65535 abcdef", "P5 8000 8000 255 "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 3 || pnmTypes[text[1]].channels == 0 {
			return
		}
		p := pnm{bytes: int64(len(text))}
		if _, err := checked(p.config, maxPixels)(strings.NewReader(text)); err != nil {
			return
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := p.decode(strings.NewReader(text))
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<17+100*uint64(len(text)) {
			t.Errorf("%d bytes of file took %d bytes of memory", len(text), used)
		}
		if err != nil {
			return
		}
		if size := m.Bounds().Size(); size.X < 1 || size.Y < 1 || size.X*size.Y > len(text) {
			t.Errorf("%v pixels from %d bytes", size, len(text))
		}
	})
}
