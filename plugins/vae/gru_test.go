package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// sequences is a space of so many classes out of three.
func sequences(steps int) sdk.Space {
	return sdk.Space{Modality: "text", Shape: []int{steps}, Segments: []sdk.Segment{{Kind: sdk.Category, Len: steps, Of: 3}}}
}

func smallGRU(t *testing.T, steps int, change ...func(*settings)) *vae {
	t.Helper()
	s := defaults
	s.Latent, s.Hidden, s.Activation, s.Architecture = 2, []int{4}, "tanh", "gru"
	s.Embedding, s.Units, s.InputDropout = 2, 3, 0
	for _, f := range change {
		f(&s)
	}
	v, err := newVAE(s, sequences(steps))
	if err != nil {
		t.Fatal(err)
	}
	v.params.Init(job().Rand(0))
	return v
}

var threeSequences = []float32{0, 2, 1, 1, 2, 2, 0, 1, 2, 0, 0, 1}

func TestGRUGradient(t *testing.T) {
	for name, rates := range map[string][2]float64{"all seen": {}, "some inputs hidden": {0.5}, "some units hidden": {0, 0.5}} {
		v := smallGRU(t, 4, func(s *settings) { s.InputDropout, s.Dropout, s.EncoderUnits = rates[0], rates[1], 2 })
		checkGradient(t, name, v, func(tape *tensor.Tape) *tensor.Tensor {
			tape.Train(5, 0)
			eps := epsilon(tape.Constant(3, 2), 3, 3, 0, tape)
			return v.bound(tape.Input(threeSequences, 3, 4), nil, eps, 0.7, tape).loss
		})
	}
}

// What the decoder gives for a class depends on those before it only, and is
// what it gives when it writes them one by one.
func TestGRUIsAutoregressive(t *testing.T) {
	v := smallGRU(t, 4)
	d := v.decoder.(*gruDecoder)
	var tape tensor.Tape
	z := nn.Normal(tape.Constant(3, 2), 7, 0)
	x := tape.Input(threeSequences, 3, 4)
	logits := v.decode(z, nil, x)
	d.write(z, nil, &tape, func(step int, dst []float32, one *tensor.Tensor) {
		for i := range dst {
			want := rowOf(logits, i)[3*step : 3*step+3]
			for c, got := range rowOf(one, i) {
				if math.Abs(float64(got-want[c])) > 1e-5 {
					t.Errorf("row %d step %d: logit %.5f one by one, %.5f at once", i, step, got, want[c])
				}
			}
			dst[i] = threeSequences[4*i+step]
		}
	})
	other := slices.Clone(threeSequences)
	other[2] = 0
	changed := v.decode(z, nil, tape.Input(other, 3, 4))
	for j := range 12 {
		if same := rowOf(changed, 0)[j] == rowOf(logits, 0)[j]; same != (j < 9) {
			t.Errorf("the class of step 2 is another: column %d changes: %v", j, !same)
		}
	}
}

// A third of the inputs is hidden in training, and none later.
func TestGRUHidesInputs(t *testing.T) {
	d := &gruDecoder{steps: 4, unseen: 0.3}
	var tape tensor.Tape
	const n = 5000
	tape.Train(1, 0)
	read := d.drop(tape.Full(n, 4*2, 1))
	hidden := 0
	for i := 0; i < len(read.Data); i += 2 {
		if read.Data[i] != read.Data[i+1] {
			t.Fatal("half of an input is hidden")
		}
		if read.Data[i] == 0 {
			hidden++
		}
	}
	if share := float64(hidden) / (4 * n); math.Abs(share-0.3) > 0.02 {
		t.Errorf("%.3f of the inputs are hidden, want 0.3", share)
	}
	tape.Reset()
	if read := d.drop(tape.Full(2, 8, 1)); slices.Contains(read.Data, 0) {
		t.Error("inputs are hidden although nothing trains")
	}
}

// Units are hidden from the last layer while it trains, others at each step.
func TestGRUHidesUnits(t *testing.T) {
	v := smallGRU(t, 4, func(s *settings) { s.Dropout = 0.99 })
	decoded := func(training bool) []float32 {
		var tape tensor.Tape
		if training {
			tape.Train(1, 0)
		}
		z := nn.Normal(tape.Constant(3, 2), 7, 0)
		return v.decode(z, nil, tape.Input(threeSequences, 3, 4)).Data
	}
	bias := 0
	for i, logit := range decoded(true) {
		if logit == v.bias.Data[i%3] {
			bias++
		}
	}
	if all := decoded(false); bias < 30 || slices.Contains(all, v.bias.Data[0]) {
		t.Errorf("%d of 36 logits are the bias alone in training, and later they are %v", bias, all)
	}
}

