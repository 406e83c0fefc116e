package main

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Rate           int     `json:"rate" min:"1000" max:"48000" help:"samples in a second, to which sounds are resampled"`
	Seconds        float64 `json:"seconds" min:"0.01" max:"30" help:"length of a clip, rounded up to eight hops; shorter sounds get silence at the end"`
	Representation string  `json:"representation" choices:"spectrogram,waveform" help:"a row is the levels of frequencies over time, or the samples"`
	Bins           int     `json:"bins" min:"8" max:"1024" help:"frequencies of a spectrogram; its window has twice as many samples"`
	Hop            int     `json:"hop" min:"8" max:"1024" help:"samples from one frame of a spectrogram to the next, at most as many as bins"`
	Statistics     string  `json:"statistics" choices:"drums,own" help:"whose mean and deviation each frequency is normalised by: the carried drums, or the training split of the data"`
	Trim           bool    `json:"trim" help:"leave silence at the start out, of ten seconds at most"`
	Loudness       string  `json:"loudness" choices:"peak,keep" help:"bring the peak of each clip to 0.9 of full scale, or keep it"`
	Variants       int     `json:"variants" min:"1" max:"64" help:"rows made of each sound of the split train, the first as it is and the others up to 3 semitones faster or slower"`
}

var defaults = settings{
	Rate: 8000, Seconds: 0.5, Representation: spectrogramRows, Bins: 128, Hop: 64,
	Statistics: carried, Trim: true, Loudness: "peak", Variants: 1,
}

// audio is the modality of sounds: a row is a clip, as the levels of its
// frequencies over time or as samples.
type audio struct {
	settings
	layout

	// drums are the statistics of the carried sounds, which do not change.
	drums func() (*statistics, error)
}

func newAudio(s settings) (*audio, error) {
	if s.Hop > s.Bins {
		return nil, &sdk.SettingError{Setting: "hop", Problem: fmt.Sprintf("is %d: want at most as many as bins, %d", s.Hop, s.Bins)}
	}
	frames := int(math.Ceil(s.Seconds * float64(s.Rate) / float64(s.Hop)))
	m := &audio{settings: s, layout: layout{
		waveform: s.Representation == waveformRows, rate: s.Rate, frames: (frames + 7) / 8 * 8, bins: s.Bins, hop: s.Hop,
	}}
	if s.Loudness == "peak" {
		m.peak = loudPeak
	}
	if n := (sdk.Batch{Shape: m.shape()}).RowSize(); n > maxRow {
		return nil, &sdk.SettingError{Setting: "seconds", Problem: fmt.Sprintf("is %g: a row would have %d numbers, want at most %d", s.Seconds, n, maxRow)}
	}
	m.drums = sync.OnceValues(m.surveyCarried)
	return m, nil
}

// Inspect looks at the head of every file, and at the samples of none but
// those that statistics are taken of.
func (m *audio) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	c, s, err := open(src)
	if err != nil {
		return sdk.Info{}, err
	}
	for _, s := range c.splits {
		if err := s.look(ctx); err != nil {
			return sdk.Info{}, err
		}
	}
	space, err := m.space(ctx, c)
	return sdk.Info{Space: space, Rows: len(s.entries) * m.variants(s), Splits: c.splitNames(), Licence: c.licence, Files: c.files}, err
}

// Read writes a row for each sound, and for each of its variants. It has one
// batch in memory, and one sound.
func (m *audio) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	c, s, err := open(src)
	if err != nil {
		return err
	}
	space, err := m.space(ctx, c)
	if err != nil {
		return err
	}
	codec, err := codecOf(space)
	if err != nil {
		return err
	}
	if err := w.Begin(space, sdk.Floats); err != nil {
		return err
	}
	b, n := sdk.Reuse(sdk.Batch{}, space, max(1, min(64, batchNumbers/space.Size()))), 0
	err = m.clips(ctx, s, m.variants(s), func(clip []float32, label string) error {
		codec.encode(b.Row(n), clip)
		if c.labels != nil {
			b.Conditions[labelName][n] = c.number[label]
		}
		if n++; n < b.Len() {
			return nil
		}
		n = 0
		return w.Write(b)
	})
	if err != nil || n == 0 {
		return err
	}
	return w.Write(b.Slice(0, n))
}

// batchNumbers is about how many numbers are handed to a RowWriter at a time.
const batchNumbers = 1 << 20

// variants is how many rows each sound of a split becomes. Only what is called
// train is varied.
func (m *audio) variants(s split) int {
	if s.name != trainSplit {
		return 1
	}
	return m.Variants
}

// space is that of a collection's rows.
func (m *audio) space(ctx context.Context, c *collection) (sdk.Space, error) {
	if m.waveform {
		return m.waveformSpace(c.labels), nil
	}
	st, err := m.drums()
	if m.Statistics == "own" {
		st, err = m.survey(ctx, c.splits[0])
	}
	if err != nil {
		return sdk.Space{}, err
	}
	return m.spectrogramSpace(st, c.labels), nil
}
