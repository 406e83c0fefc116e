package chart

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// drawn decodes what draw writes, which must be the same twice.
func drawn(t *testing.T, draw func(io.Writer) error) image.Image {
	t.Helper()
	var first, second bytes.Buffer
	if err := draw(&first); err != nil {
		t.Fatal(err)
	}
	if err := draw(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Errorf("drawn twice, it differs: %v", err)
	}
	if dir := os.Getenv("CHARTS"); dir != "" { // to look at
		if err := os.WriteFile(filepath.Join(dir, t.Name()+".png"), first.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(&first)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != width || size.Y != height {
		t.Errorf("%v pixels", size)
	}
	return img
}

// painted counts pixels of a colour in the rectangle of shares of the page.
func painted(img image.Image, c color.RGBA, left, right float64) (n int) {
	for y := range height {
		for x := int(left * width); x < int(right*width); x++ {
			if img.At(x, y) == c {
				n++
			}
		}
	}
	return n
}

func normal(n int, mean float64) []float64 {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	values := make([]float64, n)
	for i := range values {
		values[i] = mean + rng.NormFloat64()
	}
	return values
}

func TestHistogram(t *testing.T) {
	low, high := normal(5000, 0), normal(3000, 20)
	low[7], high[9] = math.NaN(), math.Inf(1)
	img := drawn(t, func(w io.Writer) error {
		return Histogram(w, "distances", "distance", []Sample{{"low", low}, {"high", high}})
	})
	if left, right := painted(img, colours[0], 0, 0.5), painted(img, colours[0], 0.5, 0.8); left < 10*right+100 {
		t.Errorf("%d pixels of the low sample are on the left, %d on the right", left, right)
	}
	if left, right := painted(img, colours[1], 0, 0.5), painted(img, colours[1], 0.5, 0.8); right < 100 {
		t.Errorf("%d pixels of the high sample are on the left, %d on the right", left, right)
	}
}

// The area under bars is the share of the values that they cover, and each bar
// is as high as a count by hand says.
func TestBars(t *testing.T) {
	outline := bars([]float64{0, 0.1, 0.1, 39.5, 40, 41, math.NaN()}, 0, 40)
	area := 0.0
	for i := 1; i < len(outline); i++ {
		area += (outline[i].X - outline[i-1].X) * outline[i].Y
	}
	if math.Abs(area-5./6) > 1e-12 {
		t.Errorf("area %g", area)
	}
	if got := outline[1].Y; math.Abs(got-3./6) > 1e-12 {
		t.Errorf("the first bar is %g high", got)
	}
	if last := outline[len(outline)-1]; last.Y != 0 || last.X != 40 {
		t.Errorf("it ends at %v", last)
	}
}

func TestHistogramOfLittle(t *testing.T) {
	for _, values := range [][]float64{nil, {3}, {2, 2, 2}, {math.NaN()}} {
		drawn(t, func(w io.Writer) error { return Histogram(w, "little", "x", []Sample{{"s", values}}) })
	}
	if err := Histogram(io.Discard, "many", "x", make([]Sample, 7)); err == nil {
		t.Error("more samples than colours")
	}
}

func TestScatter(t *testing.T) {
	x, y := normal(50, -5), normal(50, 0)
	x[0], y[1] = math.NaN(), math.Inf(-1)
	img := drawn(t, func(w io.Writer) error {
		return Scatter(w, "latents", "first", "second", []Cloud{{"a", x, y}, {"b", normal(60, 5), normal(60, 0)}, {Name: "none"}})
	})
	if left, right := painted(img, colours[0], 0, 0.5), painted(img, colours[0], 0.5, 0.8); left < 200 || right > 0 {
		t.Errorf("%d pixels of the left cloud are on the left, %d on the right", left, right)
	}
	if right := painted(img, colours[1], 0.5, 1); right < 200 {
		t.Errorf("%d pixels of the right cloud are on the right", right)
	}
}

func TestScatterRefuses(t *testing.T) {
	if err := Scatter(io.Discard, "uneven", "x", "y", []Cloud{{"a", []float64{1}, nil}}); err == nil {
		t.Error("an x without a y")
	}
	if err := Scatter(io.Discard, "many", "x", "y", make([]Cloud, 25)); err == nil {
		t.Error("more clouds than there are glyphs")
	}
	drawn(t, func(w io.Writer) error { return Scatter(w, "none", "x", "y", nil) })
}
