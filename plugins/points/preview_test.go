package main

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func preview(t *testing.T, space sdk.Space, b sdk.Batch, columns int) (image.Image, string) {
	t.Helper()
	p, err := (&points{}).Preview(t.Context(), space, b, columns)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(p.PNG))
	if err != nil {
		t.Fatal(err)
	}
	return m, p.Text
}

// square is a plane whose training points fill the square from -1 to 1, which
// a preview shows with some room around.
func square(more ...string) sdk.Space {
	space := with(plane(2), metaBounds, "[[-1,1],[-1,1]]")
	for i := 0; i < len(more); i += 2 {
		space.Meta[more[i]] = more[i+1]
	}
	return space
}

// at is the pixel where the square has a point.
func at(x, y float64) image.Point {
	room := 1 + 2*margin
	return image.Pt(int(math.Round((x/2/room+0.5)*(side-1))), int(math.Round((0.5-y/2/room)*(side-1))))
}

func at2(x, y float32) sdk.Batch { return sdk.Batch{Shape: []int{2}, Data: []float32{x, y}} }

// isWhite reports whether nothing is drawn.
func isWhite(m image.Image, p image.Point) bool {
	r, g, b, _ := m.At(p.X, p.Y).RGBA()
	return r == 0xffff && g == 0xffff && b == 0xffff
}

// Points are where they belong: x to the right, y up, and what lies outside at
// the edge.
func TestPreviewPlaces(t *testing.T) {
	for _, c := range []struct {
		x, y float32
		want image.Point
	}{
		{0.5, 0.5, at(0.5, 0.5)}, {-1, 1, at(-1, 1)}, {1, -1, at(1, -1)}, {0, 0, at(0, 0)},
		{9, 0, image.Pt(side-1, at(0, 0).Y)}, {0, -9, image.Pt(at(0, 0).X, side-1)}, {-3e38, 3e38, image.Pt(0, 0)},
	} {
		m, _ := preview(t, square(), at2(c.x, c.y), 0)
		if m.Bounds() != image.Rect(0, 0, side, side) {
			t.Fatalf("a picture of %v", m.Bounds())
		}
		if isWhite(m, c.want) {
			t.Errorf("nothing at %v, where (%g, %g) belongs", c.want, c.x, c.y)
		}
		inked := 0
		for y := range side {
			for x := range side {
				if p := image.Pt(x, y); !isWhite(m, p) {
					inked++
					if d := p.Sub(c.want); d.X*d.X+d.Y*d.Y > 25 {
						t.Fatalf("(%g, %g) is drawn at %v too", c.x, c.y, p)
					}
				}
			}
		}
	}
}

// Modes are circled at three standard deviations, in grey.
func TestPreviewModes(t *testing.T) {
	space := square(metaModes, "[[0.5,0]]", metaSigma, "0.05")
	m, _ := preview(t, space, at2(-0.5, 0), 0)
	for _, p := range []image.Point{at(0.65, 0), at(0.35, 0), at(0.5, 0.15), at(0.5, -0.15)} {
		if r, g, b, _ := m.At(p.X, p.Y).RGBA(); isWhite(m, p) || r != g || g != b {
			t.Errorf("no circle at %v", p)
		}
	}
	if !isWhite(m, at(0.5, 0)) {
		t.Error("the mode's middle is not empty")
	}
}

