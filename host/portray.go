package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/genhost/genhost/host/chart"
	"github.com/genhost/genhost/host/measure"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// portray draws an evaluation into the run's plots/eval: what a person should
// look at before believing figures. A plot that the model or the data has no
// rows for is left out, and one that fails is no reason to do without the rest:
// the notes say why.
func (s *session) portray(ctx context.Context, m measure.Subject, f measure.Findings) (notes []string, err error) {
	plots := []struct {
		name string
		draw func(context.Context, measure.Subject, measure.Findings) error
	}{
		{"neighbours", s.drawNeighbours},
		{"distances", s.drawDistances},
		{"likelihoods", s.drawLikelihoods},
		{"traversals", s.drawTraversals},
		{"latents", s.drawLatents},
	}
	for _, p := range plots {
		err := p.draw(ctx, m, f)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, sdk.ErrCrashed):
			return nil, err
		case err != nil && !errors.Is(err, errNothingToDraw) && !errors.Is(err, errors.ErrUnsupported):
			notes = append(notes, fmt.Sprintf("no plot of %s: %v", p.name, err))
		}
	}
	return notes, nil
}

var errNothingToDraw = errors.New("nothing to draw")

// portrait is where a plot of an evaluation belongs.
func (s *session) portrait(name string) string { return s.run.PlotPath("eval/" + name) }

// The sheet of neighbours: a generated row at the left of each line.
const (
	shownRows       = 12
	shownNeighbours = 7
)

// drawNeighbours shows generated rows, each before the training rows that are
// nearest to it.
func (s *session) drawNeighbours(ctx context.Context, m measure.Subject, f measure.Findings) error {
	if f.Generated.Len() == 0 {
		return errNothingToDraw
	}
	rows := f.Generated.Slice(0, min(shownRows, f.Generated.Len()))
	near, err := m.Nearest(ctx, rows, shownNeighbours)
	if err != nil {
		return err
	}
	k := near.Len() / rows.Len()
	sheet := sdk.Batch{Shape: s.space.Shape}
	for i := range rows.Len() {
		sheet.Data = append(append(sheet.Data, rows.Row(i)...), near.Slice(i*k, (i+1)*k).Data...)
	}
	return s.sheet(ctx, sheet, 1+k, s.portrait("neighbours"))
}

// drawDistances shows how far generated rows and held-out rows are from the
// nearest training row: copies are at 0.
func (s *session) drawDistances(_ context.Context, _ measure.Subject, f measure.Findings) error {
	if len(f.Distances) == 0 {
		return errNothingToDraw
	}
	return run.WriteFile(s.portrait("distances"), func(w io.Writer) error {
		return chart.Histogram(w, s.run.Name, "distance to the nearest training row",
			[]chart.Sample{{Name: "generated", Values: f.Distances}, {Name: "held out", Values: f.HeldOutDistances}})
	})
}

// drawLikelihoods shows how surprising held-out rows and training rows are to
// the model: far apart, it has learned these by heart.
func (s *session) drawLikelihoods(_ context.Context, _ measure.Subject, f measure.Findings) error {
	if len(f.Surprises) == 0 {
		return errNothingToDraw
	}
	return run.WriteFile(s.portrait("likelihoods"), func(w io.Writer) error {
		return chart.Histogram(w, s.run.Name, "−log p(x), nats",
			[]chart.Sample{{Name: "held out", Values: f.Surprises}, {Name: "learned from", Values: f.TrainSurprises}})
	})
}

const (
	traversed = 8   // latents, a line each
	stops     = 9   // of a line
	reach     = 2.5 // standard deviations of the prior, to either side
)

// drawTraversals decodes a latent of which one number at a time goes from one
// end of its range to the other: those that depend most on the row, where the
// model encodes, and the first otherwise.
func (s *session) drawTraversals(ctx context.Context, m measure.Subject, _ measure.Findings) error {
	decoder, err := sdk.As[sdk.Decoder](s.model)
	if err != nil {
		return err
	}
	start, err := decoder.Draw(ctx, sdk.GenerateRequest{N: 1, Seed: m.Seed})
	if err != nil {
		return err
	}
	numbers, err := s.liveliest(ctx, m, start.RowSize())
	if err != nil {
		return err
	}
	z := sdk.Batch{Shape: start.Shape, Conditions: map[string][]float32{}}
	for _, j := range numbers {
		for stop := range stops {
			at := len(z.Data)
			z.Data = append(z.Data, start.Row(0)...)
			z.Data[at+j] = reach * (2*float32(stop)/(stops-1) - 1)
			for name, values := range start.Conditions {
				z.Conditions[name] = append(z.Conditions[name], values[0])
			}
		}
	}
	rows, err := decoder.Decode(ctx, z)
	if err != nil {
		return err
	}
	return s.sheet(ctx, rows, stops, s.portrait("traversals"))
}

// liveliest returns the latents that vary most from row to row, of so many.
func (s *session) liveliest(ctx context.Context, m measure.Subject, size int) ([]int, error) {
	order := make([]int, size)
	for i := range order {
		order[i] = i
	}
	z, err := m.Latents(ctx, encodedRows)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	if err == nil && z.RowSize() == size {
		v := measure.Variances(z)
		slices.SortStableFunc(order, func(i, j int) int {
			switch {
			case v[i] > v[j]:
				return -1
			case v[i] < v[j]:
				return 1
			}
			return 0
		})
	}
	return order[:min(traversed, size)], nil
}

// encodedRows is how many held-out rows a picture of latents shows, at most.
const encodedRows = 2000

// drawLatents shows the latents of held-out rows in the plane in which they
// differ most, in a colour for each label.
func (s *session) drawLatents(ctx context.Context, m measure.Subject, _ measure.Findings) error {
	z, err := m.Latents(ctx, encodedRows)
	if err != nil {
		return err
	}
	if z.RowSize() < 2 || z.Len() < 3 {
		return errNothingToDraw
	}
	plane, share, err := measure.Plane(z)
	if err != nil {
		return err
	}
	clouds := s.clouds(plane, z.Conditions)
	return run.WriteFile(s.portrait("latents"), func(w io.Writer) error {
		title := fmt.Sprintf("%s: latents of held-out rows, in the plane that has %.0f %% of their variance", s.run.Name, 100*share)
		return chart.Scatter(w, title, "first principal component", "second", clouds)
	})
}

// clouds takes points apart by the first condition with values that they have.
func (s *session) clouds(points sdk.Batch, conditions map[string][]float32) []chart.Cloud {
	for _, c := range s.space.Conditions {
		labels, ok := conditions[c.Name]
		if !ok || len(c.Values) == 0 || len(c.Values) > chart.MostClouds {
			continue
		}
		clouds := make([]chart.Cloud, len(c.Values))
		for i, label := range labels {
			clouds[int(label)].Add(points.Row(i))
		}
		for i := range clouds {
			clouds[i].Name = c.Values[i]
		}
		return clouds
	}
	var all chart.Cloud
	for i := range points.Len() {
		all.Add(points.Row(i))
	}
	return []chart.Cloud{all}
}
