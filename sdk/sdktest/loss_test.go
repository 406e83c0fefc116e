package sdktest

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A lossy grid writes black and white alone, and states what that loses.
type lossy struct {
	coarse
	states string
}

func (g lossy) state(space sdk.Space) sdk.Space {
	space.Meta = map[string]string{"loss": g.states}
	return space
}

func (g lossy) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	info, err := g.grid.Inspect(ctx, src)
	info.Space = g.state(info.Space)
	return info, err
}

func (g lossy) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	return g.grid.Read(ctx, src, stating{w, g})
}

// stating states the loss when rows begin.
type stating struct {
	sdk.RowWriter
	g lossy
}

func (w stating) Begin(space sdk.Space, as sdk.Storage) error {
	return w.RowWriter.Begin(w.g.state(space), as)
}

// The stripes of the grid lose 0.072, and are 0.37 from their mean.
func TestLoss(t *testing.T) {
	const trip = "writes files that read back"
	for states, fails := range map[string][]string{
		"0.06": nil, "0.25": nil, // honest
		"0.03": {trip}, "0.3": {trip}, "1e-9": {trip}, // too little, and so much that it says nothing
		"0": {trip}, "-1": {trip}, "NaN": {trip}, "Inf": {trip}, "a bit": {trip},
	} {
		got, says := failures(t, warped(func(g *grid) lossy { return lossy{coarse{g}, states} }))
		if !slices.Equal(got, fails) {
			t.Errorf("a loss of %s: fails %q, want %q: %q", states, got, fails, says)
		}
	}
}

func TestSpread(t *testing.T) {
	rows := sdk.Batch{Shape: []int{2}, Data: []float32{0, 0, 4, 2}}
	if got, want := spreadOf(rows), math.Sqrt((4+1)/2.0); math.Abs(got-want) > 1e-9 {
		t.Errorf("got %g, want %g", got, want)
	}
}
