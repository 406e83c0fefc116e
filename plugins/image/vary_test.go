package main

import (
	"image"
	"image/color"
	"path/filepath"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// plain makes variants of pictures in no way.
func plain(variants int) settings {
	return settings{Colour: "auto", Fit: "crop", Variants: variants}
}

// slope has another colour in each pixel, none of them near black or white.
func slope(width, height int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, color.NRGBA{uint8(60 + 100*x/width), uint8(60 + 100*y/height), 90, 255})
		}
	}
	return m
}

// TestFlip mirrors every second variant, and leaves the first alone.
func TestFlip(t *testing.T) {
	dir := files(t, map[string]string{"train/a/1.pgm": "P2 3 1 9 1 2 9", "train/b/1.pgm": "P2 3 1 9 9 4 0", "test/a/1.pgm": "P2 3 1 9 0 0 9"})
	s := plain(3)
	s.Flip = true
	got, info := read(t, s, sdk.Source{Path: dir})
	want := []int{28, 57, 255, 255, 57, 28, 28, 57, 255, 255, 113, 0, 0, 113, 255, 255, 113, 0}
	if !slices.Equal(got.bytes(), want) || !slices.Equal(got.labels, []float32{0, 0, 0, 1, 1, 1}) {
		t.Errorf("got %v labelled %v, want %v", got.bytes(), got.labels, want)
	}
	if info.Space.Variants() != 3 {
		t.Errorf("the space says %v", info.Space.Meta)
	}
	held, info := read(t, s, sdk.Source{Path: dir, Split: "test"})
	if held.n != 1 || info.Space.Variants() != 1 {
		t.Errorf("of a picture to test with %d rows, and the space says %v", held.n, info.Space.Meta)
	}
	known, _ := read(t, s, sdk.Source{Path: dir, Space: &got.space})
	if known.n != 2 || !slices.Equal(known.data, slices.Concat(got.data[:3], got.data[9:12])) {
		t.Errorf("for a model that has learned: %d rows, %v", known.n, known.bytes())
	}
}

// TestVariantsDiffer has one picture in a folder, which is all there is: each
// kind of change alone makes other rows of it, the same each time.
func TestVariantsDiffer(t *testing.T) {
	const side, each = 40, 6
	path := filepath.Join(files(t, map[string]string{"a.png": asPNG(slope(side, side))}), "a.png")
	for name, set := range map[string]func(s *settings){
		"crop":       func(s *settings) { s.Crop = 0.3 },
		"brightness": func(s *settings) { s.Brightness = 0.2 },
		"contrast":   func(s *settings) { s.Contrast = 0.2 },
		"saturation": func(s *settings) { s.Saturation = 0.2 },
	} {
		s := plain(each)
		set(&s)
		got, _ := read(t, s, sdk.Source{Path: path})
		again, _ := read(t, s, sdk.Source{Path: path})
		as, _ := read(t, plain(1), sdk.Source{Path: path})
		size := len(as.data)
		if got.n != each || !slices.Equal(got.data, again.data) {
			t.Fatalf("%s: %d rows, which are not the same each time", name, got.n)
		}
		if !slices.Equal(got.data[:size], as.data) {
			t.Errorf("%s: the first is not as it is", name)
		}
		for i := range each {
			for j := range i {
				if slices.Equal(got.data[i*size:(i+1)*size], got.data[j*size:(j+1)*size]) {
					t.Errorf("%s: variants %d and %d are the same", name, j, i)
				}
			}
		}
		s.Seed = 1
		if other, _ := read(t, s, sdk.Source{Path: path}); slices.Equal(other.data, got.data) {
			t.Errorf("%s: another seed gives the same", name)
		}
	}
}

// TestVariantsOfOthers reads two pictures that are the same: their variants are
// not.
func TestVariantsOfOthers(t *testing.T) {
	dir := files(t, map[string]string{"a.png": asPNG(slope(8, 8)), "b.png": asPNG(slope(8, 8))})
	s := plain(2)
	s.Brightness = 0.3
	got, _ := read(t, s, sdk.Source{Path: dir})
	size := len(got.data) / 4
	if slices.Equal(got.data[size:2*size], got.data[3*size:]) {
		t.Error("both pictures were changed in the same way")
	}
}

// TestRecolour knows what each change does to a pixel.
func TestRecolour(t *testing.T) {
	for _, c := range []struct {
		change change
		from   []float32
		want   []int
	}{
		{change{brightness: 0.2}, []float32{0.2, 0.4, 0.9}, []int{102, 153, 255}},
		{change{brightness: -0.3}, []float32{0.2, 0.4, 0.9}, []int{0, 26, 153}},
		{change{contrast: -0.5}, []float32{0, 0.5, 1}, []int{64, 128, 191}},
		{change{contrast: 1}, []float32{0.4, 0.5, 0.8}, []int{77, 128, 255}},
		{change{saturation: -1}, []float32{1, 0, 0}, []int{76, 76, 76}},
		{change{saturation: 1}, []float32{0.5}, []int{128}},
	} {
		pixel := slices.Clone(c.from)
		c.change.recolour(pixel)
		for i, v := range pixel {
			if int(v*255+0.5) != c.want[i] {
				t.Errorf("%+v of %v: got %v, want %v of 255", c.change, c.from, pixel, c.want)
				break
			}
		}
	}
}

// TestPart cuts off what it is told, and stays within the picture.
func TestPart(t *testing.T) {
	r := image.Rect(10, 20, 110, 70)
	for _, c := range []struct {
		change change
		want   image.Rectangle
	}{
		{change{}, r},
		{change{crop: 0.2}, image.Rect(10, 20, 90, 60)},
		{change{crop: 0.2, x: 0.999, y: 0.999}, image.Rect(30, 30, 110, 70)},
		{change{crop: 0.999, x: 0.5}, image.Rect(60, 20, 61, 21)},
	} {
		if got := c.change.part(r); got != c.want {
			t.Errorf("%+v: got %v, want %v", c.change, got, c.want)
		}
	}
}
