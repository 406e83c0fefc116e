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

// mixed is a space with a part of each likelihood, two of them Gaussian.
func mixed() sdk.Space {
	return sdk.Space{Modality: "table", Shape: []int{7}, Segments: []sdk.Segment{
		{Kind: sdk.Real, Len: 1}, {Kind: sdk.Category, Len: 2, Of: 3}, {Kind: sdk.Unit, Len: 2}, {Kind: sdk.Signed, Len: 1}, {Kind: sdk.Category, Len: 1, Of: 2},
	}}
}

var mixedRows = []float32{
	1.5, 0, 2, 0.25, 1, -0.5, 1,
	-0.3, 1, 1, 0, 0.75, 0.9, 0,
}

func smallMixed(t *testing.T, change ...func(*settings)) *vae {
	t.Helper()
	s := defaults
	s.Latent, s.Hidden, s.Activation = 2, []int{5}, "tanh"
	for _, f := range change {
		f(&s)
	}
	v, err := newVAE(s, mixed())
	if err != nil {
		t.Fatal(err)
	}
	like, _ := small(t, sdk.Unit) // whose rng is as good as any
	v.params.Init(job().Rand(0))
	for i := range v.params.Data {
		v.params.Data[i] += 0.2 * like.params.Data[i%len(like.params.Data)]
	}
	return v
}

func job() *sdk.Job { return &sdk.Job{Seed: 1} }

func TestMixedGradient(t *testing.T) {
	for name, change := range map[string]func(*settings){
		"elbo": func(*settings) {},
		"iwae": func(s *settings) { s.Bound, s.Samples = "iwae", 3 },
	} {
		v := smallMixed(t, change)
		checkGradient(t, name, v, func(tape *tensor.Tape) *tensor.Tensor {
			eps := epsilon(tape.Constant(2*v.Samples, 2), 2, 3, 0, tape)
			return v.bound(tape.Input(mixedRows, 2, 7), nil, eps, 0.7, tape).loss
		})
	}
}

// log p(x|z) must be the sum of the logarithms of the densities and
// probabilities of each number, written out in float64.
func TestMixedLogLikelihood(t *testing.T) {
	v := smallMixed(t)
	var tape tensor.Tape
	z := nn.Normal(tape.Constant(2, 2), 5, 0)
	x := tape.Input(mixedRows, 2, 7)
	d := v.decode(z, nil, nil)
	got := v.logLikelihood(x, d, &tape)
	for i := range 2 {
		row, p := doubles(mixedRows[7*i:7*i+7]), doubles(rowOf(d, i))
		log := func(logits []float64, class float64) float64 {
			sum := 0.0
			for _, l := range logits {
				sum += math.Exp(l)
			}
			return logits[int(class)] - math.Log(sum)
		}
		sd := func(i int) float64 {
			return math.Sqrt(math.Exp(math.Log1p(math.Exp(spreadScale*float64(v.spread.Data[i])+12)) - 12))
		}
		bit := func(x, logit float64) float64 {
			q := 1 / (1 + math.Exp(-logit))
			return x*math.Log(q) + (1-x)*math.Log(1-q)
		}
		want := logNormal(row[0], p[0], sd(0)) + log(p[1:4], row[1]) + log(p[4:7], row[2]) +
			bit(row[3], p[7]) + bit(row[4], p[8]) + logNormal(row[5], p[9], sd(1)) + log(p[10:12], row[6])
		if math.Abs(float64(got.Data[i])-want) > 1e-4 {
			t.Errorf("row %d: log p(x|z) is %.5f, want %.5f", i, got.Data[i], want)
		}
	}
}

// The encoder sees classes as zeros and ones.
func TestSee(t *testing.T) {
	var tape tensor.Tape
	got := smallMixed(t).see(tape.Input(mixedRows, 2, 7), &tape)
	want := []float32{
		1.5, 1, 0, 0, 0, 0, 1, 0.25, 1, -0.5, 0, 1,
		-0.3, 0, 1, 0, 0, 1, 0, 0, 0.75, 0.9, 1, 0,
	}
	if !slices.Equal(got.Data, want) {
		t.Errorf("got %v, want %v", got.Data, want)
	}
}

// Draws of many latents that decode alike must be distributed as p(x|z), and at a
// temperature T as its power 1/T.
func TestDraws(t *testing.T) {
	for _, at := range []float64{1, 0.4, 2.5} {
		checkDrawsAt(t, smallMixed(t), at)
	}
}

func checkDrawsAt(t *testing.T, v *vae, at float64) {
	t.Helper()
	const n = 20_000
	var tape tensor.Tape
	one := rowOf(v.decode(nn.Normal(tape.Constant(1, 2), 5, 0), nil, nil), 0)
	d := tape.Constant(n, len(one))
	for i := range n {
		copy(rowOf(d, i), one)
	}
	var heat heats
	if at != 1 {
		heat = slices.Repeat(heats{float32(at)}, n)
	}
	rows := v.outcome(nn.Normal(tape.Constant(n, 2), 6, 0), d, heat, &tape)
	for _, p := range v.parts {
		for j := range p.n {
			var values []float64
			for i := range n {
				values = append(values, float64(rowOf(rows, i)[p.at+j]))
			}
			checkDraws(t, v, p, values, doubles(one[p.seen+j*max(1, p.of):]), at)
		}
	}
}

