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

// labelled is a space of 5 unit numbers with two labels and a number, and rows
// of it: their first label says which number is bright. Half of them are red.
func labelled() (sdk.Space, sdk.Batch) {
	s := space(sdk.Unit, 5)
	s.Conditions = []sdk.Condition{
		{Name: "place", Values: []string{"first", "second", "third", "never", "last"}},
		{Name: "colour", Values: []string{"red", "green", "blue"}},
		{Name: "size", Min: 0, Max: 1},
	}
	const n = 400
	b := sdk.MakeBatch(n, 5)
	b.Conditions = map[string][]float32{"place": make([]float32, n), "colour": make([]float32, n), "size": make([]float32, n)}
	for i := range n {
		place := []int{0, 1, 2, 4}[i%4]
		b.Row(i)[place] = 1
		b.Conditions["place"][i] = float32(place)
		b.Conditions["colour"][i] = float32([]int{0, 1, 0, 2}[i/4%4])
	}
	return s, b
}

func conditional(t *testing.T, conditions ...string) (*vae, sdk.Batch) {
	t.Helper()
	s, rows := labelled()
	set := defaults
	set.Latent, set.Hidden, set.Condition, set.Epochs, set.Rate, set.Activation = 2, []int{16}, conditions, 40, 0.01, "tanh"
	v, err := newVAE(set, s)
	if err != nil {
		t.Fatal(err)
	}
	return v, rows
}

// Rows that are asked for are those of their label, and rows that are not have
// labels as often as the training rows had them.
func TestConditions(t *testing.T) {
	v, rows := conditional(t, "colour", "place")
	job := &sdk.Job{Data: sdk.InMemory(v.space, rows)}
	if err := job.Run(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if got := namesOf(v.Conditions()); !slices.Equal(got, []string{"colour", "place"}) {
		t.Errorf("it heeds %v", got)
	}
	const n = 4000
	got, err := v.Generate(t.Context(), sdk.GenerateRequest{N: n, Seed: 3, Conditions: map[string][]float32{"place": {4}}})
	if err != nil {
		t.Fatal(err)
	}
	seen := make([]float64, 3)
	for i := range n {
		if row := got.Row(i); row[4] < 0.8 || max(row[0], row[1], row[2]) > 0.2 {
			t.Fatalf("row %d is %.2f, asked for the last to be bright", i, row)
		}
		seen[int(got.Conditions["colour"][i])] += 1.0 / n
	}
	for c, want := range []float64{0.5, 0.25, 0.25} {
		if math.Abs(seen[c]-want) > 4*math.Sqrt(want*(1-want)/n) {
			t.Errorf("colour %d in %.3f of the rows, want %.3f", c, seen[c], want)
		}
	}
	any, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 200, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, place := range any.Conditions["place"] {
		if any.Row(i)[int(place)] < 0.8 || place == 3 {
			t.Errorf("row %d has the label %g and is %.2f", i, place, any.Row(i))
		}
	}
}

// The labels ride with the latents, and decide what becomes of them.
func TestLabelsRideWithLatents(t *testing.T) {
	v, rows := conditional(t, "place")
	job := &sdk.Job{Data: sdk.InMemory(v.space, rows)}
	if err := job.Run(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	z, err := v.Encode(t.Context(), rows.Slice(0, 6))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(z.Conditions["place"], rows.Conditions["place"][:6]) || len(z.Conditions) != 1 {
		t.Errorf("the latents have %v", z.Conditions)
	}
	z.Conditions["place"] = []float32{2, 2, 2, 2, 2, 2}
	again, err := v.Decode(t.Context(), z)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		if again.Row(i)[2] < 0.8 {
			t.Errorf("under another label row %d becomes %.2f", i, again.Row(i))
		}
	}
	z.Conditions = nil
	rows.Conditions = nil
	_, decode := v.Decode(t.Context(), z)
	_, encode := v.Encode(t.Context(), rows)
	_, score := v.Score(t.Context(), rows, sdk.ScoreRequest{Samples: 1})
	for what, err := range map[string]error{"decode": decode, "encode": encode, "score": score} {
		if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "place") || len(sdk.Hints(err)) == 0 {
			t.Errorf("%s without labels: %v, want ErrBadInput that names the condition, and a hint", what, err)
		}
	}
}

func TestConditionalGradient(t *testing.T) {
	v, rows := conditional(t, "place", "colour")
	v.Samples, v.Bound = 2, "iwae"
	v.params.Init((&sdk.Job{}).Rand(0))
	b := rows.Slice(0, 3)
	checkGradient(t, "conditional", v, func(tape *tensor.Tape) *tensor.Tensor {
		eps := epsilon(tape.Constant(6, 2), 3, 3, 0, tape)
		return v.bound(v.input(b, 0, 0, tape), v.oneHot(b, tape), eps, 1, tape).loss
	})
}

func TestConditionSetting(t *testing.T) {
	s, _ := labelled()
	for names, want := range map[string]string{"shape": `"shape"`, "size": "is a number", "place,place": "twice"} {
		set := defaults
		set.Condition = strings.Split(names, ",")
		_, err := newVAE(set, s)
		var bad *sdk.SettingError
		if !errors.As(err, &bad) || bad.Setting != "condition" || !strings.Contains(err.Error(), want) {
			t.Errorf("condition = %s: %v, want a SettingError that says %s", names, err, want)
		}
	}
	_, err := newVAE(settings{Condition: []string{"plaice"}, Likelihood: "auto"}, s)
	if hints := sdk.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "did you mean place?") {
		t.Errorf("a misspelt condition has the hints %q", hints)
	}
}

// Who has rows without any is told how to go on.
func TestNoConditionsAtAll(t *testing.T) {
	s := defaults
	s.Condition = []string{"label"}
	_, err := newVAE(s, space(sdk.Unit, 5))
	if hints := sdk.Hints(err); !errors.Is(err, sdk.ErrBadInput) || len(hints) == 0 || !strings.Contains(hints[0], "--set condition=") {
		t.Errorf("got %v with %q", err, hints)
	}
}

// Data whose labels are others than the model's are refused.
func TestTrainRefusesLabels(t *testing.T) {
	v, rows := conditional(t, "place")
	rows.Conditions["place"][7] = 5
	job := &sdk.Job{Data: sdk.InMemory(v.space, rows)}
	if err := job.Run(t.Context(), v); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("a label that there is not: %v", err)
	}
	bare := space(sdk.Unit, 5)
	job = &sdk.Job{Data: sdk.InMemory(bare, rows)}
	if err := job.Run(t.Context(), v); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
		t.Errorf("rows without labels: %v, want ErrBadInput and a hint", err)
	}
}

func TestQuantile(t *testing.T) {
	counts := []float32{0, 3, 0, 1, 0}
	for _, c := range [][2]float32{{0, 1}, {0.74, 1}, {0.75, 3}, {0.9999999, 3}} {
		if got := quantile(counts, c[0]); got != c[1] {
			t.Errorf("a part %g is below %g, want %g", c[0], got, c[1])
		}
	}
}
