package measure

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A coder encodes a row as itself and a number that is always the same, decodes
// it a tenth too far right, and scores it by its first number.
type coder struct {
	generator
	scored []sdk.ScoreRequest
	given  map[string][]float32 // conditions of the rows that it last encoded or scored
}

func (c *coder) heed(x sdk.Batch) { c.given = x.Conditions }

func (c *coder) Encode(_ context.Context, x sdk.Batch) (sdk.Batch, error) {
	c.heed(x)
	z := sdk.MakeBatch(x.Len(), 3)
	for i := range x.Len() {
		copy(z.Row(i), x.Row(i))
	}
	return z, nil
}

func (*coder) Draw(context.Context, sdk.GenerateRequest) (sdk.Batch, error) {
	return sdk.Batch{}, errors.ErrUnsupported
}

func (*coder) Decode(_ context.Context, z sdk.Batch) (sdk.Batch, error) {
	x := sdk.MakeBatch(z.Len(), 2)
	for i := range x.Len() {
		x.Row(i)[0], x.Row(i)[1] = z.Row(i)[0]+0.1, z.Row(i)[1]
	}
	return x, nil
}

func (c *coder) Score(_ context.Context, x sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	c.heed(x)
	c.scored = append(c.scored, req)
	scores := make([]sdk.Score, x.Len())
	for i := range scores {
		v := float64(x.Row(i)[0])
		scores[i] = sdk.Score{LogLikelihood: v - 1, ELBO: v - 2, Reconstruction: v, KL: 2}
	}
	return scores, nil
}

func TestLikelihood(t *testing.T) {
	c := &coder{}
	s := subject(c)
	s.Rows = 150
	found, err := s.Measure(t.Context(), []string{"likelihood"})
	if err != nil || len(found.Figures) != 5 {
		t.Fatalf("%+v, %v", found.Figures, err)
	}
	var mean float64
	for _, v := range found.Surprises {
		mean += v / float64(len(found.Surprises))
	}
	elbo, kl, nll := found.Figures[0], found.Figures[2], found.Figures[3]
	within(t, "nll", nll.Value, mean, 1e-9)
	within(t, "nll", nll.Value, 1, 0.2) // the first number of a row is 0 in the mean, and √½ apart
	within(t, "nll's error", nll.SE, math.Sqrt(0.5/150), 0.01)
	within(t, "elbo", elbo.Value, -nll.Value-1, 1e-9)
	if kl.Value != 2 || kl.SE != 0 || nll.N != 150 || nll.Note != "3 importance samples" || nll.Samples != 3 || elbo.Samples != 0 {
		t.Errorf("%+v, %+v", kl, nll)
	}
	if len(found.TrainSurprises) != 150 || len(c.scored) != 4 || c.scored[1] != (sdk.ScoreRequest{Samples: 3, Seed: 1, First: 100}) {
		t.Errorf("%d training rows, scored in %+v", len(found.TrainSurprises), c.scored)
	}
}

func TestLatents(t *testing.T) {
	figures := figuresOf(t, subject(&coder{}), "active-units", "mse")
	if f := figures["active-units"]; f.Value != 2 || f.Note != "of 3 latents" {
		t.Errorf("%+v", f)
	}
	f := figures["mse"]
	within(t, "mse", f.Value, 0.005, 1e-6) // 0.1² in one number of two
	within(t, "mse's floor", *f.Floor, 0.5+sigma*sigma, 0.02)
}

// labelled heeds labels.
type labelled struct{ *coder }

func (labelled) Conditions() []sdk.Condition { return ringSpace.Conditions }

// Models get the conditions that they heed, and no others.
func TestHeeded(t *testing.T) {
	c := &coder{}
	for _, metric := range []string{"mse", "likelihood"} {
		figuresOf(t, subject(c), metric)
		if len(c.given) != 0 {
			t.Errorf("%s: conditions %v", metric, c.given)
		}
		figuresOf(t, subject(labelled{c}), metric)
		if len(c.given["label"]) == 0 {
			t.Errorf("%s: no labels", metric)
		}
	}
}

// What plots show are latents with the labels of their rows, and the nearest
// training rows.
func TestShown(t *testing.T) {
	s := subject(&coder{})
	z, err := s.Latents(t.Context(), 100)
	if err != nil || z.Len() != 100 || len(z.Conditions["label"]) != 100 {
		t.Fatalf("%d latents, %v", z.Len(), err)
	}
	train := ring(800, 1)
	near, err := s.Nearest(t.Context(), train.Slice(3, 5), 2)
	if err != nil || near.Len() != 4 {
		t.Fatalf("%d rows, %v", near.Len(), err)
	}
	for i, row := range [][]float32{train.Row(3), train.Row(4)} {
		if got := near.Row(2 * i); got[0] != row[0] || got[1] != row[1] {
			t.Errorf("nearest to row %d is %v, not itself, %v", i, got, row)
		}
	}
	if near, err = s.Nearest(t.Context(), train.Slice(0, 1), 5000); err != nil || near.Len() != 800 {
		t.Errorf("%d rows, %v", near.Len(), err)
	}
}

// Rows with another set of labels are compared without them.
func TestOtherLabels(t *testing.T) {
	other := ringSpace
	other.Conditions = []sdk.Condition{{Name: "label", Values: []string{"a", "b", "c", "d", "e", "f", "g", "h"}}}
	s := subject(&coder{})
	s.Test = sdk.InMemory(other, ring(800, 2))
	z, err := s.Latents(t.Context(), 100)
	if err != nil || len(z.Conditions) != 0 {
		t.Errorf("%v, %v", z.Conditions, err)
	}
	s = wideSubject(ring(800, 3))
	other.Shape, other.Segments = wideSpace().Shape, wideSpace().Segments
	s.Test = sdk.InMemory(other, widen(ring(800, 2)))
	found, err := s.Measure(t.Context(), []string{"fcd"})
	if err != nil || found.Figures[0].Name != "frechet" || found.Classifier != nil {
		t.Errorf("%+v, %v", found, err)
	}
}

// The plane of rows that lie in one, somewhere in five dimensions, has all of
// their variance; distances stay.
func TestPlane(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	rows := sdk.MakeBatch(500, 5)
	for i := range rows.Len() {
		a, b := 3*rng.NormFloat64(), rng.NormFloat64()
		copy(rows.Row(i), []float32{float32(7 - 0.6*a), float32(0.5 * a), float32(b), float32(0.5 * a), 1})
	}
	points, share, err := Plane(rows)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "the share", share, 1, 1e-6)
	v := Variances(points)
	if v[0] < v[1] {
		t.Errorf("variances %v", v)
	}
	distance := func(b sdk.Batch, i, j int) (sum float64) {
		for k, x := range b.Row(i) {
			d := float64(x - b.Row(j)[k])
			sum += d * d
		}
		return math.Sqrt(sum)
	}
	for i := range 50 {
		within(t, "a distance", distance(points, i, 499-i), distance(rows, i, 499-i), 1e-4)
	}
	if points.Row(0)[0]*(rows.Row(0)[0]-7) < 0 { // the largest weight is that of −0.6·a
		t.Error("the largest weight is not positive")
	}
	if _, _, err := Plane(sdk.MakeBatch(5, 5)); !errors.Is(err, sdk.ErrBadInput) {
		t.Error(err)
	}
	if _, _, err := Plane(rows.Slice(0, 2)); !errors.Is(err, sdk.ErrBadInput) {
		t.Error(err)
	}
}
