package main

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

const (
	floor   = -80 // dB below a sine of full scale, under which all is silence
	ceiling = 6   // dB, above which no clip within full scale gets
)

// iterations of Griffin and Lim's algorithm: for files, and for previews, where
// somebody waits.
const (
	fileIterations    = 60
	previewIterations = 8
)

// A codec makes clips into rows and rows into clips.
type codec struct {
	layout
	*statistics       // nil for waveforms
	stft        *stft // nil for waveforms
	level       []float64
}

// codecOf reads from a space how its rows are made.
func codecOf(space sdk.Space) (*codec, error) {
	if err := space.Validate(); err != nil {
		return nil, err
	}
	representation, kind := space.Meta[metaRepresentation], space.Segments[0].Kind
	if !(representation == spectrogramRows && kind == sdk.Real || representation == waveformRows && kind == sdk.Signed) || len(space.Segments) != 1 {
		return nil, fmt.Errorf("%w: rows of shape %v are no sounds: want real levels or signed samples, and the space to say so", sdk.ErrBadInput, space.Shape)
	}
	l, st, err := layoutOf(space)
	if err != nil {
		return nil, err
	}
	c := &codec{layout: l, statistics: st}
	if st != nil {
		c.stft = newSTFT(l.frames, l.hop, 2*l.bins)
		c.level = make([]float64, l.frames*l.bins)
	}
	return c, nil
}

// encode writes a clip as a row.
func (c *codec) encode(row, clip []float32) {
	if c.waveform {
		copy(row, clip)
		return
	}
	c.stft.levels(c.level, clip)
	for i, v := range c.level {
		row[i] = float32((v - c.mean[i%c.bins]) / c.deviation[i%c.bins])
	}
}

// mostGain bounds how much louder a clip is made: 20 dB. What is fainter than
// that is to be silence.
const mostGain = 10

// decode makes a row a clip, with phases found in so many iterations, of the
// peak that the space asks for, and no louder than full scale.
func (c *codec) decode(row []float32, iterations int) []float32 {
	clip := make([]float32, c.samples())
	if c.waveform {
		copy(clip, row)
		return clip
	}
	c.denormalise(row)
	x := c.stft.griffinLim(c.stft.magnitudes(c.level), iterations)
	var loudest float64
	for _, v := range x {
		loudest = max(loudest, math.Abs(v))
	}
	gain := 1 / max(1, loudest)
	if c.peak > 0 && loudest > 0 {
		gain = min(c.peak/loudest, mostGain)
	}
	for i, v := range x {
		clip[i] = float32(v * gain)
	}
	return clip
}

// denormalise sets level to a row's levels.
func (c *codec) denormalise(row []float32) {
	for i, v := range row {
		c.level[i] = min(max(float64(v)*c.deviation[i%c.bins]+c.mean[i%c.bins], floor), ceiling)
	}
}

// levels writes how loud each bin of each frame is: dB, 0 of which is a sine of
// full scale. The bin of half the rate is left out.
func (t *stft) levels(dst []float64, clip []float32) {
	x := make([]float64, len(clip))
	for i, v := range clip {
		x[i] = float64(v)
	}
	spectra := t.makeSpectrum()
	t.forward(spectra, x)
	bins := t.across() - 1
	for i := range dst {
		v := spectra[i/bins*t.across()+i%bins]
		power := (real(v)*real(v) + imag(v)*imag(v)) / (t.fullScale() * t.fullScale())
		dst[i] = floor
		if power > 0 {
			dst[i] = max(floor, 10*math.Log10(power))
		}
	}
}

// atFloor is how far above the floor a level is still silence, in dB: rounding
// must not make it a hiss.
const atFloor = 0.5

// magnitudes is the way back from levels.
func (t *stft) magnitudes(level []float64) []float64 {
	m := make([]float64, t.frames*t.across())
	bins := t.across() - 1
	for i, v := range level {
		if v > floor+atFloor {
			m[i/bins*t.across()+i%bins] = t.fullScale() * math.Pow(10, v/20)
		}
	}
	return m
}
