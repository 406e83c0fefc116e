package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// TestInverse transforms noise there and back.
func TestInverse(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ frames, hop, window int }{{8, 64, 256}, {8, 64, 128}, {5, 10, 24}, {3, 1, 2}} {
		s := newSTFT(c.frames, c.hop, c.window)
		x, y := make([]float64, c.frames*c.hop), make([]float64, c.frames*c.hop)
		for i := range x {
			x[i] = rng.NormFloat64()
		}
		spectra := s.makeSpectrum()
		s.forward(spectra, x)
		s.inverse(y, spectra)
		for i := range x {
			if math.Abs(x[i]-y[i]) > 1e-12 {
				t.Errorf("%+v: sample %d was %g and is %g", c, i, x[i], y[i])
				break
			}
		}
	}
}

// TestLevels finds a sine of full scale at 0 dB, in its bin, and silence at the
// floor.
func TestLevels(t *testing.T) {
	s := newSTFT(16, 64, 256)
	level := make([]float64, 16*128)
	x := sine(8000, 8000.0/256*20, 1024)
	for i := range x {
		x[i] *= 2
	}
	s.levels(level, x)
	for f := 2; f < 14; f++ {
		if v := level[f*128+20]; math.Abs(v) > 0.001 {
			t.Errorf("frame %d: %.4f dB in the sine's bin", f, v)
		}
		if v := level[f*128+30]; v > -79 {
			t.Errorf("frame %d: %.1f dB ten bins above", f, v)
		}
	}
	if least := slices.Min(level); least != floor {
		t.Errorf("the lowest level is %g dB", least)
	}
	s.levels(level, make([]float32, 1024))
	for i, v := range level {
		if v != floor {
			t.Fatalf("bin %d of silence has %g dB", i, v)
		}
	}
}

// logSpectralDistance is the root of the mean square of how levels differ, dB.
func logSpectralDistance(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

// TestReconstruction makes rows of real sounds, and sounds of those rows. By
// spectrograms of another kind than the row's, 512 samples wide, what comes out
// is far nearer to what went in than the nearest other sound is.
func TestReconstruction(t *testing.T) {
	for _, c := range []struct {
		bins, hop int
		mean, max float64 // dB
	}{{128, 64, 2.2, 4.2}, {128, 128, 3.7, 7.2}, {64, 64, 4.8, 9.5}} {
		s := defaults
		s.Bins, s.Hop = c.bins, c.hop
		r := read(t, s, sdk.Source{Dataset: carried, Split: folder.Test})
		s.Representation = waveformRows
		clips := read(t, s, sdk.Source{Dataset: carried, Split: folder.Test}).batch()
		codec, err := codecOf(r.space)
		if err != nil {
			t.Fatal(err)
		}
		judge := newSTFT(128, 32, 512)
		levels := make([][]float64, clips.Len())
		for i := range levels {
			levels[i] = make([]float64, 128*256)
			judge.levels(levels[i], clips.Row(i))
		}
		var mean, most, nearest float64
		made := make([]float64, 128*256)
		for i := range levels {
			clip := codec.decode(r.batch().Row(i), fileIterations)
			if p := peak(clip); math.Abs(float64(p)-loudPeak) > 1e-3 {
				t.Errorf("clip %d: its peak was 0.9 and is %.2f", i, p)
			}
			judge.levels(made, clip)
			near := math.Inf(1)
			for j := range levels {
				if j != i {
					near = min(near, logSpectralDistance(levels[i], levels[j]))
				}
			}
			d := logSpectralDistance(levels[i], made)
			if d > near {
				t.Errorf("clip %d: %.2f dB from itself, %.2f from another", i, d, near)
			}
			mean, most, nearest = mean+d/float64(len(levels)), max(most, d), nearest+near/float64(len(levels))
		}
		t.Logf("%d bins, hop %d: %.2f dB, at most %.2f; the nearest other %.2f", c.bins, c.hop, mean, most, nearest)
		if mean > c.mean || most > c.max {
			t.Errorf("%d bins, hop %d: %.2f dB, at most %.2f", c.bins, c.hop, mean, most)
		}
	}
}
