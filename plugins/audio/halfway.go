package main

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// leastBetweenEnds is how far apart the ends of two clips must be, in seconds, for
// it to be asked when a clip between them ends.
const leastBetweenEnds = 0.05

// A middle is what is decoded halfway between two clips, and what is decoded of
// these.
type middle struct{ of, from, to heard }

// hearMiddles listens to what is decoded halfway from some of the decoded clips
// to those that follow.
func (x *hearing) hearMiddles(ctx context.Context, space sdk.Space, c sdk.Comparison, some []int) error {
	n := c.Decoded.Len()
	if c.Halfway.Len() == 0 || n == 0 {
		return nil
	}
	if err := space.Check(c.Halfway); err != nil {
		return err
	}
	if c.Halfway.Len() != n {
		return fmt.Errorf("%w: %d clips halfway between %d", sdk.ErrBadInput, c.Halfway.Len(), n)
	}
	for i, row := range some {
		if err := ctx.Err(); err != nil {
			return err
		}
		next := c.Decoded.Row((row + 1) % n)
		x.middles = append(x.middles, middle{of: x.hear(c.Halfway.Row(row)), from: x.decoded[i], to: x.hear(next)})
	}
	return nil
}

// halfway compares clips between others with these laid over one another, which
// last as long as the longer one, and are near to no real clip.
func (x *hearing) halfway(ctx context.Context) ([]sdk.Measurement, error) {
	if len(x.middles) == 0 {
		return nil, nil
	}
	var middles, overlaid, ends []heard
	var ending, endingOverlaid []float64
	for _, m := range x.middles {
		both := x.overlay(m.from, m.to)
		middles, overlaid, ends = append(middles, m.of), append(overlaid, both), append(ends, m.from)
		if first, last := min(m.from.end(), m.to.end()), max(m.from.end(), m.to.end()); last-first >= leastBetweenEnds {
			ending = append(ending, (m.of.end()-first)/(last-first))
			endingOverlaid = append(endingOverlaid, (both.end()-first)/(last-first))
		}
	}
	var mean, se [3]float64
	for i, clips := range [][]heard{middles, overlaid, ends} {
		var err error
		if mean[i], se[i], err = apart(ctx, clips, x.train); err != nil {
			return nil, err
		}
	}
	found := []sdk.Measurement{{
		Name: "lsd-halfway", Doc: "log-spectral distance, in dB, to the nearest training clip of what the model decodes halfway between two held-out clips",
		Value: mean[0], SE: se[0], N: len(middles), Better: "lower", Floor: &mean[1], Ceiling: &mean[2],
		Note: "ceiling: what is decoded of the clips; floor: two of these laid over one another",
	}}
	if len(ending) == 0 {
		return found, nil
	}
	when, seWhen := meanOf(ending)
	late, _ := meanOf(endingOverlaid)
	return append(found, sdk.Measurement{
		Name: "halfway-end", Doc: "when what is decoded halfway between two clips has faded: 0 is when the first of them has, 1 when the last has",
		Value: when, SE: seWhen, N: len(ending),
		Note: fmt.Sprintf("two clips laid over one another: %.2f; of clips that fade %g ms apart or more", late, 1000*leastBetweenEnds),
	}), nil
}

// end is when a clip has faded, in seconds.
func (h heard) end() float64 { return h.attack + h.decay }

// overlay hears two clips at a time: their powers add up.
func (x *hearing) overlay(a, b heard) heard {
	for i := range x.level {
		power := math.Exp(float64(a.level[i])*math.Ln10/10) + math.Exp(float64(b.level[i])*math.Ln10/10)
		x.level[i] = min(max(10*math.Log10(power/2), floor), ceiling)
	}
	return x.listen()
}
