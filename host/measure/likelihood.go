package measure

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// scored is how many rows are scored in one call, so that it shows progress.
const scored = 100

// few is how many training rows are scored beside the held-out ones.
const few = 1000

// likelihood has held-out rows scored, and some training rows: where those are
// far likelier, the model has learned them by heart.
func likelihood(ctx context.Context, y *study) ([]report.Figure, error) {
	scorer, err := sdk.As[sdk.Scorer](y.Model)
	if err != nil {
		return nil, inapplicable(err)
	}
	y.phase("scoring held-out rows")
	test, err := y.scores(ctx, scorer, y.test(y.Rows))
	if err != nil {
		return nil, err
	}
	y.testScores = test
	y.phase("scoring training rows")
	train, err := y.scores(ctx, scorer, y.real(min(few, y.Rows)))
	if err != nil {
		return nil, err
	}
	nll := func(s sdk.Score) float64 { return -s.LogLikelihood }
	y.Surprises, y.TrainSurprises = each(test, nll), each(train, nll)
	samples := fmt.Sprintf("%d importance samples", y.Samples)
	figures := []report.Figure{
		over(test, "elbo", report.Higher, "in nats, as the next four", func(s sdk.Score) float64 { return s.ELBO }),
		over(test, "reconstruction", report.Neither, "", func(s sdk.Score) float64 { return s.Reconstruction }),
		over(test, "kl", report.Neither, "", func(s sdk.Score) float64 { return s.KL }),
		over(test, "nll", report.Lower, samples, nll),
		over(train, "nll-train", report.Neither, samples+", of training rows", nll),
	}
	figures[3].Samples, figures[4].Samples = y.Samples, y.Samples
	return figures, nil
}

// inapplicable is an error of a model that lacks an ability.
func inapplicable(err error) error {
	if errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("%w: %w", errInapplicable, err)
	}
	return err
}

func (y *study) scores(ctx context.Context, m sdk.Scorer, rows sdk.Batch) ([]sdk.Score, error) {
	var all []sdk.Score
	for from := 0; from < rows.Len(); from += scored {
		x := y.heedful(rows.Slice(from, min(rows.Len(), from+scored)))
		some, err := m.Score(ctx, x, sdk.ScoreRequest{Samples: y.Samples, Seed: y.Seed, First: from})
		if err != nil {
			return nil, fmt.Errorf("score: %w", err)
		}
		if len(some) != x.Len() {
			return nil, fmt.Errorf("%w: the model scored %d rows of %d", sdk.ErrProtocol, len(some), x.Len())
		}
		all = append(all, some...)
		y.Watcher.Reading(len(all), rows.Len())
	}
	return all, nil
}

// heedful leaves rows those of their conditions that the model heeds.
func (y *study) heedful(rows sdk.Batch) sdk.Batch {
	all := rows.Conditions
	rows.Conditions = nil
	for _, c := range y.heeded() {
		if values, ok := all[c.Name]; ok {
			if rows.Conditions == nil {
				rows.Conditions = map[string][]float32{}
			}
			rows.Conditions[c.Name] = values
		}
	}
	return rows
}

// over is the mean of a part of scores.
func over(scores []sdk.Score, name string, better report.Direction, note string, of func(sdk.Score) float64) report.Figure {
	return figure(name, eval.Mean(each(scores, of)), better, note)
}

func each(scores []sdk.Score, of func(sdk.Score) float64) []float64 {
	x := make([]float64, len(scores))
	for i, s := range scores {
		x[i] = of(s)
	}
	return x
}
