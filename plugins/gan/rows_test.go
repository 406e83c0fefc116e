package main

import (
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

func viewOf(t *testing.T, space sdk.Space) view {
	t.Helper()
	v, err := newView(space)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// mixed is a space with segments of each kind: a unit number, two categories of 3
// values, one of 2, a signed number, two real ones, and a binary one.
func mixed() sdk.Space {
	s := space(sdk.Unit, 8)
	s.Segments = []sdk.Segment{
		{Kind: sdk.Unit, Len: 1}, {Kind: sdk.Category, Len: 1, Of: 3}, {Kind: sdk.Category, Len: 1, Of: 3}, {Kind: sdk.Category, Len: 1, Of: 2},
		{Kind: sdk.Signed, Len: 1}, {Kind: sdk.Real, Len: 2}, {Kind: sdk.Binary, Len: 1},
	}
	return s
}

// What the networks see of rows is one-hot where they have categories, and settling
// it gives the rows again.
func TestSeeAndSettle(t *testing.T) {
	v := viewOf(t, mixed())
	rows := []float32{0.25, 2, 0, 1, -0.5, 3, -4, 1, 0.75, 1, 1, 0, 0.5, -3, 4, 0}
	var tape tensor.Tape
	seen := v.see(tape.Input(rows, 2, 8), &tape)
	want := []float32{
		0.25, 0, 0, 1, 1, 0, 0, 0, 1, -0.5, 3, -4, 1,
		0.75, 0, 1, 0, 0, 1, 0, 1, 0, 0.5, -3, 4, 0,
	}
	if v.width() != 13 || !slices.Equal(seen.Data, want) {
		t.Errorf("networks see %v, want %v", seen.Data, want)
	}
	if len(v.parts) != 6 {
		t.Errorf("%d parts, want 6: categories of 3 values together", len(v.parts))
	}
	got := make([]float32, len(rows))
	v.settle(got, seen)
	if !slices.Equal(got, rows) {
		t.Errorf("settled rows are %v, want %v", got, rows)
	}
}

// Each part of a generated row has the range of its numbers, by the formulas.
func TestFinish(t *testing.T) {
	v := viewOf(t, mixed())
	var tape tensor.Tape
	x := nn.Normal(tape.Constant(40, v.width()), 1, 0)
	noise := nn.Gumbel(tape.Constant(40, v.width()), 2, 0)
	for _, kind := range []string{softmax, gumbel, straightThrough} {
		f := finish{view: v, kind: kind, tau: 0.5}
		y := f.apply(x, noise)
		for i := range x.Rows {
			in, out := x.Data[i*13:(i+1)*13], y.Data[i*13:(i+1)*13]
			want := slices.Clone(in)
			want[0], want[9], want[12] = sigmoid(in[0]), float32(math.Tanh(float64(in[9]))), sigmoid(in[12])
			for _, of := range [][2]int{{1, 4}, {4, 7}, {7, 9}} {
				choice(want[of[0]:of[1]], noise.Data[i*13+of[0]:], kind, 0.5)
			}
			for j := range want {
				if d := math.Abs(float64(out[j] - want[j])); d > 1e-5 {
					t.Fatalf("%s: number %d of row %d is %g, want %g", kind, j, i, out[j], want[j])
				}
			}
		}
	}
}

func sigmoid(x float32) float32 { return float32(1 / (1 + math.Exp(-float64(x)))) }

// choice makes of logits what a category of this kind is.
func choice(dst, noise []float32, kind string, tau float64) {
	sum, p := 0.0, make([]float64, len(dst))
	for i, logit := range dst {
		p[i] = math.Exp(float64(logit))
		if kind != softmax {
			p[i] = math.Exp(float64(logit+noise[i]) / tau)
		}
		sum += p[i]
	}
	for i := range dst {
		dst[i] = float32(p[i] / sum)
	}
	if kind == straightThrough {
		most := largest(dst)
		clear(dst)
		dst[most] = 1
	}
}

// Numbers of one range are seen as they are, and the last layer makes them.
func TestPlainRows(t *testing.T) {
	for kind, want := range map[sdk.Kind]tensor.Activation{sdk.Unit: tensor.Sigmoid, sdk.Binary: tensor.Sigmoid, sdk.Signed: tensor.Tanh, sdk.Real: tensor.Linear} {
		s := space(kind, 4)
		s.Segments = []sdk.Segment{{Kind: kind, Len: 1}, {Kind: kind, Len: 3}}
		if v := viewOf(t, s); !v.plain() || v.last() != want || v.width() != 4 {
			t.Errorf("%s: %+v ends in %q, want %q", kind, v.parts, v.last(), want)
		}
	}
	if v := viewOf(t, space(sdk.Category, 4)); v.plain() || !v.categories() {
		t.Error("categories are seen as they are")
	}
}

// What is drawn of a latent is as likely as the softmax of the logits over the
// temperature has it: here those of the last layer's bias alone.
func TestDrawsCategories(t *testing.T) {
	s := defaults
	s.Latent, s.Generator, s.Discriminator, s.BatchNorm = 2, []int{4}, []int{4}, false
	n, err := newGAN(s, space(sdk.Category, 2))
	if err != nil {
		t.Fatal(err)
	}
	n.trained = true
	p := []float64{0.7, 0.2, 0.1}
	for _, q := range n.average.params.All() {
		if q.Name == "generator.1.bias" {
			for j := range p {
				q.Tensor.Data[j] = float32(math.Log(p[j]))
			}
		}
	}
	const draws = 20_000
	for _, heat := range []float64{0, 0.5, 1, 2} {
		y, err := n.Generate(t.Context(), sdk.GenerateRequest{N: draws, Seed: 3, Conditions: map[string][]float32{temperature: {float32(heat)}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := y.Conditions[temperature]; ok {
			t.Error("rows have their temperature as a condition")
		}
		want, sum := make([]float64, 3), 0.0
		for j := range p {
			want[j] = math.Pow(p[j]/p[0], 1/heat) // of heat 0: 1, 0 and 0
			sum += want[j]
		}
		got, both := make([]float64, 3), 0.0
		for i := range draws {
			a, b := int(y.Row(i)[0]), int(y.Row(i)[1])
			got[a] += 1.0 / draws
			if a == 0 && b == 0 {
				both += 1.0 / draws
			}
		}
		for j := range want {
			if want[j] /= sum; math.Abs(got[j]-want[j]) > 0.015 {
				t.Errorf("temperature %g: value %d is there as often as %.3f, want %.3f", heat, j, got[j], want[j])
			}
		}
		if heat > 0 && math.Abs(both-want[0]/3) > 0.015 {
			t.Errorf("temperature %g: the first of both are there in %.3f of the rows, want %.3f: draws depend on one another", heat, both, want[0]/3)
		}
	}
}
