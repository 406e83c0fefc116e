package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"sync"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

type settings struct {
	Rate           int     `json:"rate" min:"1000" max:"48000" help:"samples in a second, to which sounds are resampled"`
	Seconds        float64 `json:"seconds" min:"0.01" max:"30" help:"length of a clip, rounded up to eight hops; shorter sounds get silence at the end"`
	Representation string  `json:"representation" choices:"spectrogram,waveform" help:"a row is the levels of frequencies over time, or the samples"`
	Bins           int     `json:"bins" min:"8" max:"1024" help:"frequencies of a spectrogram; its window has twice as many samples"`
	Hop            int     `json:"hop" min:"8" max:"1024" help:"samples from one frame of a spectrogram to the next, at most as many as bins"`
	Trim           bool    `json:"trim" help:"leave silence at the start out, of ten seconds at most"`
	Loudness       string  `json:"loudness" choices:"peak,keep" help:"bring the peak of each clip to 0.9 of full scale, or keep it"`
	Variants       int     `json:"variants" min:"1" max:"64" help:"rows made of each sound to learn from: the first as it is, the others faster or slower, brighter or duller, and dying away earlier"`
}

var defaults = settings{
	Rate: 8000, Seconds: 0.5, Representation: spectrogramRows, Bins: 128, Hop: 64,
	Trim: true, Loudness: "peak", Variants: 1,
}

// audio is the modality of sounds: a row is a clip, as the levels of its
// frequencies over time or as samples.
type audio struct {
	settings
	layout

	// drums are the statistics of the carried sounds, which do not change: they
	// are taken once.
	drums func() (*statistics, error)
}

func newAudio(s settings) (*audio, error) {
	if s.Hop > s.Bins {
		return nil, &sdk.SettingError{Setting: "hop", Problem: fmt.Sprintf("is %d: want at most as many as bins, %d", s.Hop, s.Bins)}
	}
	frames := int(math.Ceil(s.Seconds * float64(s.Rate) / float64(s.Hop)))
	m := &audio{settings: s, layout: layout{rate: s.Rate, frames: (frames + 7) / 8 * 8, bins: s.Bins, hop: s.Hop}}
	if s.Representation == waveformRows {
		m.layout = waveformLayout(s.Rate, m.samples())
	}
	if s.Loudness == "peak" {
		m.peak = loudPeak
	}
	if n := (sdk.Batch{Shape: m.shape()}).RowSize(); n > maxRow {
		return nil, &sdk.SettingError{Setting: "seconds", Problem: fmt.Sprintf("is %g: a row would have %d numbers, want at most %d", s.Seconds, n, maxRow)}
	}
	m.drums = sync.OnceValues(m.surveyCarried)
	return m, nil
}

// Inspect looks at the head of every file, and, unless they are known, takes
// statistics of the samples of what models train on.
func (m *audio) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	c, s, err := open(src)
	if err != nil {
		return sdk.Info{}, err
	}
	for _, s := range c.splits {
		if err := look(ctx, s); err != nil {
			return sdk.Info{}, err
		}
	}
	space, err := m.space(ctx, src, c, s)
	return sdk.Info{Space: space, Rows: len(s.Files) * m.variants(src, s), Splits: c.splitNames(), Licence: c.licence, Files: c.files}, err
}

// Read writes a row for each sound, and for each of its variants. It has one
// batch in memory, and one sound.
func (m *audio) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	c, s, err := open(src)
	if err != nil {
		return err
	}
	space, err := m.space(ctx, src, c, s)
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
	err = m.clips(ctx, s, m.variants(src, s), func(clip []float32, label string) error {
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

// space is that of a collection's rows. Where a model knows one already, they
// are normalised and numbered by that.
func (m *audio) space(ctx context.Context, src sdk.Source, c *collection, s folder.Split) (sdk.Space, error) {
	st, err := m.statistics(ctx, src, c)
	if err != nil {
		return sdk.Space{}, err
	}
	if src.Space != nil {
		c.adopt(*src.Space)
	}
	space := m.waveformSpace(c.labels)
	if !m.waveform {
		space = m.spectrogramSpace(st, c.labels)
	}
	if n := m.variants(src, s); n > 1 {
		space.Meta[metaVariants] = strconv.Itoa(n)
	}
	return space, nil
}

// statistics returns what to normalise by, nil for waveforms.
func (m *audio) statistics(ctx context.Context, src sdk.Source, c *collection) (*statistics, error) {
	switch {
	case src.Space != nil:
		known, err := codecOf(*src.Space)
		if err == nil && known.layout != m.layout {
			err = sdk.Hint(fmt.Errorf("%w: rows of shape %v at %d Hz, where those of shape %v at %d Hz are asked for", sdk.ErrBadInput,
				m.shape(), m.rate, known.shape(), known.rate), "use the settings of reading that the model learned with")
		}
		if err != nil {
			return nil, err
		}
		return known.statistics, nil
	case m.waveform:
		return nil, nil
	case src.Dataset == carried:
		return m.drums()
	}
	return m.survey(ctx, c.splits[0])
}
