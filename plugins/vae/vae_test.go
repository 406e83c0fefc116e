package main

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/sdktest"
	"github.com/genhost/genhost/sdk/tensor"
)

func TestPlugin(t *testing.T) {
	for name, s := range map[string]sdk.Settings{
		"mlp":         {"hidden": json.RawMessage("[32, 32]")},
		"conv":        {"hidden": json.RawMessage("[32]"), "architecture": json.RawMessage(`"conv"`), "filters": json.RawMessage("[4, 8]")},
		"conditional": {"hidden": json.RawMessage("[32, 32]"), "condition": json.RawMessage(`["label"]`)},
		"iwae": {"hidden": json.RawMessage("[32]"), "bound": json.RawMessage(`"iwae"`), "samples": json.RawMessage("3"),
			"binarise": json.RawMessage(`"static"`), "schedule": json.RawMessage(`"cosine"`)},
		"gru": {"hidden": json.RawMessage("[32]"), "architecture": json.RawMessage(`"gru"`), "embedding": json.RawMessage("8"), "units": json.RawMessage("16"),
			"rate": json.RawMessage("0.01"), "beta": json.RawMessage("0.1")},
		"dynamic": {"hidden": json.RawMessage("[32]"), "binarise": json.RawMessage(`"dynamic"`)},
	} {
		t.Run(name, sdktest.Suite{Plugin: plugin, Settings: map[string]sdk.Settings{"vae": s}}.Run)
	}
}

// small returns an initialised model of rows of 5 numbers, and two rows.
func small(t *testing.T, kind sdk.Kind, change ...func(*settings)) (*vae, []float32) {
	t.Helper()
	s := defaults
	s.Latent, s.Hidden, s.Activation = 2, []int{4, 3}, "tanh"
	for _, f := range change {
		f(&s)
	}
	v, err := newVAE(s, space(kind, 5))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	v.params.Init(rng)
	for i := range v.params.Data { // no bias, and no spread, is 0
		v.params.Data[i] += 0.3 * (rng.Float32() - 0.5)
	}
	return v, []float32{0, 0.2, 0.5, 0.9, 1, 1, 0.7, 0.4, 0, 0.3}
}

func space(kind sdk.Kind, n int) sdk.Space {
	return sdk.Space{Modality: "test", Shape: []int{n}, Segments: []sdk.Segment{{Kind: kind, Len: n}}}
}

// layers puts x through dense layers, in float64.
func layers(m nn.MLP, x []float64, act func(float64) float64) []float64 {
	for i, d := range m {
		y := make([]float64, d.Weight.Cols)
		for j := range y {
			y[j] = float64(d.Bias.Data[j])
			for l, v := range x {
				y[j] += v * float64(d.Weight.Data[l*d.Weight.Cols+j])
			}
			if i < len(m)-1 {
				y[j] = act(y[j])
			}
		}
		x = y
	}
	return x
}

// The bound, eq. 10, is the mean of log p(x|z) + log p(z) - log q(z|x) over
// z ~ q. Its terms must agree with that, written out in float64 with the
// densities of the distributions, for many draws of ε.
func TestBoundBySampling(t *testing.T) {
	for _, kind := range []sdk.Kind{sdk.Unit, sdk.Real} {
		v, rows := small(t, kind)
		const draws = 20_000
		var tape tensor.Tape
		row := rows[:5]
		x := tape.Constant(draws, 5)
		for i := range draws {
			copy(x.Data[i*5:], row)
		}
		eps := nn.Normal(tape.Constant(draws, 2), 3, 0)
		got := v.bound(x, nil, eps, 1, &tape).bound

		q := layers(v.encoder.(mlp).MLP, doubles(row), math.Tanh)
		sum, squares := 0.0, 0.0
		for i := range draws {
			z, logRatio := make([]float64, 2), 0.0
			for j := range z {
				sigma := math.Exp(q[2+j] / 2)
				z[j] = q[j] + sigma*float64(eps.Data[2*i+j])
				logRatio += logNormal(z[j], 0, 1) - logNormal(z[j], q[j], sigma)
			}
			b := logRatio + logP(v, doubles(row), layers(v.decoder.(mlpDecoder).MLP, z, math.Tanh))
			sum, squares = sum+b, squares+b*b
		}
		want := sum / draws
		sd := math.Sqrt((squares/draws - want*want) / draws)
		if math.Abs(got-want) > 4*sd+1e-4 {
			t.Errorf("%s: the bound is %.5f, sampling says %.5f ± %.5f", kind, got, want, sd)
		}
	}
}

