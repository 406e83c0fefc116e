package measure

import (
	"context"
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
	if test := ring(800, 2); r.got.Test.Row(7)[1] != test.Row(7)[1] || r.got.Train.Row(7)[1] == test.Row(7)[1] {
		t.Error("the rows are not those to test on")
	}
	if c := r.got; c.Generated.Len() != 800 || c.Train.Len() != 800 || c.Test.Len() != 800 || c.Seed != 1 {
		t.Errorf("%d generated rows, %d to learn from, %d others", c.Generated.Len(), c.Train.Len(), c.Test.Len())
	}
}