func checkDraws(t *testing.T, v *vae, p part, values, d []float64, at float64) {
	t.Helper()
	n := float64(len(values))
	share := func(class float64) float64 {
		count := 0.0
		for _, x := range values {
			if x == class {
				count++
			}
		}
		return count / n
	}
	near := func(what string, got, want, sd float64) {
		if math.Abs(got-want) > 4*sd {
			t.Errorf("%s at temperature %g: %s is %.4f, want %.4f ± %.4f", p.likelihood, at, what, got, want, sd)
		}
	}
	switch p.likelihood {
	case bernoulli:
		one, zero := math.Pow(1/(1+math.Exp(-d[0])), 1/at), math.Pow(1/(1+math.Exp(d[0])), 1/at)
		q := one / (one + zero)
		near("share of ones", share(1), q, math.Sqrt(q*(1-q)/n))
	case categorical:
		total := 0.0
		for c := range p.of {
			total += math.Pow(math.Exp(d[c]), 1/at)
		}
		for c := range p.of {
			q := math.Pow(math.Exp(d[c]), 1/at) / total
			near("share of a class", share(float64(c)), q, math.Sqrt(q*(1-q)/n))
		}
	case gaussian:
		var tape tensor.Tape
		sd := math.Exp(float64(v.logVar(p, &tape).Data[0])/2) * math.Sqrt(at)
		mean, squares := 0.0, 0.0
		for _, x := range values {
			mean += x / n
			squares += (x - d[0]) * (x - d[0]) / n
		}
		near("mean", mean, d[0], sd/math.Sqrt(n))
		near("variance", squares, sd*sd, sd*sd*math.Sqrt(2/n))
	}
}

// Without draws, classes are the likeliest and numbers the means.
func TestMeans(t *testing.T) {
	v := smallMixed(t, func(s *settings) { s.Output = "mean" })
	var tape tensor.Tape
	d := tape.Input([]float32{1.5, 0, 3, 1, 2, 2, 1, 0, 2, -0.25, -1, -2}, 1, 12)
	rows := v.outcome(tape.Constant(1, 2), d, nil, &tape)
	want := []float32{1.5, 1, 0, 0.5, 0.8807971, -0.25, 0}
	for j, x := range rows.Data {
		if math.Abs(float64(x-want[j])) > 1e-6 {
			t.Errorf("got %v, want %v", rows.Data, want)
			break
		}
	}
}

// A model of rows with classes learns which go together.
func TestLearnsClasses(t *testing.T) {
	s := defaults
	s.Latent, s.Hidden, s.Epochs, s.Rate = 2, []int{32}, 200, 0.01
	space := sdk.Space{Modality: "table", Shape: []int{3}, Segments: []sdk.Segment{{Kind: sdk.Category, Len: 2, Of: 4}, {Kind: sdk.Real, Len: 1}}}
	v, err := newVAE(s, space)
	if err != nil {
		t.Fatal(err)
	}
	rows := sdk.MakeBatch(400, 3)
	for i := range 400 {
		copy(rows.Row(i), []float32{float32(i % 4), float32((i + 1) % 4), float32(i%4) - 1.5})
	}
	if err := (&sdk.Job{Data: sdk.InMemory(space, rows), Seed: 1}).Run(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	made, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 400, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	right, seen := 0, map[float32]int{}
	for i := range 400 {
		row := made.Row(i)
		seen[row[0]]++
		if row[1] == float32(int(row[0]+1)%4) && math.Abs(float64(row[2]-row[0]+1.5)) < 0.5 {
			right++
		}
	}
	if right < 260 || len(seen) < 4 || seen[0] < 40 { // 100 by chance
		t.Errorf("%d of 400 rows are like the data, with first classes %v", right, seen)
	}
}

func TestConvRefusesClasses(t *testing.T) {
	s := defaults
	s.Architecture = "conv"
	_, err := newVAE(s, sdk.Space{Modality: "map", Shape: []int{8, 8, 1}, Segments: []sdk.Segment{{Kind: sdk.Category, Len: 64, Of: 3}}})
	if !errors.Is(err, sdk.ErrBadSetting) || len(sdk.Hints(err)) == 0 {
		t.Errorf("got %v, want ErrBadSetting and a hint", err)
	}
}

// A decoder begins with how often there is each class, in parts beside others.
func TestBeginsWithTheClasses(t *testing.T) {
	v := smallMixed(t)
	if err := v.survey(sdk.InMemory(v.space, sdk.Batch{Shape: []int{7}, Data: mixedRows})); err != nil {
		t.Fatal(err)
	}
	never, half := math.Log(1e-3), math.Log(0.5)
	logit := func(p float64) float64 { return math.Log(p / (1 - p)) }
	want := map[int]float64{1: half, 2: half, 3: never, 4: never, 5: half, 6: half, 7: logit(0.125), 8: logit(0.875), 10: half, 11: half}
	for j, w := range want {
		if got := float64(v.bias.Data[j]); math.Abs(got-w) > 1e-5 {
			t.Errorf("column %d begins at %.4f, want %.4f", j, got, w)
		}
	}
}
