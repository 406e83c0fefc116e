package measure

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// The rows of these tests are of 8 Gaussians on the unit circle, whose label
// is which of them.
const sigma = 0.05

var ringSpace = sdk.Space{
	Modality: "points", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: 2}},
	Conditions: []sdk.Condition{{Name: "label", Values: []string{"0", "1", "2", "3", "4", "5", "6", "7"}}},
	Meta: map[string]string{
		"modes": "[[1,0],[0.7071,0.7071],[0,1],[-0.7071,0.7071],[-1,0],[-0.7071,-0.7071],[0,-1],[0.7071,-0.7071]]",
		"sigma": strconv.FormatFloat(sigma, 'g', -1, 64),
	},
}

// wideSpace is the ring's among 80 numbers, of which the others are 0: too many
// to be compared as they are.
func wideSpace() sdk.Space {
	s := ringSpace
	s.Shape, s.Segments, s.Meta = []int{80}, []sdk.Segment{{Kind: sdk.Real, Len: 80}}, nil
	return s
}

func widen(b sdk.Batch) sdk.Batch {
	wide := sdk.MakeBatch(b.Len(), 80)
	for i := range b.Len() {
		copy(wide.Row(i), b.Row(i))
	}
	wide.Conditions = b.Conditions
	return wide
}

// wideSubject is a model of the ring among 80 numbers that has these rows.
func wideSubject(rows sdk.Batch) Subject {
	s := subject(generator{rows: widen(rows)})
	s.Train, s.Test = sdk.InMemory(wideSpace(), widen(ring(800, 1))), sdk.InMemory(wideSpace(), widen(ring(800, 2)))
	return s
}

// onRing returns a row of each label, with them as its condition.
func onRing(rng *rand.Rand, labels []float32) sdk.Batch {
	rows := sdk.MakeBatch(len(labels), 2)
	rows.Conditions = map[string][]float32{"label": labels}
	for i, l := range labels {
		sin, cos := math.Sincos(2 * math.Pi * float64(l) / 8)
		rows.Row(i)[0] = float32(cos + sigma*rng.NormFloat64())
		rows.Row(i)[1] = float32(sin + sigma*rng.NormFloat64())
	}
	return rows
}

// ring returns n rows, of each label as many.
func ring(n int, seed uint64) sdk.Batch {
	labels := make([]float32, n)
	for i := range labels {
		labels[i] = float32(i % 8)
	}
	return onRing(rand.New(rand.NewPCG(seed, 0)), labels)
}

// A generator is a model that can do nothing else. It has as many rows as are
// asked for, in the order of all.
type generator struct {
	sdk.NoEncoder
	rows sdk.Batch
}

func (generator) Train(context.Context, *sdk.Job) error { return nil }

func (g generator) Generate(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	rows := g.rows.Slice(req.First, req.First+req.N)
	rows.Conditions = nil
	return rows, nil
}

// An obedient model heeds labels, after its own fashion.
type obedient struct {
	generator
	takes func(label float32) float32
}

func (obedient) Conditions() []sdk.Condition { return ringSpace.Conditions }

func (o obedient) Generate(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	labels := make([]float32, req.N)
	for i, l := range req.Conditions["label"] {
		labels[i] = o.takes(l)
	}
	rows := onRing(rand.New(rand.NewPCG(req.Seed, uint64(req.First))), labels)
	rows.Conditions = nil
	return rows, nil
}

// subject is a model of the ring, and 800 rows of each kind.
func subject(m sdk.Model) Subject {
	return Subject{
		Model: m, Rows: 800, Samples: 3, Seed: 1,
		Train: sdk.InMemory(ringSpace, ring(800, 1)), Test: sdk.InMemory(ringSpace, ring(800, 2)),
	}
}

// figuresOf measures and returns the figures by name.
func figuresOf(t *testing.T, s Subject, metrics ...string) map[string]report.Figure {
	t.Helper()
	found, err := s.Measure(t.Context(), metrics)
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]report.Figure{}
	for _, f := range found.Figures {
		if f.Problem != "" {
			t.Errorf("%s: %s", f.Name, f.Problem)
		}
		figures[f.Name] = f
	}
	return figures
}

// within checks that a value is no further than that from another.
func within(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if !(math.Abs(got-want) <= by) {
		t.Errorf("%s is %.4g, want %.4g ± %.4g", what, got, want, by)
	}
}
