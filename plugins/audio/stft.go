package main

import (
	"math"

	"gonum.org/v1/gonum/dsp/fourier"
)

// A stft is a short-time Fourier transform. Frame i looks at window samples of
// a clip, around the middle of its i-th hop; there is silence around the clip.
// So frames × hop samples have as many frames as hops.
type stft struct {
	frames, hop, window int

	shape  []float64 // the window: Hann's, half a sample off, so that it is nowhere 0
	weight []float64 // of each sample: the sum of the squares of the windows over it
	fft    *fourier.FFT
	part   []float64
}

func newSTFT(frames, hop, window int) *stft {
	t := &stft{
		frames: frames, hop: hop, window: window,
		shape: make([]float64, window), weight: make([]float64, frames*hop),
		fft: fourier.NewFFT(window), part: make([]float64, window),
	}
	for i := range t.shape {
		s := math.Sin(math.Pi * (float64(i) + 0.5) / float64(window))
		t.shape[i] = s * s
	}
	for f := range frames {
		for i, w := range t.shape {
			if at := t.start(f) + i; at >= 0 && at < len(t.weight) {
				t.weight[at] += w * w
			}
		}
	}
	return t
}

// start is the sample that frame f begins with; it may be before the first.
func (t *stft) start(f int) int { return f*t.hop - (t.window-t.hop)/2 }

// across is how many numbers a frame's spectrum has: frequencies from 0 to half
// the rate.
func (t *stft) across() int { return t.window/2 + 1 }

// fullScale is the magnitude of a sine of amplitude 1 in the middle of a bin.
func (t *stft) fullScale() float64 { return float64(t.window) / 4 }

func (t *stft) makeSpectrum() []complex128 { return make([]complex128, t.frames*t.across()) }

// forward writes the spectra of x, frame after frame.
func (t *stft) forward(dst []complex128, x []float64) {
	for f := range t.frames {
		for i, w := range t.shape {
			t.part[i] = 0
			if at := t.start(f) + i; at >= 0 && at < len(x) {
				t.part[i] = w * x[at]
			}
		}
		t.fft.Coefficients(dst[f*t.across():(f+1)*t.across()], t.part)
	}
}

// inverse writes the samples whose spectra are the nearest to those given, in
// squares: Griffin & Lim 1984, eq. 6.
func (t *stft) inverse(dst []float64, spectra []complex128) {
	clear(dst)
	for f := range t.frames {
		t.fft.Sequence(t.part, spectra[f*t.across():(f+1)*t.across()])
		for i, w := range t.shape {
			if at := t.start(f) + i; at >= 0 && at < len(dst) {
				dst[at] += w * t.part[i]
			}
		}
	}
	for i := range dst {
		dst[i] /= t.weight[i] * float64(t.window) // the transform back is not scaled
	}
}
