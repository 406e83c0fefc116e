package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/sdk"
)

const (
	// listened is how many clips of each kind are listened to, and paired how
	// many of these are compared one by one; fewer where clips are so long that
	// they would have more levels together.
	listened     = 1000
	paired       = 200
	levelsAtOnce = 1 << 24
)

// Measure compares clips with held-out ones by distance, brightness, rise and
// fade; tells how many are silent or clipped; and compares held-out clips with
// what the model decodes of them and between them. A ceiling is what held-out
// clips get, or training clips where the others are compared with held-out ones;
// a floor is what clips of noise with the mean spectrum of the training clips get.
func (m *audio) Measure(ctx context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	codec, err := codecOf(space)
	if err != nil {
		return nil, err
	}
	x := hearing{ear: newEar(codec), rng: rand.New(rand.NewPCG(c.Seed, 0))}
	for _, part := range []struct {
		rows sdk.Batch
		to   *[]heard
	}{{c.Generated, &x.generated}, {c.Train, &x.train}} {
		if err := space.Check(part.rows); err != nil {
			return nil, err
		}
		if *part.to, err = x.hearSome(ctx, part.rows, x.some(part.rows)); err != nil {
			return nil, err
		}
	}
	if err := x.hearHeldOut(ctx, space, c); err != nil {
		return nil, err
	}
	if err := x.makeNoise(ctx, min(len(x.generated), len(x.test))); err != nil {
		return nil, err
	}
	nearest, err := x.nearest(ctx)
	if err != nil {
		return nil, err
	}
	reach, err := x.reach(ctx)
	if err != nil {
		return nil, err
	}
	again, err := x.decodedAgain(ctx)
	if err != nil {
		return nil, err
	}
	halfway, err := x.halfway(ctx)
	if err != nil {
		return nil, err
	}
	found := append(append([]sdk.Measurement{nearest, reach}, again...), halfway...)
	found = append(append(found, x.silent()), x.clipped()...)
	return append(found, x.brightness(), x.times("attack", "to the loudest frame", func(h heard) float64 { return h.attack }),
		x.times("decay", "from the loudest frame to the last within 40 dB", func(h heard) float64 { return h.decay })), nil
}

// A hearing is clips that are compared.
type hearing struct {
	*ear
	rng                    *rand.Rand
	generated, train, test []heard
	decoded                []heard // of the first clips of test
	middles                []middle
	noise                  []heard // as many as are compared with training clips
}

// hearHeldOut listens to held-out clips, and to what is decoded of those that are
// compared one by one.
func (x *hearing) hearHeldOut(ctx context.Context, space sdk.Space, c sdk.Comparison) (err error) {
	if err := space.Check(c.Test); err != nil {
		return err
	}
	order := x.some(c.Test)
	if x.test, err = x.hearSome(ctx, c.Test, order); err != nil || c.Decoded.Len() == 0 {
		return err
	}
	if err := space.Check(c.Decoded); err != nil {
		return err
	}
	if n := c.Decoded.Len(); n != c.Test.Len() {
		return fmt.Errorf("%w: %d held-out clips were decoded to %d", sdk.ErrBadInput, c.Test.Len(), n)
	}
	order = order[:len(withLevels(x.test))]
	if x.decoded, err = x.hearSome(ctx, c.Decoded, order); err != nil {
		return err
	}
	return x.hearMiddles(ctx, space, c, order)
}

// some are rows in an order of chance: all of them where there are few.
func (x *hearing) some(rows sdk.Batch) []int {
	return x.rng.Perm(rows.Len())[:min(rows.Len(), x.most(listened))]
}

// hearSome listens to some of the rows.
func (x *hearing) hearSome(ctx context.Context, rows sdk.Batch, some []int) ([]heard, error) {
	if rows.Len() == 0 {
		return nil, fmt.Errorf("%w: no clips to compare", sdk.ErrBadInput)
	}
	var all []heard
	for i, row := range some {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all = append(all, x.keep(i, x.hear(rows.Row(row))))
	}
	return all, nil
}

// most is how many clips there may be, of n at most.
func (x *hearing) most(n int) int { return max(1, min(n, levelsAtOnce/len(x.level))) }

// keep forgets the levels of clips that are not compared one by one.
func (x *hearing) keep(i int, h heard) heard {
	if i >= x.most(paired) {
		h.level = nil
	}
	return h
}