// Each label has a colour, and so has each line of a sheet; others share one.
func TestPreviewColours(t *testing.T) {
	space := square()
	space.Conditions = []sdk.Condition{{Name: labelName, Values: []string{"a", "b"}}}
	four := sdk.Batch{Shape: []int{2}, Data: []float32{-0.5, 0.5, 0.5, 0.5, -0.5, -0.5, 0.5, -0.5}}
	labelled := four
	labelled.Conditions = map[string][]float32{labelName: {0, 1, 0, 1}}
	for name, c := range map[string]struct {
		b       sdk.Batch
		columns int
		like    [4]int // which point each has the colour of
	}{
		"alone": {four, 0, [4]int{0, 0, 0, 0}}, "labels": {labelled, 0, [4]int{0, 1, 0, 1}},
		"lines": {labelled, 2, [4]int{0, 0, 2, 2}}, "one line": {labelled, 4, [4]int{0, 1, 0, 1}},
	} {
		m, _ := preview(t, space, c.b, c.columns)
		var colours [4]color.Color
		for i := range 4 {
			p := at(float64(c.b.Row(i)[0]), float64(c.b.Row(i)[1]))
			colours[i] = m.At(p.X, p.Y)
		}
		for i := range 4 {
			for j := range 4 {
				if (colours[i] == colours[j]) != (c.like[i] == c.like[j]) {
					t.Errorf("%s: points %d and %d have %v and %v", name, i, j, colours[i], colours[j])
				}
			}
		}
	}
}

// Where nothing is known of the training points, the rows themselves are what
// fills the picture; also where they are all at one place, or of one number.
func TestPreviewsOfAnything(t *testing.T) {
	for name, c := range map[string]struct {
		space sdk.Space
		b     sdk.Batch
	}{
		"two far points": {plane(2), sdk.Batch{Shape: []int{2}, Data: []float32{1000, 1000, 1002, 1002}}},
		"one place":      {plane(2), at2(7, 7)},
		"five numbers":   {plane(5), sdk.MakeBatch(3, 5)},
		"one number":     {plane(1), sdk.Batch{Shape: []int{1}, Data: []float32{1, 2, 2, 3}}},
		"the largest":    {plane(2), sdk.Batch{Shape: []int{2}, Data: []float32{math.MaxFloat32, -math.MaxFloat32, -math.MaxFloat32, 0}}},
	} {
		m, text := preview(t, c.space, c.b, 0)
		inked := 0
		for y := range side {
			for x := range side {
				if !isWhite(m, image.Pt(x, y)) {
					inked++
				}
			}
		}
		if inked == 0 || strings.TrimSpace(text) == "" {
			t.Errorf("%s: %d pixels with ink, text %q", name, inked, text)
		}
	}
	if _, err := (&points{}).Preview(t.Context(), plane(2), sdk.MakeBatch(0, 2), 0); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("no rows: got %v", err)
	}
}

// A histogram's columns are as high as there are numbers in them.
func TestHistogram(t *testing.T) {
	b := sdk.Batch{Shape: []int{1}, Data: []float32{-1, 1, 1}}
	m, _ := preview(t, with(plane(1), metaBounds, "[[-1,1]]"), b, 0)
	height := func(x float64) (n int) {
		for y := range side {
			if !isWhite(m, image.Pt(at(x, 0).X, y)) {
				n++
			}
		}
		return n
	}
	if one, two := height(-1), height(1); one == 0 || two != 2*one || height(0) != 0 {
		t.Errorf("columns of %d, %d and %d pixels, want the second twice the first, and none between", one, two, height(0))
	}
}

// The sketch has a letter where there are points, and + where a mode has none.
func TestSketch(t *testing.T) {
	space := square(metaModes, "[[0.9,0.9],[-0.9,-0.9]]", metaSigma, "0.01")
	b := sdk.Batch{Shape: []int{2}, Data: []float32{-0.9, -0.9, -0.9, -0.9, 0.9, -0.9}}
	_, text := preview(t, space, b, 0)
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) != sketchHeight {
		t.Fatalf("%d lines", len(lines))
	}
	top, bottom := strings.Join(lines[:sketchHeight/2], ""), strings.Join(lines[sketchHeight/2:], "")
	if strings.TrimSpace(top) != "+" {
		t.Errorf("the upper half is %q, want a +", strings.TrimSpace(top))
	}
	if got := strings.Join(strings.Fields(bottom), " "); got != "@ *" {
		t.Errorf("the lower half is %q, want two points and then one", got)
	}
}
