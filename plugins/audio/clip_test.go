package main

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

func waveforms() settings {
	s := defaults
	s.Representation = waveformRows
	return s
}

// quiet is n samples of silence.
func quiet(n int) []float32 { return make([]float32, n) }

// TestTrim leaves out the silence before a sound, and keeps two milliseconds of
// it, whatever the file's rate is.
func TestTrim(t *testing.T) {
	for _, rate := range []int{8000, 44100} {
		s := sound{rate, append(quiet(rate/2), sine(rate, 900, rate/10)...)}
		x := modality(t, waveforms()).cut(s, variantOf(0))
		if at := onset(x); at < 10 || at > 24 {
			t.Errorf("%d Hz: the sound begins at sample %d, want about 16", rate, at)
		}
		if end := 4096 - 1 - slices.IndexFunc(reversed(x), func(v float32) bool { return v > 0.3 || v < -0.3 }); end < 780 || end > 830 {
			t.Errorf("%d Hz: the sound ends at sample %d, want about 816", rate, end)
		}
		untrimmed := waveforms()
		untrimmed.Trim = false
		if at := onset(modality(t, untrimmed).cut(s, variantOf(0))); at < 3950 || at > 4050 {
			t.Errorf("%d Hz, untrimmed: the sound begins at sample %d, want about 4000", rate, at)
		}
	}
}

func reversed(x []float32) []float32 {
	y := slices.Clone(x)
	slices.Reverse(y)
	return y
}

// TestFade lets a sound end softly that goes on after its clip, and no other.
func TestFade(t *testing.T) {
	m := modality(t, waveforms())
	for _, c := range []struct {
		n     int
		fades bool
	}{{4096, false}, {5000, true}} {
		x := m.cut(sound{8000, sine(8000, 2000, c.n)}, variantOf(0))
		if got := peak(x[4090:]) < 0.2; got != c.fades {
			t.Errorf("%d samples: the clip ends with %g", c.n, x[4090:])
		}
		if p := peak(x[4000:4040]); p < 0.89 {
			t.Errorf("%d samples: before the end its peak is %g", c.n, p)
		}
	}
}

func TestLoudness(t *testing.T) {
	s := sound{8000, sine(8000, 441, 1000)}
	if p := peak(modality(t, waveforms()).cut(s, variantOf(0))); math.Abs(float64(p)-loudPeak) > 1e-6 {
		t.Errorf("its peak is %g", p)
	}
	keep := waveforms()
	keep.Loudness = "keep"
	if p := peak(modality(t, keep).cut(s, variantOf(0))); math.Abs(float64(p)-0.5) > 1e-3 {
		t.Errorf("its peak was 0.5 and is %g", p)
	}
	if p := peak(modality(t, keep).cut(sound{8000, []float32{3, -300}}, variantOf(0))); p != 1 {
		t.Errorf("its peak was 300 and is %g", p)
	}
}

// TestSilence is a row like any other.
func TestSilence(t *testing.T) {
	dir := files(t, map[string][]byte{"a.wav": encodeWAV(sound{8000, quiet(100)})})
	r := read(t, defaults, sdk.Source{Path: dir})
	codec, err := codecOf(r.space)
	if err != nil {
		t.Fatal(err)
	}
	if p := peak(codec.decode(r.data, 3)); p != 0 {
		t.Errorf("silence came back with a peak of %g", p)
	}
}

