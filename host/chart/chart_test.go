package chart

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func render(t *testing.T, series ...Series) (image.Image, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := Losses(&b, "vae-fashion-1", series); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	if dir := os.Getenv("CHARTS"); dir != "" { // to look at
		if err := os.WriteFile(filepath.Join(dir, t.Name()+".png"), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != width || size.Y != height {
		t.Errorf("%v pixels", size)
	}
	return img, data
}

// falling is a noisy loss: huge at first, then from top down to bottom.
func falling(name string, n int, top, bottom float64) Series {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	s := Series{Name: name}
	for i := range n {
		x := float64(i) / float64(n)
		y := bottom + (top-bottom)*math.Exp(-5*x) + (top-bottom)*0.04*rng.NormFloat64()
		if i < 3 {
			y += 20 * top
		}
		s.X, s.Y = append(s.X, float64(12*(i+1))), append(s.Y, y)
	}
	return s
}

// count returns how many pixels of the upper or lower half have a colour.
func count(img image.Image, c color.RGBA, lower bool) (n int) {
	from, to := 0, height/2
	if lower {
		from, to = height*2/3, height
	}
	for y := from; y < to; y++ {
		for x := range width {
			if color.RGBAModel.Convert(img.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

func TestOneLoss(t *testing.T) {
	img, data := render(t, falling("loss", 500, 320, 240))
	if n := count(img, colours[0], false); n < 150 {
		t.Errorf("%d pixels of the curve in the upper half", n)
	}
	if n := count(img, pale(colours[0]), true); n < 200 {
		t.Errorf("%d faint pixels in the lower part: the first steps flatten the rest", n)
	}
	if _, again := render(t, falling("loss", 500, 320, 240)); !bytes.Equal(data, again) {
		t.Error("equal series, other bytes")
	}
}

func TestLossesAndOthers(t *testing.T) {
	img, _ := render(t, falling("d_loss", 400, 1.4, 0.9), falling("g_loss", 400, 3, 0.7), falling("accuracy", 400, 0.5, 0.9), falling("kl", 400, 2e-4, 25))
	for i := range 4 {
		if n := count(img, colours[i], i >= 2); n < 100 {
			t.Errorf("%d pixels of colour %d where it belongs", n, i)
		}
		if n := count(img, colours[i], i < 2); n > 0 {
			t.Errorf("%d pixels of colour %d where it does not", n, i)
		}
	}
}

func TestManyMetrics(t *testing.T) {
	var all []Series
	for i := range 30 {
		all = append(all, falling("metric "+string(rune('a'+i)), 100, float64(i+2), 1))
	}
	img, _ := render(t, all...)
	if n := count(img, colours[1], true); n < 100 {
		t.Errorf("%d pixels in the lower panels", n)
	}
}

func TestFewPoints(t *testing.T) {
	img, _ := render(t, Series{"loss", []float64{7}, []float64{3}})
	seen := false // in the middle: the legend has the colour too
	for y := range height {
		for x := width / 4; x < width*3/4; x++ {
			seen = seen || color.RGBAModel.Convert(img.At(x, y)) == colours[0]
		}
	}
	if !seen {
		t.Error("one point is not to be seen")
	}
	render(t)
	render(t, Series{Name: "loss"})
	render(t, Series{"loss", []float64{1, 2, 3}, []float64{0, 0, 0}})
	render(t, Series{"loss", []float64{1, 2}, []float64{-1e299, 1e299}})
}

func TestOddValuesAreLeftOut(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	s := Series{"loss", []float64{1, 2, 3, 4, 5}, []float64{nan, 4, inf, 2, -inf}}
	_, got := render(t, s)
	_, want := render(t, Series{"loss", []float64{2, 4}, []float64{4, 2}})
	if !bytes.Equal(got, want) {
		t.Error("they are drawn")
	}
	if len(s.X) != 5 || !math.IsNaN(s.Y[0]) {
		t.Error("the caller's series is changed")
	}
	render(t, Series{"loss", []float64{1, 2}, []float64{nan, nan}})
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrPermission }

func TestErrors(t *testing.T) {
	var b bytes.Buffer
	if err := Losses(&b, "x", []Series{{"loss", []float64{1, 2}, []float64{1}}}); err == nil || b.Len() > 0 {
		t.Errorf("two steps for one value: %v", err)
	}
	if err := Losses(broken{}, "x", nil); !errors.Is(err, os.ErrPermission) {
		t.Errorf("nowhere to write: %v", err)
	}
}

func TestSmooth(t *testing.T) {
	var slope, alternating []float64
	for i := range 200 {
		slope = append(slope, float64(i))
		alternating = append(alternating, float64(i%2))
	}
	for i, v := range smooth(slope)[:190] {
		if math.Abs(v-slope[i]) > 1e-9 {
			t.Fatalf("a slope is bent: %g at %d", v, i)
		}
	}
	for i, v := range smooth(alternating)[10:190] {
		if math.Abs(v-0.5) > 0.1 {
			t.Fatalf("%g at %d", v, i+10)
		}
	}
	alternating[100], alternating[101] = 1e9, 1e9
	if v := smooth(alternating)[100]; math.Abs(v-0.5) > 0.4 {
		t.Errorf("what stands out moves the curve to %g", v)
	}
	if y := []float64{1, 5, 2}; !slices.Equal(smooth(y), y) {
		t.Error("too few values are smoothed")
	}
}

func TestFrame(t *testing.T) {
	from, to := frame([]Series{falling("loss", 500, 320, 240)})
	if from < 200 || from > 245 || to < 300 || to > 500 {
		t.Errorf("%g to %g for a loss from 320 to 240", from, to)
	}
	// A curve without outliers is shown whole.
	s := Series{Name: "x"}
	for i := range 100 {
		s.X, s.Y = append(s.X, float64(i)), append(s.Y, float64(i))
	}
	if from, to := frame([]Series{s}); from > 0 || to < 99 {
		t.Errorf("%g to %g for 0 to 99", from, to)
	}
	if from, to := frame([]Series{{"x", []float64{1}, []float64{0}}}); !(from < 0 && to > 0) {
		t.Errorf("%g to %g around 0", from, to)
	}
}

func TestTicks(t *testing.T) {
	if got := (ticks{6, 1}).Ticks(1, 2); len(got) != 2 {
		t.Errorf("half steps: %v", got)
	}
	for _, c := range []struct {
		from, to float64
		want     []string
	}{
		{0, 6000, []string{"0", "1000", "2000", "3000", "4000", "5000", "6000"}},
		{-0.3, 0.25, []string{"-0.3", "-0.2", "-0.1", "0", "0.1", "0.2"}},
		{0, 3e6, []string{"0", "0.5M", "1.0M", "1.5M", "2.0M", "2.5M", "3.0M"}},
		{1, 1.00001, []string{"1.000000e+00", "1.000002e+00", "1.000004e+00", "1.000006e+00", "1.000008e+00", "1.000010e+00"}},
		{-2e12, 2e12, []string{"-2e+12", "-1e+12", "0", "1e+12", "2e+12"}},
		{2, 2, nil},
	} {
		var got []string
		for _, tick := range (ticks{6, 0}).Ticks(c.from, c.to) {
			got = append(got, tick.Label)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%g to %g: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}
