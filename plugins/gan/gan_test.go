package main

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/sdktest"
	"github.com/genhost/genhost/sdk/tensor"
)

func TestPlugin(t *testing.T) {
	for name, settings := range map[string]string{
		"mlp":         `{}`,
		"conv":        `{"architecture": "conv", "filters": 2, "batch_norm": true}`,
		"conditional": `{"condition": ["label"], "spectral_norm": true, "loss": "hinge"}`,
		"critic":      `{"loss": "wgan-gp", "critic_steps": 3, "pac": 2}`,
		"sampled":     `{"condition": ["label"], "tell": "some", "categories": "straight-through", "batch_norm": false}`,
		"sequence":    `{"architecture": "sequence", "filters": 4, "blocks": 1, "categories": "softmax"}`,
	} {
		t.Run(name, func(t *testing.T) {
			narrow := sdk.Settings{"generator": json.RawMessage("[32, 32]"), "discriminator": json.RawMessage("[32]")}
			if err := json.Unmarshal([]byte(settings), &narrow); err != nil {
				t.Fatal(err)
			}
			sdktest.Suite{Plugin: plugin, Settings: map[string]sdk.Settings{"gan": narrow}}.Run(t)
		})
	}
}

func space(kind sdk.Kind, shape ...int) sdk.Space {
	s := sdk.Space{Modality: "test", Shape: shape, Conditions: []sdk.Condition{
		{Name: "label", Values: []string{"a", "b", "c"}}, {Name: "size", Min: 2, Max: 3},
	}}
	s.Segments = []sdk.Segment{{Kind: kind, Len: s.Size()}}
	if kind == sdk.Category {
		s.Segments[0].Of = 3
	}
	return s
}

func asIs(*settings) {}

// small returns an initialised model of rows of 5 numbers, or, of conv, of pictures,
// or, of sequence, of categories.
func small(t *testing.T, set func(*settings)) *gan {
	t.Helper()
	s := smallSettings(set)
	rows := space(sdk.Unit, 5)
	if s.Architecture == "conv" {
		rows = space(sdk.Unit, 9, 8, 2)
	}
	if s.Architecture == "sequence" {
		rows = space(sdk.Category, 6)
	}
	return shaken(t, s, rows)
}

func smallSettings(set func(*settings)) settings {
	s := defaults
	s.Latent, s.Generator, s.Discriminator, s.Filters = 3, []int{6, 5}, []int{4}, 2
	s.Activation, s.DiscriminatorAct = "tanh", "tanh" // no kinks, where differences mislead
	set(&s)
	return s
}

// shaken returns an initialised model.
func shaken(t *testing.T, s settings, rows sdk.Space) *gan {
	t.Helper()
	n, err := newGAN(s, rows)
	if err != nil {
		t.Fatal(err)
	}
	shake(n)
	return n
}

// shake gives all of a model's parameters numbers, so that no bias is 0.
func shake(n *gan) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range []*tensor.Params{&n.g.params, &n.d.params, &n.average.params} {
		p.Init(rng)
		for i := range p.Data {
			p.Data[i] += 0.3 * (rng.Float32() - 0.5)
		}
	}
	for _, p := range []*tensor.Params{&n.g.stats, &n.average.stats, &n.d.stats} {
		p.Init(rng)
	}
}

// labelled returns n rows with a label and a size.
func labelled(space sdk.Space, n int) sdk.Rows {
	b := sdk.MakeBatch(n, space.Shape...)
	b.Conditions = map[string][]float32{"label": make([]float32, n), "size": make([]float32, n)}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		b.Conditions["label"][i], b.Conditions["size"][i] = float32(i%3), 2+rng.Float32()
		for j := range b.Row(i) {
			b.Row(i)[j] = rng.Float32()
		}
	}
	for i := range n {
		at := 0
		for _, g := range space.Segments {
			for j := range b.Row(i)[at : at+g.Len] {
				switch {
				case g.Kind == sdk.Category && at+j == 1 && g.Len == 1: // of mixed
					b.Row(i)[1] = b.Conditions["label"][i]
				case g.Kind == sdk.Category:
					b.Row(i)[at+j] = float32(rng.IntN(g.Of))
				}
			}
			at += g.Len
		}
	}
	return sdk.InMemory(space, b)
}

// The generator's rows come to have the mean and the spread of the data.
func TestLearnsADistribution(t *testing.T) {
	const mean, sd = 1.5, 0.5
	s := defaults
	s.Latent, s.Generator, s.Discriminator = 2, []int{16}, []int{16}
	s.Rate, s.DiscriminatorRate, s.Beta1, s.LabelSmoothing = 5e-4, 5e-3, 0, 0
	s.Batch, s.Epochs, s.EMA = 128, 400, 0.998
	n, err := newGAN(s, space(sdk.Real, 1))
	if err != nil {
		t.Fatal(err)
	}
	n.space.Conditions = nil
	x := sdk.MakeBatch(1024, 1)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range x.Data {
		x.Data[i] = float32(mean + sd*rng.NormFloat64())
	}
	job := &sdk.Job{Data: sdk.InMemory(n.space, x), Seed: 1}
	if err := job.Run(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	y, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 4000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	sum, squares := 0.0, 0.0
	for _, v := range y.Data {
		sum, squares = sum+float64(v), squares+float64(v)*float64(v)
	}
	gotMean := sum / 4000
	gotSD := math.Sqrt(squares/4000 - gotMean*gotMean)
	if math.Abs(gotMean-mean) > 0.1 || math.Abs(gotSD-sd) > 0.1 {
		t.Errorf("rows are %.2f ± %.2f, want %.2f ± %.2f", gotMean, gotSD, mean, sd)
	}
}

// It is the average of the generator that generates: with no decay that is the
// generator itself.
func TestAverageGenerates(t *testing.T) {
	for _, decay := range []float64{0, 0.9} {
		n := small(t, asIs)
		n.EMA, n.Batch, n.Epochs, n.Rate = decay, 4, 5, 0.01
		job := &sdk.Job{Data: labelled(n.space, 8)}
		if err := job.Run(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		req := sdk.GenerateRequest{N: 2, Seed: 1}
		got, err := n.Generate(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		z, err := n.Draw(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		var tape tensor.Tape
		last, _ := n.g.make(tape.Input(z.Data, 2, n.Latent), nil)
		if same := slices.Equal(got.Data, last.Data); same != (decay == 0) {
			t.Errorf("decay %g: rows of the last generator: %v", decay, same)
		}
	}
}

func TestRowsAcrossChunks(t *testing.T) {
	n := small(t, asIs)
	n.trained = true
	all, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 2*chunk + 5, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	some, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 3, Seed: 3, First: chunk - 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(some.Data, all.Slice(chunk-1, chunk+2).Data) {
		t.Error("rows depend on where a request begins")
	}
}

func TestEncodeIsUnsupported(t *testing.T) {
	n := small(t, asIs)
	n.trained = true
	if _, err := n.Encode(t.Context(), sdk.MakeBatch(1, 5)); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want ErrUnsupported", err)
	}
}
