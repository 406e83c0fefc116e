package main

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

func learn(n *gan, rows sdk.Rows) {
	values, _ := n.collect(rows, n.view)
	n.learn(values)
}

func both(s *settings) { s.Condition = []string{"label", "size"} }

// A label is one-hot, a number goes from -1 to 1.
func TestConditionsAsNumbers(t *testing.T) {
	values := map[string][]float32{"label": {2, 0, 1}, "size": {2, 3, 2.75}}
	var tape tensor.Tape
	for _, c := range []struct {
		names []string
		want  []float32
	}{
		{[]string{"label", "size"}, []float32{0, 0, 1, -1, 1, 0, 0, 1, 0, 1, 0, 0.5}},
		{[]string{"size", "label"}, []float32{-1, 0, 0, 1, 1, 1, 0, 0, 0.5, 0, 1, 0}},
	} {
		n := small(t, func(s *settings) { s.Condition = c.names })
		if got := n.encode(tape.Constant(3, n.toldWidth), values).Data; !slices.Equal(got, c.want) {
			t.Errorf("%v: got %v, want %v", c.names, got, c.want)
		}
	}
}

// Conditions that were not asked for are drawn as they were in training.
func TestDrawsConditionsAsInTraining(t *testing.T) {
	n := small(t, both)
	n.trained = true
	const rows, draws = 5000, 20_000
	x := sdk.MakeBatch(rows, 5)
	x.Conditions = map[string][]float32{"label": make([]float32, rows), "size": make([]float32, rows)}
	for i := range rows {
		// A tenth a, none of b; sizes of the density 2(size − 2).
		x.Conditions["label"][i] = float32(2 * min(1, i%10))
		x.Conditions["size"][i] = 2 + float32(math.Sqrt((float64(i*7%rows)+0.5)/rows))
	}
	learn(n, sdk.InMemory(n.space, x))
	z, err := n.Draw(t.Context(), sdk.GenerateRequest{N: draws, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	count := [3]float64{}
	mean, below := 0.0, 0.0
	for i, v := range z.Conditions["label"] {
		count[int(v)] += 1.0 / draws
		size := float64(z.Conditions["size"][i])
		mean += size / draws
		if size < 2.5 {
			below += 1.0 / draws
		}
	}
	if math.Abs(count[0]-0.1) > 0.01 || count[1] != 0 {
		t.Errorf("labels are drawn with shares %.3f, want 0.1, 0 and 0.9", count)
	}
	if math.Abs(mean-(2+2.0/3)) > 0.01 || math.Abs(below-0.25) > 0.015 {
		t.Errorf("sizes have mean %.3f, and %.3f lie below 2.5; want 2.667 and 0.25", mean, below)
	}
	sizes := slices.Compact(slices.Sorted(slices.Values(z.Conditions["size"])))
	if len(sizes) < draws/2 {
		t.Errorf("%d sizes are all of %d kinds", draws, len(sizes))
	}
}

// Latents are those without a request; and what is asked for rides in them.
func TestAskedConditions(t *testing.T) {
	n := small(t, both)
	n.trained = true
	learn(n, labelled(n.space, 30))
	free, err := n.Draw(t.Context(), sdk.GenerateRequest{N: 3, Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	asked, err := n.Draw(t.Context(), sdk.GenerateRequest{N: 3, Seed: 4, Conditions: map[string][]float32{"label": {1}}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(free.Data, asked.Data) || !slices.Equal(free.Conditions["size"], asked.Conditions["size"]) {
		t.Error("asking for a label changes the rest of the latents")
	}
	if !slices.Equal(asked.Conditions["label"], []float32{1, 1, 1}) {
		t.Errorf("asked for label 1, got %v", asked.Conditions["label"])
	}
	asked.Conditions = nil
	if _, err := n.Decode(t.Context(), asked); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
		t.Errorf("latents without conditions: %v, want ErrBadInput and a hint", err)
	}
}

// An asterisk is all conditions with values; rows without any are told nothing.
func TestEveryLabel(t *testing.T) {
	rows := space(sdk.Unit, 5)
	c, err := newConditioning(rows, []string{"*"}, true)
	if err != nil || len(c.heeded) != 1 || c.heeded[0].Name != "label" || c.toldWidth != 3 {
		t.Errorf("* is %+v, %v; want label, 3 numbers", c, err)
	}
	rows.Conditions = nil
	if c, err := newConditioning(rows, []string{"*"}, true); err != nil || c.toldWidth != 0 {
		t.Errorf("* of rows without conditions is %+v, %v", c, err)
	}
	if _, err := newConditioning(rows, []string{"*", "label"}, false); err == nil {
		t.Error("* beside others is no condition, and not refused")
	}
}

// Who has rows without any is told how to go on.
func TestNoConditionsAtAll(t *testing.T) {
	rows := space(sdk.Unit, 5)
	rows.Conditions = nil
	s := smallSettings(func(s *settings) { s.Condition = []string{"label"} })
	_, err := newGAN(s, rows)
	if hints := sdk.Hints(err); !errors.Is(err, sdk.ErrBadInput) || !errors.Is(err, sdk.ErrBadSetting) || len(hints) == 0 || !strings.Contains(hints[0], "--set condition=") {
		t.Errorf("got %v with %q", err, hints)
	}
}

func TestRefusesConditions(t *testing.T) {
	s := defaults
	for _, c := range []struct {
		names      []string
		says, hint string
	}{{[]string{"label", "label"}, `"label" twice`, ""}, {[]string{"lable"}, `has "lable"`, "did you mean label?"}} {
		s.Condition = c.names
		_, err := newGAN(s, space(sdk.Unit, 5))
		var bad *sdk.SettingError
		if !errors.As(err, &bad) || bad.Setting != "condition" || !strings.Contains(bad.Problem, c.says) || !strings.Contains(strings.Join(sdk.Hints(err), "\n"), c.hint) {
			t.Errorf("conditions %v: %v with hints %q, want a SettingError of condition", c.names, err, sdk.Hints(err))
		}
	}
	n := small(t, both)
	other := n.space
	other.Conditions = other.Conditions[1:]
	if err := (&sdk.Job{Data: labelled(other, 4)}).Run(t.Context(), n); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("rows without labels: %v, want ErrBadInput", err)
	}
}

// The generator learns which label means which numbers.
func TestLearnsLabels(t *testing.T) {
	n := small(t, func(s *settings) {
		s.Condition = []string{"label"}
		s.Generator, s.Discriminator, s.Activation, s.DiscriminatorAct = []int{16}, []int{16}, "relu", "leaky_relu"
		s.Rate, s.DiscriminatorRate, s.Batch, s.Epochs, s.R1 = 5e-3, 5e-3, 48, 120, 0.1
	})
	x := sdk.MakeBatch(480, 5)
	x.Conditions = map[string][]float32{"label": make([]float32, 480), "size": make([]float32, 480)}
	for i := range 480 {
		x.Conditions["label"][i], x.Conditions["size"][i] = float32(i%3), 2
		for j := range 5 {
			x.Row(i)[j] = []float32{0.2, 0.5, 0.8}[i%3]
		}
	}
	if err := (&sdk.Job{Data: sdk.InMemory(n.space, x), Seed: 1}).Run(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	for label, want := range []float64{0.2, 0.5, 0.8} {
		rows, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 100, Conditions: map[string][]float32{"label": {float32(label)}}})
		if err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for _, v := range rows.Data {
			mean += float64(v) / float64(len(rows.Data))
		}
		if math.Abs(mean-want) > 0.1 {
			t.Errorf("label %d: numbers have mean %.2f, want %.2f", label, mean, want)
		}
	}
}
