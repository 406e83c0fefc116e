package measure

import (
	"context"
	"slices"
	"testing"

	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// A ruler is a modality that measures.
type ruler struct {
	sdk.Modality
	got sdk.Comparison
}

func (r *ruler) Measure(_ context.Context, _ sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	r.got = c
	floor := 0.5
	return []sdk.Measurement{
		{Name: "length", Doc: "how long", Value: 3, SE: 1, N: 7, Better: "lower", Floor: &floor},
		{Name: "width", Doc: "how wide", Value: 2, Better: "wider", Note: "in ells"},
	}, nil
}

func TestModality(t *testing.T) {
	s := subject(generator{rows: ring(800, 3)})
	r := &ruler{}
	s.Modality = r
	figures := figuresOf(t, s, "modality")
	if f := figures["length"]; f.Metric != "modality" || f.Value != 3 || f.N != 7 || *f.Floor != 0.5 || f.Better != report.Lower || f.Note != "how long" {
		t.Errorf("%+v", f)
	}
	if f := figures["width"]; f.Better != report.Neither || f.Note != "in ells" || f.Ceiling != nil {
		t.Errorf("%+v", f)
	}
	if a, b := sortedData(r.got.Test), sortedData(ring(800, 2)); !slices.Equal(a, b) || slices.Equal(sortedData(r.got.Train), b) {
		t.Error("the rows are not those to test on")
	}
	if c := r.got; c.Generated.Len() != 800 || c.Train.Len() != 800 || c.Test.Len() != 800 || c.Seed != 1 {
		t.Errorf("%d generated rows, %d to learn from, %d others", c.Generated.Len(), c.Train.Len(), c.Test.Len())
	}
	if n := r.got.Decoded.Len(); n != 0 {
		t.Errorf("%d decoded rows of a model that does not encode", n)
	}
}

// A modality is shown what is decoded of each held-out row.
func TestModalityDecoded(t *testing.T) {
	s := subject(&coder{generator: generator{rows: ring(800, 3)}})
	r := &ruler{}
	s.Modality = r
	figuresOf(t, s, "modality")
	if r.got.Decoded.Len() != r.got.Test.Len() {
		t.Fatalf("%d decoded rows of %d", r.got.Decoded.Len(), r.got.Test.Len())
	}
	for i := range r.got.Test.Len() {
		if a, b := r.got.Test.Row(i), r.got.Decoded.Row(i); b[0] != a[0]+0.1 || b[1] != a[1] {
			t.Fatalf("row %d is %v, and decoded %v", i, a, b)
		}
	}
}

// A modality is shown how likely each held-out row is where that is measured too.
func TestModalityScores(t *testing.T) {
	s := subject(&coder{generator: generator{rows: ring(800, 3)}})
	r := &ruler{}
	s.Modality = r
	s.Rows = 150
	figuresOf(t, s, "likelihood", "modality")
	if len(r.got.Scores) != 150 || r.got.Test.Len() != 150 {
		t.Fatalf("%d scores of %d rows", len(r.got.Scores), r.got.Test.Len())
	}
	for i, got := range r.got.Scores {
		if want := float64(r.got.Test.Row(i)[0]); got.Reconstruction != want {
			t.Fatalf("row %d has %g, want %g", i, got.Reconstruction, want)
		}
	}
	if figuresOf(t, s, "modality"); r.got.Scores != nil {
		t.Errorf("%d scores that nobody asked for", len(r.got.Scores))
	}
}

// sortedData are the numbers of rows, in whatever order these come.
func sortedData(b sdk.Batch) []float32 { return slices.Sorted(slices.Values(b.Data)) }
