package main

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// statistics are what levels are normalised by, so that each bin has about mean
// 0 and deviation 1, as in SpecGAN (Donahue, McAuley & Puckette 2019, §3.2), but
// not clipped.
type statistics struct {
	mean      []float64 // dB, of each bin
	deviation []float64 // dB
}

// leastDeviation is that of a bin in which hardly anything happens, in dB.
const leastDeviation = 1

func (st *statistics) check(bins int) error {
	if len(st.mean) != bins || len(st.deviation) != bins {
		return fmt.Errorf("%w: the space has the mean of %d bins and the deviation of %d, want %d", sdk.ErrBadInput, len(st.mean), len(st.deviation), bins)
	}
	for i, d := range st.deviation {
		if !(d > 0 && d < 1e3) || !(math.Abs(st.mean[i]) < 1e3) {
			return fmt.Errorf("%w: the space's bin %d has the mean %g and the deviation %g dB", sdk.ErrBadInput, i, st.mean[i], d)
		}
	}
	return nil
}

// survey takes the statistics of a split's clips, without variants.
func (m *audio) survey(ctx context.Context, s folder.Split) (*statistics, error) {
	t := newSTFT(m.frames, m.hop, 2*m.bins)
	level := make([]float64, m.frames*m.bins)
	sum, squares := make([]float64, m.bins), make([]float64, m.bins)
	err := m.clips(ctx, s, 1, func(clip []float32, _ string) error {
		t.levels(level, clip)
		for i, v := range level {
			sum[i%m.bins] += v
			squares[i%m.bins] += v * v
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	n := float64(len(s.Files) * m.frames)
	st := &statistics{mean: sum, deviation: squares}
	for i := range sum {
		mean := sum[i] / n
		st.deviation[i] = hundredths(max(leastDeviation, math.Sqrt(max(0, squares[i]/n-mean*mean))))
		st.mean[i] = hundredths(mean)
	}
	return st, nil
}

// hundredths leaves so few digits that all machines agree on them.
func hundredths(v float64) float64 { return math.Round(v*100) / 100 }

func (m *audio) surveyCarried() (*statistics, error) {
	c, err := openCarried()
	if err != nil {
		return nil, err
	}
	return m.survey(context.Background(), c.splits[0])
}
