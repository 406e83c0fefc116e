package main

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// A sequence that is written at a temperature has each class as often as the
// power 1/T of its probability says, given z and the classes before.
func TestGRUTemperature(t *testing.T) {
	const n, steps = 6000, 3
	v := smallGRU(t, steps)
	for i := range v.params.All() { // further from even odds than at the beginning
		for j := range v.params.All()[i].Tensor.Data {
			v.params.All()[i].Tensor.Data[j] *= 3
		}
	}
	d := v.decoder.(*gruDecoder)
	for _, at := range []float64{0, 0.3, 1, 3} {
		v.tape.Reset()
		z := nn.Normal(v.tape.Constant(n, 2), 11, 0)
		rows := v.written(d, z, nil, nil, slices.Repeat(heats{float32(at)}, n))
		logits := v.decode(z, nil, rows)
		for step := range steps {
			var more [3]float64 // of each class than there should be
			for i := range n {
				more[int(rowOf(rows, i)[step])]++
				for c, q := range powers(rowOf(logits, i)[3*step:3*step+3], at) {
					more[c] -= q
				}
			}
			for c, m := range more {
				if math.Abs(m)/n > 4*0.5/math.Sqrt(n) || at == 0 && m != 0 {
					t.Errorf("temperature %g, step %d: %.4f too many of class %d", at, step, m/n, c)
				}
			}
		}
	}
}

// powers are probabilities to the power 1/T, of which the largest is 1 at 0.
func powers(logits []float32, at float64) []float64 {
	q := make([]float64, len(logits))
	if at == 0 {
		q[slices.Index(logits, slices.Max(logits))] = 1
		return q
	}
	total := 0.0
	for i, l := range logits {
		q[i] = math.Exp(float64(l) / at)
		total += q[i]
	}
	for i := range q {
		q[i] /= total
	}
	return q
}

// At 0 numbers are the means, and classes and bits the likeliest.
func TestColdest(t *testing.T) {
	v := smallMixed(t)
	var tape tensor.Tape
	d := tape.Input([]float32{1.5, 0, 3, 1, 2, 2, 1, 0.1, -0.1, -0.25, -1, -2}, 1, 12)
	rows := v.outcome(nn.Normal(tape.Constant(1, 2), 1, 0), d, heats{0}, &tape)
	if want := []float32{1.5, 1, rows.Data[2], 1, 0, -0.25, 0}; !slices.Equal(rows.Data, want) || rows.Data[2] == 2 {
		t.Errorf("got %v, want %v", rows.Data, want)
	}
}

// Rows have the temperature that is asked for each, also where they are
// completed in rounds; models of means have none.
func TestTemperatureOfEach(t *testing.T) {
	v := learnedSentences(t, "mlp")
	open := float32(math.NaN())
	given := sdk.Batch{Shape: []int{5}, Data: []float32{2, open, open, open, open}}
	const n = 2 * 60
	heat := slices.Repeat([]float32{0, hottest}, n/2)
	made, err := v.Complete(t.Context(), sdk.GenerateRequest{N: n, Seed: 4, Conditions: map[string][]float32{temperature: heat}}, given)
	if err != nil {
		t.Fatal(err)
	}
	var cold, hot sdk.Batch
	cold.Shape, hot.Shape = made.Shape, made.Shape
	for i := 0; i < n; i += 2 {
		cold.Data, hot.Data = append(cold.Data, made.Row(i)...), append(hot.Data, made.Row(i+1)...)
	}
	if a, b := inOrder(cold), inOrder(hot); a < 15 || b > 5 {
		t.Errorf("in order are %d of 60 at 0, %d at %d", a, b, hottest)
	}
	if len(made.Conditions) != 0 {
		t.Errorf("rows have %v", made.Conditions)
	}
	for what, v := range map[string]*vae{"means": smallGRU(t, 4, func(s *settings) { s.Output = "mean" }), "another temperature": warm(t)} {
		v.trained = true
		_, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 1, Conditions: map[string][]float32{temperature: {0.5}}})
		if len(v.Controls()) != 0 || !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%s: controls %v, %v", what, v.Controls(), err)
		}
	}
}

// warm is a model of sequences with a condition called temperature.
func warm(t *testing.T) *vae {
	space := sequences(4)
	space.Conditions = []sdk.Condition{{Name: temperature, Max: 40}}
	s := defaults
	s.Architecture = "gru"
	v, err := newVAE(s, space)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
