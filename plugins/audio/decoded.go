package main

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// smoothed is how many bins and frames on each side a smoothed clip is a mean
// of.
const smoothed = 1

// decodedAgain compares held-out clips with what the model decodes of them, by their
// log-spectral distance. A model that has learned the training clips by heart
// decodes the nearest of them; one that knows all but the grain of noise, which
// nothing can tell beforehand, decodes about a smoothed clip.
func (x *hearing) decodedAgain(ctx context.Context) ([]sdk.Measurement, error) {
	clips := withLevels(x.test)[:min(len(x.decoded), len(withLevels(x.test)))]
	if len(clips) == 0 {
		return nil, nil
	}
	var own, smooth []float64
	found := 0.0
	for i, h := range clips {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		d := toNearest(x.decoded[i].level, []heard{h})
		own, smooth = append(own, d), append(smooth, toNearest(x.smooth(h.level), []heard{h}))
		if toNearest(x.decoded[i].level, clips) == d {
			found++
		}
	}
	nearest, _, err := apart(ctx, clips, x.train)
	if err != nil {
		return nil, err
	}
	mean, se := meanOf(own)
	smoothest, _ := meanOf(smooth)
	average, _, err := apart(ctx, clips, []heard{x.average()})
	if err != nil {
		return nil, err
	}
	n := float64(len(clips))
	chance, share := 1/n, found/n
	return []sdk.Measurement{{
		Name: "lsd-decoded", Doc: "log-spectral distance, in dB, of held-out clips from what the model decodes of them",
		Value: mean, SE: se, N: len(clips), Better: "lower", Floor: &nearest,
		Note: fmt.Sprintf("floor: the nearest training clip; the mean of the training clips has %.3g dB, the clip itself smoothed over %d bins and frames %.3g dB",
			average, 2*smoothed+1, smoothest),
	}, {
		Name: "decoded-own", Doc: "share of held-out clips of which what the model decodes is nearer to none than to the clip itself",
		Value: share, SE: math.Sqrt(share * (1 - share) / n), N: len(clips), Better: "higher", Floor: &chance,
	}}, nil
}

// smooth is levels each of which is the mean of those around it.
func (x *hearing) smooth(level []float32) []float32 {
	smooth := make([]float32, len(level))
	for i := range level {
		f, b := i/x.bins, i%x.bins
		n := float32(0)
		for g := max(0, f-smoothed); g <= min(f+smoothed, x.frames-1); g++ {
			for c := max(0, b-smoothed); c <= min(b+smoothed, x.bins-1); c++ {
				smooth[i] += level[g*x.bins+c]
				n++
			}
		}
		smooth[i] /= n
	}
	return smooth
}
