package main

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk/folder"
)

const (
	maxSilence = 10.0  // seconds at the start of a file that are looked through for a sound
	silence    = 0.01  // of the peak, before which there is no sound yet
	before     = 0.002 // seconds kept before that
	margin     = 0.05  // seconds around a clip that are resampled too
	fadeOut    = 0.005 // seconds in which a sound ends that goes on after its clip
	loudPeak   = 0.9   // what a clip's peak is brought to
)

// clips cuts a clip out of each sound of a split, and of each of its variants,
// and hands it on, to be used before the next.
func (m *audio) clips(ctx context.Context, s folder.Split, variants int, take func(clip []float32, label string) error) error {
	need := maxSilence + 2*margin + m.length()*speedOf(mostSteps)
	for _, f := range s.Files {
		sound, err := readSound(ctx, f, need)
		if err != nil {
			return err
		}
		for k := range variants {
			if err := take(m.cut(sound, variantOf(k)), f.Label); err != nil {
				return err
			}
		}
	}
	return nil
}

// cut returns the clip that a sound becomes as a variant.
func (m *audio) cut(s sound, v variant) []float32 {
	step := v.speed * float64(s.rate) / float64(m.rate)
	first, lead := 0, 0
	if m.Trim {
		first = max(0, onset(s.samples)-int(margin*float64(s.rate)))
		lead = int(2 * margin * float64(m.rate))
	}
	n := m.samples()
	x := resample(s.samples, first, step, n+lead)
	if m.Trim {
		// What is trimmed once is not trimmed again.
		kept := int(math.Ceil(before * float64(m.rate)))
		if start := onset(x); start > 2*kept {
			at := min(start-kept, lead)
			x, first = x[at:], first+int(float64(at)*step)
		}
	}
	x = x[:n]
	if float64(first)+float64(n)*step < float64(len(s.samples)) {
		fade(x, int(fadeOut*float64(m.rate)))
	}
	v.colour(x)
	m.level(x)
	return x
}

// onset returns where a sound begins: 0 where all is silence.
func onset(x []float32) int {
	least := silence * peak(x)
	for i, v := range x {
		if v > least || -v > least {
			return i
		}
	}
	return 0
}

func peak(x []float32) float32 {
	var p float32
	for _, v := range x {
		p = max(p, v, -v)
	}
	return p
}

// fade lets the last n samples end in silence.
func fade(x []float32, n int) {
	n = min(n, len(x))
	for i := range n {
		x[len(x)-1-i] *= float32(i) / float32(n)
	}
}

// level brings a clip to its loudness, and all of it within full scale.
func (m *audio) level(x []float32) {
	if p := peak(x); m.peak > 0 && p > 0 {
		for i := range x {
			x[i] *= float32(m.peak) / p
		}
	}
	for i, v := range x {
		x[i] = min(max(v, -1), 1)
	}
}

// look reads the head of each file.
func look(ctx context.Context, s folder.Split) error {
	for _, f := range s.Files {
		if _, err := readSound(ctx, f, 0); err != nil {
			return err
		}
	}
	return nil
}

// readSound reads the first seconds of a file.
func readSound(ctx context.Context, file folder.File, seconds float64) (sound, error) {
	if err := ctx.Err(); err != nil {
		return sound{}, err
	}
	f, err := file.Open()
	if err != nil {
		return sound{}, fmt.Errorf("open sound: %w", err)
	}
	defer f.Close()
	return decode(f, file.Path, seconds)
}
