package measure

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
)

// memorisation compares the rows themselves: copies are copies of numbers.
// Held-out rows are 1 by what the figure is.
func memorisation(ctx context.Context, y *study) ([]report.Figure, error) {
	generated, err := y.made(ctx)
	if err != nil {
		return nil, err
	}
	y.begin()
	train, test := y.points(y.known()), y.points(y.test(y.Rows))
	m, err := eval.Memorise(ctx, y.points(generated), train, test, y.Seed)
	if err != nil {
		return nil, err
	}
	held, err := eval.Nearest(ctx, test, train, 1)
	if err != nil {
		return nil, err
	}
	y.Distances, y.HeldOutDistances = m.Nearest.Distance, held.Distance
	floor, err := eval.Memorise(ctx, y.points(y.shuffled(min(few, y.Rows))), train, test.Slice(0, min(few, test.Len())), y.Seed)
	if err != nil {
		return nil, fmt.Errorf("with shuffled rows: %w", err)
	}
	note := fmt.Sprintf("distance to training rows %.4g, of held-out rows %.4g", m.Generated, m.HeldOut)
	f := figure("memorisation", m.Ratio, report.Near, note)
	f.Ideal, f.Ceiling, f.Floor = 1, level(1), level(floor.Ratio.Value)
	return []report.Figure{f}, nil
}
