// Package measure says how good a trained model is: it has rows generated, and
// holds them against real ones, those that the model learned from and those
// that it did not.
//
// Every metric that can is computed three times: for the generated rows; for
// real rows in their place, which is the most that a model can be asked for;
// and for rows whose numbers were each drawn by itself from the real ones,
// which a model should be better than. A metric that fails says so in its
// figure, and the others go on.
//
// The package knows models as [sdk.Model] and data as [sdk.Rows], no files and
// no modality. The figures themselves are those of package eval.
package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/host/eval/classifier"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// A Subject is a model, and what it is measured with.
type Subject struct {
	Model sdk.Model
	Train sdk.Rows // that it learned from
	Test  sdk.Rows // of the same kind, that it did not learn from

	// Lessons are what the classifier learns from, and bins are made of; nil for
	// Train. Equal ones make the figures of several models comparable.
	Lessons sdk.Rows

	Modality sdk.Modality // of the rows, for figures of its own; may be nil

	Rows    int    // to generate, and of real rows to use at most
	Samples int    // of the latent, for the likelihood of a row
	Seed    uint64 // of everything random

	// Teach trains a classifier on the lessons; nil for [classifier.Train]. It
	// may keep what it has trained.
	Teach func(ctx context.Context, condition string, o classifier.Options) (*classifier.Classifier, error)

	Watcher Watcher // may be nil
}

// A Watcher is told how it goes.
type Watcher interface {
	Phase(what string)       // something that takes time begins
	Reading(rows, total int) // so far in the phase
}

// Findings are what was measured.
type Findings struct {
	Figures    []report.Figure
	Classifier *report.Classifier // that figures rest on, if any do
	Generated  sdk.Batch          // the rows, if any were

	// Distances of generated rows, and of held-out rows, to the nearest
	// training row; none without the metric memorisation.
	Distances, HeldOutDistances []float64

	// Surprises are −log p(x) of held-out rows and of training rows; none
	// without the metric likelihood.
	Surprises, TrainSurprises []float64
}

// Measure finds the figures of the metrics with these names, or, where there
// are none, of all that the model and the data allow. Where none has a value,
// the error says why the first has not.
func (s Subject) Measure(ctx context.Context, names []string) (Findings, error) {
	chosen, err := choose(names)
	if err != nil {
		return Findings{}, err
	}
	y := newStudy(s)
	if err := y.check(); err != nil {
		return Findings{}, err
	}
	var first error
	found := 0
	for _, m := range chosen {
		y.metric = m.name
		figures, err := m.find(ctx, y)
		switch {
		case ctx.Err() != nil:
			return y.Findings, ctx.Err()
		case errors.Is(err, sdk.ErrCrashed):
			return y.Findings, err
		case errors.Is(err, errInapplicable) && len(names) == 0:
			continue
		case err != nil:
			figures = []report.Figure{{Name: m.name, Problem: err.Error()}}
			first = cmp.Or(first, fmt.Errorf("%s: %w", m.name, err))
		default:
			found++
		}
		for _, f := range figures {
			f.Metric = m.name
			y.Figures = append(y.Figures, f.Check())
		}
	}
	if found == 0 {
		return y.Findings, cmp.Or(first, errInapplicable)
	}
	y.Findings.Generated = y.generated.value
	return y.Findings, nil
}

// mostNumbers bounds the numbers of each lot of rows that is kept in memory: half
// a GiB, where classes count as zeros and ones.
const mostNumbers = 1 << 27

func (y *study) check() error {
	if y.Rows < 2 || y.Train.Len() < 2 || y.Test.Len() < 2 {
		return fmt.Errorf("%w: %d rows to generate, %d that the model learned from and %d others: want at least 2 of each",
			sdk.ErrBadInput, y.Rows, y.Train.Len(), y.Test.Len())
	}
	if most := y.most(); y.Rows > most {
		return sdk.Hint(fmt.Errorf("%w: %d rows of %d numbers, with zeros and ones for classes, are too many to hold in memory", sdk.ErrBadInput, y.Rows, classifier.Width(y.space)),
			fmt.Sprintf("generate at most %d", most))
	}
	return nil
}

// most is how many rows of this kind memory is to hold.
func (y *study) most() int { return mostNumbers / classifier.Width(y.space) }
