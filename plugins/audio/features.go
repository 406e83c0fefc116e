package main

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// silent is the share of clips no level of which is above −60 dB.
func (x *hearing) silent() sdk.Measurement {
	of := func(clips []heard) float64 {
		n := 0.0
		for _, h := range clips {
			if h.loudest <= inaudible {
				n++
			}
		}
		return n / float64(len(clips))
	}
	share, real, n := of(x.generated), of(x.test), len(x.generated)
	return sdk.Measurement{
		Name: "silent", Doc: "share of clips no bin of which is louder than a sine of 60 dB below full scale",
		Value: share, SE: math.Sqrt(share * (1 - share) / float64(n)), N: n, Better: "lower", Ceiling: &real,
	}
}

// clipped is the share of samples that are written at an end of the scale. What
// is written of spectrograms is within it whatever they say.
func (x *hearing) clipped() []sdk.Measurement {
	if !x.waveform {
		return nil
	}
	of := func(clips []heard) (mean, se float64) {
		var shares []float64
		for _, h := range clips {
			shares = append(shares, h.clipped)
		}
		return meanOf(shares)
	}
	share, se := of(x.generated)
	real, _ := of(x.test)
	return []sdk.Measurement{{
		Name: "clipped", Doc: "share of samples that a file of 16 bits has at an end of its scale",
		Value: share, SE: se, N: len(x.generated), Better: "lower", Ceiling: &real,
	}}
}

// brightness compares the spectral centroids of frames with those of training
// clips.
func (x *hearing) brightness() sdk.Measurement {
	real := pitchesOf(x.train)
	js := func(clips []heard) float64 { return divergence(pitchesOf(clips[:len(x.noise)]), real) }
	held, noise := js(x.test), js(x.noise)
	return sdk.Measurement{
		Name: "centroid-js", Doc: "Jensen-Shannon divergence, in bits, of the spectral centroids of frames from those of training clips, by thirds of octaves",
		Value: js(x.generated), N: len(x.noise), Better: "lower", Floor: &noise, Ceiling: &held,
	}
}

// pitchesOf counts the frames of clips.
func pitchesOf(clips []heard) (all [thirds]float64) {
	for _, h := range clips {
		for i, n := range h.pitches {
			all[i] += n
		}
	}
	return all
}

// times compares how long something takes in each clip, 0 in silent ones, with
// how long it takes in training clips.
func (x *hearing) times(name, what string, of func(heard) float64) sdk.Measurement {
	seconds := func(clips []heard) []float64 {
		var all []float64
		for _, h := range clips {
			all = append(all, of(h))
		}
		return all
	}
	real := seconds(x.train)
	from := func(clips []heard) float64 { return 1000 * wasserstein(seconds(clips[:len(x.noise)]), real) }
	held, noise := from(x.test), from(x.noise)
	return sdk.Measurement{
		Name: name, Doc: fmt.Sprintf("Wasserstein distance, in ms, of the times %s from those of training clips", what),
		Value: from(x.generated), N: len(x.noise), Better: "lower", Floor: &noise, Ceiling: &held,
	}
}
