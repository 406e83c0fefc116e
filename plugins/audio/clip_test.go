package main

import (
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
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
		x := modality(t, waveforms()).cut(s, 1)
		if at := onset(x); at < 10 || at > 24 {
			t.Errorf("%d Hz: the sound begins at sample %d, want about 16", rate, at)
		}
		if end := 4096 - 1 - slices.IndexFunc(reversed(x), func(v float32) bool { return v > 0.3 || v < -0.3 }); end < 780 || end > 830 {
			t.Errorf("%d Hz: the sound ends at sample %d, want about 816", rate, end)
		}
		untrimmed := waveforms()
		untrimmed.Trim = false
		if at := onset(modality(t, untrimmed).cut(s, 1)); at < 3950 || at > 4050 {
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
		x := m.cut(sound{8000, sine(8000, 2000, c.n)}, 1)
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
	if p := peak(modality(t, waveforms()).cut(s, 1)); math.Abs(float64(p)-loudPeak) > 1e-6 {
		t.Errorf("its peak is %g", p)
	}
	keep := waveforms()
	keep.Loudness = "keep"
	if p := peak(modality(t, keep).cut(s, 1)); math.Abs(float64(p)-0.5) > 1e-3 {
		t.Errorf("its peak was 0.5 and is %g", p)
	}
	if p := peak(modality(t, keep).cut(sound{8000, []float32{3, -300}}, 1)); p != 1 {
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

// TestVariants plays each sound to train on at other speeds too, within three
// semitones, and none to test with.
func TestVariants(t *testing.T) {
	dir := files(t, map[string][]byte{"train/a.wav": tone(8000, 500, 8000), "test/b.wav": tone(8000, 500, 8000)})
	s := waveforms()
	s.Variants = 5
	if n := len(read(t, s, sdk.Source{Path: dir, Split: testSplit}).data); n != 4096 {
		t.Errorf("%d samples to test with, want 4096", n)
	}
	b := read(t, s, sdk.Source{Path: dir}).batch()
	if b.Len() != 5 {
		t.Fatalf("%d rows, want 5", b.Len())
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
		if math.Abs(speed-variantSpeed(i)) > 0.01 || speed < low-0.01 || speed > high+0.01 {
			t.Errorf("variant %d: %.3f times as fast, want %.3f", i, speed, variantSpeed(i))
		}
	}
	var speeds []float64
	for k := range 8 {
		speeds = append(speeds, variantSpeed(k))
	}
	if speeds[0] != 1 {
		t.Errorf("the first is %g times as fast", speeds[0])
	}
	slices.Sort(speeds)
	for i := range speeds[1:] {
		if speeds[i+1] < 1.005*speeds[i] {
			t.Errorf("two variants are %g and %g times as fast", speeds[i], speeds[i+1])
		}
	}
}
