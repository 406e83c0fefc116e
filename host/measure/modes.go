package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

func modes(ctx context.Context, y *study) ([]report.Figure, error) {
	m, err := mixture(y.space)
	if err != nil {
		return nil, err
	}
	t, err := y.trio(ctx, y.Rows)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("of %d", m.Means.Len())
	return y.contrast(ctx, t, func(rows sdk.Batch) ([]report.Figure, error) {
		c, err := eval.Modes(rows, m)
		return []report.Figure{
			{Name: "modes", Value: float64(c.Modes), N: rows.Len(), Better: report.Higher, Note: note},
			figure("high-quality", c.HighQuality, report.Higher, "within 3 σ of a mode"),
			{Name: "reverse-kl", Value: c.ReverseKL, N: rows.Len(), Better: report.Lower, Note: "of modes, in nats"},
		}, err
	})
}

// mixture is what a space says that its rows are drawn from: [sdk.Space.Meta].
func mixture(space sdk.Space) (m eval.Mixture, err error) {
	text, ok := space.Meta["modes"]
	if !ok {
		return m, fmt.Errorf("%w: the rows are not said to be of a mixture", errInapplicable)
	}
	var centres [][]float32
	if err := json.Unmarshal([]byte(text), &centres); err != nil {
		return m, fmt.Errorf("%w: the space's modes are %.80q: %w", sdk.ErrBadInput, text, err)
	}
	m.Means.Shape = []int{space.Size()}
	for _, c := range centres {
		if len(c) != space.Size() {
			return m, fmt.Errorf("%w: the space has a mode of %d numbers, and rows of %d", sdk.ErrBadInput, len(c), space.Size())
		}
		m.Means.Data = append(m.Means.Data, c...)
	}
	if m.Sigma, err = strconv.ParseFloat(space.Meta["sigma"], 64); err != nil {
		return m, fmt.Errorf("%w: the space's sigma is %.80q: want a number", sdk.ErrBadInput, space.Meta["sigma"])
	}
	return m, nil
}
