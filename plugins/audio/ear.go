package main

import (
	"math"
	"slices"
)

const (
	// inaudible is the level in dB that a clip, or a frame of it, has to exceed
	// somewhere lest it count as silent: that of a sine of a thousandth of full
	// scale.
	inaudible = -60.0

	thirds      = 48   // thirds of octaves that are told apart
	lowestThird = 20.0 // Hz, where they begin
	shortWindow = 0.03 // seconds of a waveform that a level is of, at least
)

// An ear finds in clips what figures compare, whatever their rows are: in the
// levels that a spectrogram's row has, and in those of a waveform's transform.
type ear struct {
	*codec
	transform    *stft // of waveforms
	frames, bins int
	step         float64 // seconds from one frame to the next
	level        []float64
}

func newEar(c *codec) *ear {
	e := &ear{codec: c, frames: c.frames, bins: c.bins, step: float64(c.hop) / float64(c.rate), level: c.level}
	if !c.waveform {
		return e
	}
	window := 8
	for float64(window) < shortWindow*float64(c.rate) {
		window *= 2
	}
	hop := window / 4
	e.frames, e.bins, e.step = (c.samples()+hop-1)/hop, window/2, float64(hop)/float64(c.rate)
	e.transform = newSTFT(e.frames, hop, window)
	e.level = make([]float64, e.frames*e.bins)
	return e
}

// A heard is what there is to hear in a clip.
type heard struct {
	level         []float32 // dB, of each bin of each frame
	loudest       float64   // dB, of a bin
	attack, decay float64   // seconds to the loudest frame, and from it to the last within 40 dB
	pitches       [thirds]float64
	clipped       float64 // share of the samples that are written at an end of the scale
}

// hear returns what there is in a row.
func (e *ear) hear(row []float32) heard {
	if !e.waveform {
		e.denormalise(row)
		return e.listen()
	}
	e.transform.levels(e.level, row)
	h := e.listen()
	for _, v := range row {
		if q := quantise(v); q == math.MaxInt16 || q == math.MinInt16 {
			h.clipped += 1 / float64(len(row))
		}
	}
	return h
}

// listen returns what there is in the levels that were set. Frames are counted
// by the third of an octave that the centre of gravity of their power is in,
// silent ones apart.
func (e *ear) listen() heard {
	h := heard{level: make([]float32, len(e.level)), loudest: slices.Max(e.level)}
	for i, v := range e.level {
		h.level[i] = float32(v)
	}
	power := make([]float64, e.frames)
	for f := range power {
		frame := e.level[f*e.bins : (f+1)*e.bins]
		var centre float64
		power[f], centre = e.gravity(frame)
		if slices.Max(frame) > inaudible {
			h.pitches[third(centre)]++
		}
	}
	if h.loudest > inaudible {
		h.attack, h.decay = e.envelope(power)
	}
	return h
}

// gravity returns the power of a frame, and its centre of gravity in Hz: the
// spectral centroid (Grey & Gordon 1978).
func (e *ear) gravity(frame []float64) (power, centre float64) {
	for b, v := range frame {
		if v > floor+atFloor {
			p := math.Exp(v * math.Ln10 / 10)
			power, centre = power+p, centre+p*float64(b)
		}
	}
	if power > 0 {
		centre *= float64(e.rate) / float64(2*e.bins) / power
	}
	return power, centre
}

// third is the number of the third of an octave that a frequency is in. Those
// below the lowest are in the first.
func third(hertz float64) int {
	return int(min(max(0, 3*math.Log2(max(hertz, lowestThird)/lowestThird)), thirds-1))
}

// envelope returns how long a clip takes to its loudest frame, and from there
// to the last within 40 dB, in seconds.
func (e *ear) envelope(power []float64) (attack, decay float64) {
	loudest, last := 0, 0
	for f, p := range power {
		if p > power[loudest] {
			loudest = f
		}
	}
	for f, p := range power {
		if p > power[loudest]*math.Pow(10, faded/10) {
			last = f
		}
	}
	return float64(loudest) * e.step, float64(last-loudest) * e.step
}