// sentences are "0 n n n n n": their first class is told by the latent alone, the
// others by those before.
func learnedSentences(t *testing.T, architecture string) *vae {
	t.Helper()
	s := defaults
	s.Architecture, s.Latent, s.Hidden, s.Embedding, s.Units, s.Epochs, s.Rate = architecture, 2, []int{16}, 4, 16, 60, 0.01
	v, err := newVAE(s, sequences(5))
	if err != nil {
		t.Fatal(err)
	}
	rows := sdk.MakeBatch(300, 5)
	for i := range 300 {
		for j := range 5 {
			rows.Row(i)[j] = float32((i + j) % 3)
		}
	}
	if err := (&sdk.Job{Data: sdk.InMemory(v.space, rows), Seed: 1}).Run(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	return v
}

// inOrder counts the rows whose classes follow one another.
func inOrder(b sdk.Batch) (n int) {
	for i := range b.Len() {
		ok := true
		for j := 1; j < 5; j++ {
			ok = ok && b.Row(i)[j] == float32(int(b.Row(i)[j-1]+1)%3)
		}
		if ok {
			n++
		}
	}
	return n
}

func TestGRULearns(t *testing.T) {
	v := learnedSentences(t, "gru")
	made, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 300, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	first := map[float32]int{}
	for i := range made.Len() {
		first[made.Row(i)[0]]++
	}
	if n := inOrder(made); n < 280 || min(first[0], first[1], first[2]) < 60 {
		t.Errorf("%d of 300 rows are in order, with first classes %v", n, first)
	}
}

// Beginnings are written on, and nothing else.
func TestGRUComplete(t *testing.T) {
	open := float32(math.NaN())
	v := learnedSentences(t, "gru")
	given := sdk.Batch{Shape: []int{5}, Data: []float32{2, 0, open, open, open}}
	made, err := v.Complete(t.Context(), sdk.GenerateRequest{N: 100, Seed: 4}, given)
	if err != nil {
		t.Fatal(err)
	}
	for i := range made.Len() {
		if made.Row(i)[0] != 2 || made.Row(i)[1] != 0 {
			t.Fatalf("row %d is %v", i, made.Row(i))
		}
	}
	if n := inOrder(made); n < 90 {
		t.Errorf("%d of 100 rows go on in order", n)
	}
	middle := sdk.Batch{Shape: []int{5}, Data: []float32{open, open, 1, open, open}}
	_, err = v.Complete(t.Context(), sdk.GenerateRequest{N: 100, Seed: 4}, middle)
	if !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
		t.Errorf("a middle is given: %v", err)
	}
}

func TestGRURefuses(t *testing.T) {
	s := defaults
	s.Architecture = "gru"
	for what, space := range map[string]sdk.Space{
		"numbers": space(sdk.Unit, 5), "a table": mixed(),
		"a map": {Modality: "map", Shape: []int{2, 2}, Segments: []sdk.Segment{{Kind: sdk.Category, Len: 4, Of: 3}}},
	} {
		if _, err := newVAE(s, space); !errors.Is(err, sdk.ErrBadSetting) || len(sdk.Hints(err)) == 0 {
			t.Errorf("%s: got %v, want ErrBadSetting and a hint", what, err)
		}
	}
	large := sequences(5)
	large.Segments[0].Of = 1 << 24
	if _, err := newVAE(s, large); !errors.Is(err, sdk.ErrBadInput) || fmt.Sprint(err) == "" {
		t.Errorf("2²⁴ classes: got %v", err)
	}
}

// Each row has what is given for it, however many there are.
func TestCompleteAcrossChunks(t *testing.T) {
	v := smallGRU(t, 4)
	v.trained = true
	given := sdk.MakeBatch(2*chunk+5, 4)
	for i := range given.Len() {
		copy(given.Row(i), []float32{float32(i % 3), float32(i / chunk), float32(math.NaN()), float32(math.NaN())})
	}
	made, err := v.Complete(t.Context(), sdk.GenerateRequest{N: given.Len()}, given)
	if err != nil {
		t.Fatal(err)
	}
	for i := range given.Len() {
		if !slices.Equal(made.Row(i)[:2], given.Row(i)[:2]) {
			t.Fatalf("row %d is %v, given was %v", i, made.Row(i), given.Row(i))
		}
	}
}