// TestVariants plays each sound to learn from, be it of the split train or of all
// there is, at other speeds too, within three semitones, and none to test with or
// for a model that has learned.
func TestVariants(t *testing.T) {
	dir := files(t, map[string][]byte{"train/a.wav": tone(8000, 500, 8000), "test/b.wav": tone(8000, 500, 8000)})
	s := waveforms()
	s.Variants = 5
	r := read(t, s, sdk.Source{Path: dir})
	b := r.batch()
	if b.Len() != 5 || r.space.Variants() != 5 {
		t.Fatalf("%d rows, of which the space says %v: want 5", b.Len(), r.space.Meta)
	}
	if test := read(t, s, sdk.Source{Path: dir, Split: folder.Test}); len(test.data) != 4096 || test.space.Variants() != 1 {
		t.Errorf("%d samples to test with, want 4096, of which the space says %v", len(test.data), test.space.Meta)
	}
	for _, path := range []string{filepath.Join(dir, "train"), filepath.Join(dir, "train", "a.wav")} {
		unsplit := sdk.Source{Path: path}
		info, err := modality(t, s).Inspect(t.Context(), unsplit)
		if all := read(t, s, unsplit); err != nil || info.Rows != 5 || all.space.Variants() != 5 || !slices.Equal(all.data, r.data) {
			t.Errorf("%s: %d rows and %d samples, of which the space says %v, %v: want those of the split", path, info.Rows, len(all.data), all.space.Meta, err)
		}
	}
	if known := read(t, s, sdk.Source{Path: dir, Space: &r.space}); !slices.Equal(known.data, b.Row(0)) || known.space.Variants() != 1 {
		t.Errorf("%d samples for a model that has learned, want the first row; the space says %v", len(known.data), known.space.Meta)
	}
	low, high := speedOf(-mostSteps), speedOf(mostSteps)
	for i := range 5 {
		crossed := 0
		row := b.Row(i)
		for j := range row[1:] {
			if (row[j] < 0) != (row[j+1] < 0) {
				crossed++
			}
		}
		speed := float64(crossed) / 2 / 0.512 / 500
		if want := variantOf(i).speed; math.Abs(speed-want) > 0.01 || speed < low-0.01 || speed > high+0.01 {
			t.Errorf("variant %d: %.3f times as fast, want %.3f", i, speed, want)
		}
		fallen, want := decibels(peak(row[:100])/peak(row[3000:3100])), 3000.0/4096*variantOf(i).fade
		if math.Abs(fallen-want) > 0.3 {
			t.Errorf("variant %d: fallen by %.2f dB, want %.2f", i, fallen, want)
		}
	}
}

// TestVariantOf has variants everywhere: in 64 there is one near each place.
func TestVariantOf(t *testing.T) {
	if v := variantOf(0); v != (variant{speed: 1}) {
		t.Errorf("the first is %+v", v)
	}
	for _, at := range [][3]float64{{0.2, 0.2, 0.2}, {0.8, 0.2, 0.8}, {0.2, 0.8, 0.2}, {0.5, 0.5, 0.5}, {0.8, 0.8, 0.8}, {0.2, 0.2, 0.8}} {
		near := math.Inf(1)
		for k := 1; k < 64; k++ {
			v := variantOf(k)
			steps := (12*math.Log2(v.speed)/mostSteps + 1) / 2
			tilt, fade := (v.tilt/mostTilt+1)/2, v.fade/mostFade
			if min(steps, tilt, fade) < 0 || max(steps, tilt, fade) > 1 {
				t.Fatalf("variant %d is %+v", k, v)
			}
			near = min(near, math.Hypot(math.Hypot(steps-at[0], tilt-at[1]), fade-at[2]))
		}
		if near > 0.25 {
			t.Errorf("the variant nearest to %v is %.2f away", at, near)
		}
	}
}

// TestColour makes tones of a low and a high frequency quieter and louder, and
// lets them die away.
func TestColour(t *testing.T) {
	gain := func(v variant, hertz float64) float64 {
		x := sine(8000, hertz, 8000)
		v.colour(x)
		return decibels(peak(x[7900:]) / 0.5)
	}
	for _, c := range []struct {
		v         variant
		low, high float64 // dB at the end
	}{
		{variant{}, 0, 0},
		{variant{tilt: 0.5}, 3.52, -6.02},
		{variant{tilt: -0.5}, -6.02, 3.52},
		{variant{fade: 10}, -10, -10},
		{variant{tilt: 0.25, fade: 12}, 1.94 - 12, -2.5 - 12},
	} {
		if low, high := gain(c.v, 40), gain(c.v, 3960); math.Abs(low-c.low) > 0.35 || math.Abs(high-c.high) > 0.35 {
			t.Errorf("%+v: %.2f and %.2f dB, want %.2f and %.2f", c.v, low, high, c.low, c.high)
		}
	}
}
