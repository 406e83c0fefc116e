package main

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
)

// A table is rows of two categories and a number: a colour, of which there are a
// hundred, ten and one, the shape that each colour has, and 0.1, 0.5 or 0.9 by colour.
// The first two are conditions.
func table() (sdk.Space, sdk.Batch) {
	s := sdk.Space{
		Modality: "table", Shape: []int{3},
		Segments: []sdk.Segment{{Name: "colour", Kind: sdk.Category, Len: 1, Of: 3}, {Name: "shape", Kind: sdk.Category, Len: 1, Of: 3}, {Name: "size", Kind: sdk.Unit, Len: 1}},
		Conditions: []sdk.Condition{
			{Name: "shape", Values: []string{"round", "square", "long"}}, {Name: "colour", Values: []string{"red", "green", "blue"}},
		},
	}
	x := sdk.MakeBatch(111, 3)
	x.Conditions = map[string][]float32{"colour": make([]float32, 111), "shape": make([]float32, 111)}
	for i := range x.Len() {
		colour := 0
		if i%11 == 5 {
			colour = 1
		}
		if i == 50 {
			colour = 2
		}
		copy(x.Row(i), []float32{float32(colour), float32(2 - colour), []float32{0.1, 0.5, 0.9}[colour]})
		x.Conditions["colour"][i], x.Conditions["shape"][i] = x.Row(i)[0], x.Row(i)[1]
	}
	return s, x
}

func tabular(t *testing.T, set func(*settings)) (*gan, *sdk.Job) {
	t.Helper()
	s := smallSettings(func(s *settings) {
		s.Condition, s.Tell = []string{"shape", "colour"}, tellSome
		set(s)
	})
	space, rows := table()
	return shaken(t, s, space), &sdk.Job{Data: sdk.InMemory(space, rows), Seed: 1}
}

// Rows are drawn by the logarithm of how often their value is there, and have what
// is told of them.
func TestSampler(t *testing.T) {
	n, job := tabular(t, asIs)
	s := n.newGame(job).sampler
	const draws = 30_000
	rows := s.draw(draws)
	count, told := [3]float64{}, [3]float64{} // by colour, and by how many conditions are told
	for i := range draws {
		count[int(rows.Row(i)[0])] += 1.0 / draws
		known := 0
		for at, name := range []string{"colour", "shape"} {
			switch v := s.told[name][i]; {
			case v != v:
			case v == rows.Row(i)[at]:
				known++
			default:
				t.Fatalf("row %v is told to have %s %g", rows.Row(i), name, v)
			}
		}
		told[known] += 1.0 / draws
	}
	sum := 0.0
	_, all := table()
	often := [3]float64{}
	for _, v := range all.Conditions["colour"] {
		often[int(v)]++
	}
	for _, n := range often {
		sum += math.Log1p(n)
	}
	for v, n := range often {
		if want := math.Log1p(n) / sum; math.Abs(count[v]-want) > 0.01 {
			t.Errorf("colour %d, of %g rows, is drawn in %.3f, want %.3f", v, n, count[v], want)
		}
	}
	if math.Abs(told[1]-0.75) > 0.01 || math.Abs(told[2]-0.25) > 0.01 {
		t.Errorf("of the rows %.3f are told one condition and %.3f two, want 0.75 and 0.25", told[1], told[2])
	}
}

// G descends the cross-entropy of what was told with the logits of the category that
// is the condition, by a loop.
func TestDisagreement(t *testing.T) {
	n, job := tabular(t, asIs)
	p := n.newGame(job)
	if !slices.Equal(p.mirrors, []int{1, 0}) {
		t.Fatalf("shape and colour are the numbers %v of a row, want 1 and 0", p.mirrors)
	}
	p.sampler.draw(50)
	logits := nn.Normal(p.tape.Constant(50, n.width()), 1, 0)
	want := 0.0
	for i := range 50 {
		row := logits.Data[i*7 : (i+1)*7]
		for name, of := range map[string][]float32{"colour": row[:3], "shape": row[3:6]} {
			v := p.sampler.told[name][i]
			if v != v {
				continue
			}
			sum := 0.0
			for _, x := range of {
				sum += math.Exp(float64(x))
			}
			want -= (float64(of[int(v)]) - math.Log(sum)) / 50
		}
	}
	if got := p.disagreement(logits).Item(); math.Abs(got-want) > 1e-5 {
		t.Errorf("disagreement %.6f, want %.6f", got, want)
	}
	fake, logits := p.make(p.tell(sdk.Batch{}, 50), 50)
	p.critic.y = p.tell(sdk.Batch{}, 50)
	if got := p.lossG(fake, logits).Item() - p.metrics["loss_g"]; math.Abs(got-p.metrics["disagreement"]) > 1e-5 || got == 0 {
		t.Errorf("G descends %.6f beside its loss, want the disagreement, %.6f", got, p.metrics["disagreement"])
	}
}

