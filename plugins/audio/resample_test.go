package main

import (
	"math"
	"testing"
)

// gain resamples a tone of amplitude 0.5 and returns how loud the tone comes
// out of it and how loud all else, in dB of what went in. The edges, where
// silence begins, are left out.
func gain(from, to int, hertz float64) (tone, rest float64) {
	step := float64(from) / float64(to)
	n := to / 2
	y := resample(sine(from, hertz, from), from/4, step, n)
	// The best fit of a sine and a cosine of that frequency, over n samples.
	var s, c, ss, cc, sc float64
	w := 2 * math.Pi * hertz / float64(to)
	for i, v := range y {
		a, b := math.Sin(w*float64(i)), math.Cos(w*float64(i))
		s, c, ss, cc, sc = s+a*float64(v), c+b*float64(v), ss+a*a, cc+b*b, sc+a*b
	}
	det := ss*cc - sc*sc
	p, q := (s*cc-c*sc)/det, (c*ss-s*sc)/det
	var left float64
	for i, v := range y {
		d := float64(v) - p*math.Sin(w*float64(i)) - q*math.Cos(w*float64(i))
		left += d * d
	}
	return 20 * math.Log10(math.Hypot(p, q)/0.5), 10*math.Log10(left/float64(n)) - 10*math.Log10(0.125)
}

// TestResample sends tones through: those below 0.89 of half the lower rate
// pass as they are, and nothing else comes out.
func TestResample(t *testing.T) {
	for _, c := range []struct{ from, to int }{{44100, 8000}, {48000, 16000}, {8000, 16000}, {22050, 44100}, {16000, 15101}, {8000, 8000}} {
		half := float64(min(c.from, c.to)) / 2
		ripple, noise := 0.0, math.Inf(-1)
		for _, part := range []float64{0.013, 0.11, 0.25, 0.437, 0.6, 0.71, 0.83, 0.89} {
			tone, rest := gain(c.from, c.to, part*half)
			ripple, noise = max(ripple, math.Abs(tone)), max(noise, rest)
		}
		t.Logf("%d to %d Hz: ripple %.4f dB, all else %.1f dB", c.from, c.to, ripple, noise)
		if ripple > 0.003 || noise > -stopband {
			t.Errorf("%d to %d Hz: ripple %.4f dB, all else %.1f dB", c.from, c.to, ripple, noise)
		}
	}
}

// TestAliases sends tones through that the lower rate cannot hold.
func TestAliases(t *testing.T) {
	for _, c := range []struct{ from, to int }{{44100, 8000}, {48000, 16000}} {
		worst := math.Inf(-1)
		for _, part := range []float64{1, 1.01, 1.1, 1.37, 1.9, 2.3, 2.7} {
			y := resample(sine(c.from, part*float64(c.to)/2, c.from), c.from/4, float64(c.from)/float64(c.to), c.to/2)
			var power float64
			for _, v := range y {
				power += float64(v) * float64(v)
			}
			worst = max(worst, 10*math.Log10(power/float64(len(y))/0.125))
		}
		t.Logf("%d to %d Hz: aliases %.1f dB", c.from, c.to, worst)
		if worst > -stopband {
			t.Errorf("%d to %d Hz: aliases %.1f dB", c.from, c.to, worst)
		}
	}
}

// TestResampleEdges is silent before and after the samples that there are.
func TestResampleEdges(t *testing.T) {
	for _, step := range []float64{1, 0.5, 5.5125} {
		y := resample([]float32{1, 1, 1}, 2000, step, 10)
		if p := peak(y); p != 0 {
			t.Errorf("step %g: %g long after the end", step, p)
		}
		if y := resample(nil, 0, step, 3); peak(y) != 0 {
			t.Errorf("step %g: %v of nothing", step, y)
		}
	}
}