func doubles(x []float32) []float64 {
	d := make([]float64, len(x))
	for i, v := range x {
		d[i] = float64(v)
	}
	return d
}

func logNormal(x, mean, sd float64) float64 {
	return -math.Log(sd*math.Sqrt(2*math.Pi)) - (x-mean)*(x-mean)/(2*sd*sd)
}

func logP(v *vae, x, p []float64) float64 {
	sum := 0.0
	for j := range x {
		if v.spread == nil {
			q := 1 / (1 + math.Exp(-p[j]))
			sum += x[j]*math.Log(q) + (1-x[j])*math.Log(1-q)
		} else {
			logVar := math.Log1p(math.Exp(spreadScale*float64(v.spread.Data[0])+12)) - 12
			sum += logNormal(x[j], p[j], math.Exp(logVar/2))
		}
	}
	return sum
}

// A Gaussian decoder that can tell rows no better than by their mean learns
// their variance, in fewer steps of this rate than its logarithm is from 0.
func TestSpreadLearnsTheVariance(t *testing.T) {
	const n, sd = 512, 0.25
	s := defaults
	s.Latent, s.Hidden, s.Epochs, s.Batch, s.Rate, s.Beta = 1, nil, 100, n, 0.02, 1000 // the latent says nothing
	v, err := newVAE(s, space(sdk.Real, 3))
	if err != nil {
		t.Fatal(err)
	}
	x := sdk.MakeBatch(n, 3)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range x.Data {
		x.Data[i] = float32(0.3 + sd*rng.NormFloat64())
	}
	job := &sdk.Job{Data: sdk.InMemory(v.space, x)}
	if err := job.Run(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	var tape tensor.Tape
	if got := math.Exp(v.logVar(v.parts[0], &tape).Item() / 2); math.Abs(got-sd) > 0.02 {
		t.Errorf("σ is %.3f, want %.3f", got, sd)
	}
}

// The weight of the KL term rises as the settings say: while it is small the
// latents say more of the rows.
func TestBetaWarmup(t *testing.T) {
	kl := func(warmup float64) float64 {
		v, rows := small(t, sdk.Unit)
		v.Epochs, v.Batch, v.Beta, v.BetaWarmup, v.Rate = 200, 2, 4, warmup, 0.01
		last := 0.0
		job := &sdk.Job{Data: sdk.InMemory(v.space, sdk.Batch{Shape: []int{5}, Data: rows}), Watch: func(e sdk.Event) {
			if e.Window {
				last = e.Metrics["kl"]
			}
		}}
		if err := job.Run(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		return last
	}
	if none, slow := kl(0), kl(10_000); slow < 2*none {
		t.Errorf("the divergence ends at %.3f with a warm-up, %.3f without", slow, none)
	}
}

// chunk must not show: rows are the same in one request and in many.
func TestRowsAcrossChunks(t *testing.T) {
	v, _ := small(t, sdk.Unit)
	v.trained = true
	all, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 2*chunk + 5, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	some, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 3, Seed: 3, First: chunk - 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(some.Data, all.Slice(chunk-1, chunk+2).Data) {
		t.Error("rows depend on where a request begins")
	}
}

// Rows that can be told exactly do not make the density infinite.
func TestSpreadIsBounded(t *testing.T) {
	v, _ := small(t, sdk.Real)
	var tape tensor.Tape
	for _, c := range [][2]float32{{-1000, -12}, {0, 0}, {5, 5}} {
		v.spread.Data[0] = c[0] / spreadScale
		if got := v.logVar(v.parts[0], &tape).Item(); math.Abs(got-float64(c[1])) > 1e-4 {
			t.Errorf("a spread of %g is a log variance of %g, want %g", c[0], got, c[1])
		}
	}
}