// Latents of a model that is told some have no conditions that were not asked for,
// and without any the networks are told one, as often as the data has it.
func TestLeavesOpen(t *testing.T) {
	n, job := tabular(t, asIs)
	n.newGame(job)
	n.trained = true
	asked, err := n.Draw(t.Context(), sdk.GenerateRequest{N: 2, Conditions: map[string][]float32{"colour": {2}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := asked.Conditions["shape"]; ok || !slices.Equal(asked.Conditions["colour"], []float32{2, 2}) {
		t.Errorf("asked for a colour, latents have %v", asked.Conditions)
	}
	if n.leavesAllOpen(asked.Conditions) || !n.leavesAllOpen(map[string][]float32{temperature: {1, 1}}) {
		t.Error("a temperature counts as something that is known of a row, or a colour does not")
	}
	const draws = 20_000
	z, err := n.Draw(t.Context(), sdk.GenerateRequest{N: draws, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	told := n.drawSome(z)
	red, colours := 0.0, 0.0
	for i := range draws {
		colour, shape := told["colour"][i], told["shape"][i]
		if (colour == colour) == (shape == shape) {
			t.Fatalf("a row is told colour %g and shape %g, want one", colour, shape)
		}
		if colour == colour {
			colours++
			if colour == 0 {
				red++
			}
		}
	}
	if want := 100.0 / 111; math.Abs(red/colours-want) > 0.01 || math.Abs(colours/draws-0.5) > 0.01 {
		t.Errorf("%.3f of the rows are told their colour, and %.3f of these red; want 0.5 and %.3f", colours/draws, red/colours, want)
	}
}

func TestTellsNoNumbers(t *testing.T) {
	s := smallSettings(func(s *settings) { s.Condition, s.Tell = []string{"size"}, tellSome })
	_, err := newGAN(s, mixed())
	if !errors.Is(err, sdk.ErrBadSetting) || len(sdk.Hints(err)) == 0 {
		t.Errorf("got %v, want ErrBadSetting with a hint", err)
	}
}

// Of a value that one row in a hundred has G learns what it means: rows that are
// asked for have it, and what goes with it. Others have values as often as the data.
func TestLearnsRareValues(t *testing.T) {
	n, job := tabular(t, func(s *settings) {
		s.Generator, s.Discriminator, s.Activation, s.DiscriminatorAct = []int{32}, []int{32}, "relu", "leaky_relu"
		s.Latent, s.Rate, s.DiscriminatorRate, s.Batch, s.Epochs, s.EMA = 4, 5e-3, 5e-3, 37, 300, 0.99
	})
	if err := job.Run(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	for colour, want := range []float64{0.1, 0.5, 0.9} {
		rows, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 200, Conditions: map[string][]float32{"colour": {float32(colour)}}})
		if err != nil {
			t.Fatal(err)
		}
		right, mean := 0, 0.0
		for i := range rows.Len() {
			row := rows.Row(i)
			if int(row[0]) == colour && int(row[1]) == 2-colour {
				right++
			}
			mean += float64(row[2]) / 200
		}
		t.Logf("colour %d: %d of 200 rows have it and its shape, sizes have mean %.2f", colour, right, mean)
		if right < 180 || math.Abs(mean-want) > 0.15 {
			t.Errorf("colour %d: %d of 200 rows have it and its shape, want 180; sizes have mean %.2f, want %.1f", colour, right, mean, want)
		}
	}
	rows, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 2000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	red := 0.0
	for i := range rows.Len() {
		if rows.Row(i)[0] == 0 {
			red += 1.0 / 2000
		}
	}
	if want := 100.0 / 111; math.Abs(red-want) > 0.05 {
		t.Errorf("of rows for which nothing was asked %.3f are red, want %.3f", red, want)
	}
}
