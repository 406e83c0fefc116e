package main

import (
	"errors"
	"image"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// known is that of pictures which a model has learned from.
func known(height, width, channels int, labels ...string) *sdk.Space {
	f := &frame{height: height, width: width, channels: channels}
	s := f.space(labels, map[string]string{sdk.MetaVariants: "4"})
	return &s
}

// TestFit reads pictures as rows of what a model has learned from: of its size,
// cropped or stretched, and with its channels, whatever the settings say of those.
func TestFit(t *testing.T) {
	wide := image.NewGray(image.Rect(0, 0, 4, 2)) // the outer columns are white
	for _, i := range []int{0, 3, 4, 7} {
		wide.Pix[i] = 255
	}
	dir := files(t, map[string]string{"cross.pgm": cross, "red.ppm": red, "wide.png": asPNG(wide)})
	stretch, other := defaults, defaults
	stretch.Fit = "stretch"
	other.Size, other.Colour, other.Variants = []int{7}, "grey", 3
	for _, c := range []struct {
		file  string
		set   settings
		space *sdk.Space
		want  []int
	}{
		{"cross.pgm", defaults, known(2, 2, 3), []int{255, 255, 255, 0, 0, 0, 0, 0, 0, 255, 255, 255}},
		{"red.ppm", defaults, known(2, 2, 1), []int{76, 76, 76, 76}},
		{"red.ppm", defaults, known(1, 3, 3), []int{255, 0, 0, 255, 0, 0, 255, 0, 0}},
		{"red.ppm", other, known(1, 1, 3), []int{255, 0, 0}},
		{"wide.png", defaults, known(2, 2, 1), []int{0, 0, 0, 0}},
		{"wide.png", stretch, known(2, 2, 1), []int{107, 107, 107, 107}}, // by Catmull-Rom, of white on one side
	} {
		src := sdk.Source{Path: filepath.Join(dir, c.file), Space: c.space}
		got, info := read(t, c.set, src)
		if !slices.Equal(got.space.Shape, c.space.Shape) || info.Rows != 1 || info.Space.Variants() != 1 {
			t.Errorf("%s: %d rows of %+v", c.file, info.Rows, got.space)
		}
		if !slices.Equal(got.bytes(), c.want) {
			t.Errorf("%s as %v: got %v, want %v", c.file, c.space.Shape, got.bytes(), c.want)
		}
	}
	all, _ := read(t, defaults, sdk.Source{Path: dir, Space: known(3, 3, 3)})
	if all.n != 3 {
		t.Errorf("of pictures that differ: %d rows", all.n)
	}
}

// TestFitIDX resizes and colours pictures of IDX files, whose labels keep the
// numbers that they have in the Space.
func TestFitIDX(t *testing.T) {
	dir := files(t, map[string]string{"train-images-idx3-ubyte": someImages, "train-labels-idx1-ubyte": idx([]int{2}, 0, 1)})
	got, _ := read(t, defaults, sdk.Source{Path: dir, Space: known(1, 1, 3, "1", "x", "0")})
	if got.n != 2 || got.bytes()[0] != got.bytes()[2] || !slices.Equal(got.labels, []float32{2, 0}) {
		t.Errorf("got %v labelled %v", got.bytes(), got.labels)
	}
}

// TestFitsAlready reads rows that are the same to the byte when they are asked
// for as what they are.
func TestFitsAlready(t *testing.T) {
	noise := image.NewNRGBA(image.Rect(0, 0, 9, 5))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(i * i * 31)
	}
	grey := image.NewGray(image.Rect(0, 0, 5, 9))
	for i := range grey.Pix {
		grey.Pix[i] = uint8(i * 5)
	}
	dir := files(t, map[string]string{"colour/a/1.png": asPNG(noise), "colour/b/1.png": asPNG(noise), "grey/1.jpg": asJPEG(grey), "sizes/1.png": asPNG(noise), "sizes/2.png": asPNG(grey)})
	small := defaults
	small.Size = []int{4}
	for _, c := range []struct {
		name string
		set  settings
	}{{"colour", defaults}, {"grey", defaults}, {"sizes", small}} {
		src := sdk.Source{Path: filepath.Join(dir, c.name)}
		first, info := read(t, c.set, src)
		src.Space = &info.Space
		again, as := read(t, c.set, src)
		if !slices.Equal(first.data, again.data) || !slices.Equal(first.labels, again.labels) || !equalSpaces(info.Space, as.Space) {
			t.Errorf("%s: other rows, of %+v", c.name, as.Space)
		}
	}
}

// TestFitLabels keeps the numbers of labels that a model knows, and refuses others.
func TestFitLabels(t *testing.T) {
	dir := files(t, map[string]string{"known/dog/1.pgm": black, "known/cat/1.pgm": cross, "strange/dgo/1.pgm": black, "plain/1.pgm": black})
	at := func(name string, s *sdk.Space) sdk.Source {
		return sdk.Source{Path: filepath.Join(dir, name), Space: s}
	}
	model := known(2, 2, 1, "dog", "ant", "cat")
	got, info := read(t, defaults, at("known", model))
	if !slices.Equal(got.labels, []float32{2, 0}) || !slices.Equal(info.Space.Conditions[0].Values, []string{"dog", "ant", "cat"}) {
		t.Errorf("labels %v of %v", got.labels, info.Space.Conditions)
	}
	for what, src := range map[string]sdk.Source{"without labels": at("plain", model), "for a model without": at("strange", known(2, 2, 1))} {
		if got, info := read(t, defaults, src); info.Space.Conditions != nil || got.labels != nil {
			t.Errorf("%s: labels %v of %v", what, got.labels, info.Space.Conditions)
		}
	}
	_, err := modality(t, defaults).Inspect(t.Context(), at("strange", model))
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), `strange: bad input: the label "dgo" is not one that the model knows`) ||
		len(sdk.Hints(err)) != 2 || !strings.HasPrefix(sdk.Hints(err)[0], "did you mean dog?") {
		t.Errorf("got %v with %q", err, sdk.Hints(err))
	}
}

// TestNoPictures asks for rows of what pictures cannot be.
func TestNoPictures(t *testing.T) {
	path := filepath.Join(files(t, map[string]string{"a.pgm": black}), "a.pgm")
	table := &sdk.Space{Modality: "table", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 2}}}
	binary := known(1, 2, 1)
	binary.Segments[0].Kind = sdk.Binary
	for want, space := range map[string]*sdk.Space{
		"rows of shape [2] are no pictures": table, "binary values are no pixels": binary, "rows of shape [2 2 4]": known(2, 2, 4),
	} {
		err := modality(t, defaults).Read(t.Context(), sdk.Source{Path: path, Space: space}, &rows{})
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