// withLevels are the clips whose levels are kept.
func withLevels(clips []heard) []heard {
	if i := slices.IndexFunc(clips, func(h heard) bool { return h.level == nil }); i >= 0 {
		return clips[:i]
	}
	return clips
}

// makeNoise listens to n clips of Gaussian noise with the mean spectrum of the
// training clips: the power of each bin is exponentially distributed.
func (x *hearing) makeNoise(ctx context.Context, n int) error {
	mean := make([]float64, x.bins)
	clips := withLevels(x.train)
	for _, h := range clips {
		for i, v := range h.level {
			mean[i%x.bins] += math.Exp(float64(v)*math.Ln10/10) / float64(x.frames*len(clips))
		}
	}
	for k := range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		for i := range x.level {
			x.level[i] = min(max(10*math.Log10(mean[i%x.bins]*x.rng.ExpFloat64()), floor), ceiling)
		}
		x.noise = append(x.noise, x.keep(k, x.listen()))
	}
	return nil
}

// nearest is the mean log-spectral distance to the nearest held-out clip. Dull
// clips are near to many: what silence and the mean get is told with it.
func (x *hearing) nearest(ctx context.Context) (sdk.Measurement, error) {
	var mean, se [5]float64
	for i, clips := range [][]heard{x.generated, x.train, x.noise, {x.silence()}, {x.average()}} {
		var err error
		if mean[i], se[i], err = apart(ctx, clips, x.test); err != nil {
			return sdk.Measurement{}, err
		}
	}
	return sdk.Measurement{
		Name: "lsd", Doc: "log-spectral distance to the nearest held-out clip, in dB: Gray & Markel 1976, over all bins and frames",
		Value: mean[0], SE: se[0], N: len(withLevels(x.generated)), Better: "lower", Ceiling: &mean[1], Floor: &mean[2],
		Note: fmt.Sprintf("ceiling: training clips; floor: noise; silence has %.3g dB, the mean of the training clips %.3g dB", mean[3], mean[4]),
	}, nil
}

// reach is the mean log-spectral distance from held-out clips to the nearest of
// as many as there are of all kinds: it is large where kinds of clips are missing.
func (x *hearing) reach(ctx context.Context) (sdk.Measurement, error) {
	n := min(len(withLevels(x.noise)), len(withLevels(x.train)))
	var mean, se [5]float64
	for i, clips := range [][]heard{x.generated[:n], x.train[:n], x.noise[:n], {x.silence()}, {x.average()}} {
		var err error
		if mean[i], se[i], err = apart(ctx, x.test, clips); err != nil {
			return sdk.Measurement{}, err
		}
	}
	return sdk.Measurement{
		Name: "lsd-reach", Doc: "log-spectral distance from held-out clips to the nearest generated clip, in dB",
		Value: mean[0], SE: se[0], N: n, Better: "lower", Ceiling: &mean[1], Floor: &mean[2],
		Note: fmt.Sprintf("ceiling: training clips; floor: noise; silence has %.3g dB, the mean of the training clips %.3g dB", mean[3], mean[4]),
	}, nil
}

// apart is the mean distance of clips from the nearest of others, in dB, and its
// standard error.
func apart(ctx context.Context, clips, others []heard) (mean, se float64, err error) {
	others = withLevels(others)
	var distances []float64
	for _, h := range withLevels(clips) {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		distances = append(distances, toNearest(h.level, others))
	}
	mean, se = meanOf(distances)
	return mean, se, nil
}

// toNearest is the log-spectral distance to the nearest of clips in dB: the root
// of the mean square of how levels differ.
func toNearest(level []float32, among []heard) float64 {
	const part = 256
	least := math.Inf(1)
	for _, other := range among {
		sum := 0.0
		for i := 0; i < len(level) && sum < least; i += part {
			sum += squares(level[i:min(i+part, len(level))], other.level[i:])
		}
		least = min(least, sum)
	}
	return math.Sqrt(least / float64(len(level)))
}

func squares(a, b []float32) float64 {
	var sum float32
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return float64(sum)
}

// silence is a clip without a sound.
func (x *hearing) silence() heard {
	return heard{level: slices.Repeat([]float32{floor}, len(x.level))}
}

// average is the mean of the levels of the training clips: what a model says
// that knows no more.
func (x *hearing) average() heard {
	clips := withLevels(x.train)
	mean := make([]float32, len(x.level))
	for _, h := range clips {
		for i, v := range h.level {
			mean[i] += v / float32(len(clips))
		}
	}
	return heard{level: mean}
}
