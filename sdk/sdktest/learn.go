package sdktest

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// checkLearns has the model learn two rows by heart, and its loss fall. There
// is much to learn of so few, whatever the model assumes of its rows; of a
// whole toy, one that takes the numbers of a row for independent, say, may know
// all it ever can before it begins. Who is slow gets ten times as many steps.
func checkLearns(ctx context.Context, b Bench, s *subject) error {
	if s.spec.Family == "gan" {
		return fmt.Errorf("%w: the losses of a gan are those of two opponents", ErrDoesNotApply)
	}
	var verdict error
	for _, try := range []struct{ rows, steps int }{{1 << 10, 10 * s.steps}, {1 << 16, 100 * s.steps}} {
		losses, err := s.losses(ctx, try.rows, try.steps)
		if err != nil {
			return fmt.Errorf("train %d steps: %w", try.steps, err)
		}
		if len(losses) == 0 {
			return fmt.Errorf("%w: no figures called loss", ErrDoesNotApply)
		}
		if verdict = falls(losses); verdict == nil {
			b.Log("the loss goes from %.4g to %.4g in %d figures", losses[0], losses[len(losses)-1], len(losses))
			return nil
		}
	}
	return verdict
}

// losses trains on so many rows, copies of two, and returns the losses that
// are told.
func (s *subject) losses(ctx context.Context, rows, steps int) ([]float64, error) {
	var losses []float64
	err := s.with(ctx, func(m sdk.Model) error {
		pair := s.toy
		pair.rows = pair.rows.Slice(0, 2)
		events, err := follow(ctx, &sdk.Job{Data: pair.times(rows), Seed: 1, MaxSteps: steps}, m)
		for _, e := range events {
			if loss, ok := e.Metrics["loss"]; ok && e.Window {
				losses = append(losses, loss)
			}
		}
		return err
	})
	return losses, err
}

const (
	fewFigures = 32  // and fewer say nothing
	byFar      = 0.1 // of the loss
	byChance   = 5   // standard errors
)

// falls compares the mean of the last quarter of losses with that of the first
// eighth, or, for those who learn all that they can in a step, with the first
// alone. The fall must be a tenth, and more than chance explains: losses differ
// as batches do, how much is seen in the last quarter, where they fall least.
func falls(losses []float64) error {
	n := len(losses)
	if n < fewFigures {
		return fmt.Errorf("%w: %d figures called loss, want %d", ErrDoesNotApply, n, fewFigures)
	}
	end := losses[n-n/4:]
	last, noise := moments(end)
	var verdict error
	for _, begin := range [][]float64{losses[:1], losses[:n/8]} {
		first, _ := moments(begin)
		chance := noise * math.Sqrt(1/float64(len(begin))+1/float64(len(end)))
		want := max(byFar*math.Abs(first), byChance*chance)
		if first-last > want {
			return nil
		}
		verdict = fmt.Errorf("the mean loss goes from %.6g to %.6g within %d figures, want a fall of more than %.3g", first, last, n, want)
	}
	return verdict
}

// moments returns the mean of values and their standard deviation.
func moments(values []float64) (mean, deviation float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		deviation += (v - mean) * (v - mean) / float64(max(1, len(values)-1))
	}
	return mean, math.Sqrt(deviation)
}
