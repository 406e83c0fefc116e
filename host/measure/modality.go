package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// shownNumbers bounds those of the training rows that a modality is shown: 64 MiB,
// which is enough to count what is in a book.
const shownNumbers = 1 << 24

// ofModality asks the modality for figures of its own. What it says of floor
// and ceiling is its own too.
func ofModality(ctx context.Context, y *study) ([]report.Figure, error) {
	if y.Modality == nil {
		return nil, fmt.Errorf("%w: there is no modality to ask", errInapplicable)
	}
	measurer, err := sdk.As[sdk.Measurer](y.Modality)
	if err != nil {
		return nil, inapplicable(err)
	}
	generated, err := y.made(ctx)
	if err != nil {
		return nil, err
	}
	c := sdk.Comparison{Generated: generated, Train: y.sample(y.Train, max(2, shownNumbers/y.space.Size()), forReal), Test: y.test(y.Rows), Scores: y.testScores, Seed: y.Seed}
	c.Decoded, err = y.decoded(ctx)
	if err == nil {
		c.Halfway, err = y.halfway(ctx)
	}
	if err != nil && !errors.Is(err, errInapplicable) {
		return nil, err
	}
	y.begin()
	found, err := measurer.Measure(ctx, y.space, c)
	if err != nil {
		return nil, inapplicable(err)
	}
	var figures []report.Figure
	for _, m := range found {
		if isFigure(m.Name) {
			return nil, fmt.Errorf("%w: modality %s calls a figure %s, which is the name of another", sdk.ErrProtocol, y.space.Modality, m.Name)
		}
		figures = append(figures, report.Figure{
			Name: m.Name, Value: m.Value, SE: m.SE, N: m.N, Better: direction(m.Better),
			Floor: m.Floor, Ceiling: m.Ceiling, Note: cmp.Or(m.Note, m.Doc),
		})
	}
	return figures, nil
}

// isFigure reports whether a metric of this package finds a figure of a name.
func isFigure(name string) bool {
	return slices.ContainsFunc(metrics(), func(m metric) bool { return slices.Contains(m.figures, name) })
}

func direction(better string) report.Direction {
	switch d := report.Direction(better); d {
	case report.Higher, report.Lower:
		return d
	}
	return report.Neither
}
