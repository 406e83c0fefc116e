package main

import (
	"errors"
	"math"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// linear returns a model without hidden layers and with a Gaussian p(x|z), of
// which everything is known: x = Wᵀz + b + noise, W with rows w₁ = a(1, 1, 1, 1)
// and w₂ = c(1, −1, 1, −1). The encoder is the posterior, whose covariance is
// diagonal as these are orthogonal; off makes it a wrong one.
func linear(t *testing.T, off float64) *vae {
	t.Helper()
	s := defaults
	s.Latent, s.Hidden, s.Likelihood = 2, nil, "gaussian"
	v, err := newVAE(s, space(sdk.Real, 4))
	if err != nil {
		t.Fatal(err)
	}
	v.trained = true
	e, d := v.encoder.(mlp).MLP[0], v.decoder.(mlpDecoder).MLP[0]
	v.spread.Data[0] = -0.8 / spreadScale
	variance := linearVariance(v)
	for i, w := range linearRows {
		precision := 1.0
		for _, x := range w {
			precision += x * x / variance
		}
		for j, x := range w {
			d.Weight.Data[4*i+j] = float32(x)
			e.Weight.Data[4*j+i] = float32(x / variance / precision)
			e.Bias.Data[i] -= float32(x * linearBias[j] / variance / precision)
		}
		e.Bias.Data[i] += float32(off)
		e.Bias.Data[2+i] = float32(off - math.Log(precision))
	}
	for j, b := range linearBias {
		d.Bias.Data[j] = float32(b)
	}
	return v
}

var (
	linearRows = [2][4]float64{{0.7, 0.7, 0.7, 0.7}, {0.3, -0.3, 0.3, -0.3}}
	linearBias = [4]float64{0.1, -0.4, 0.2, 0.3}
)

func linearVariance(v *vae) float64 {
	return math.Exp(math.Log1p(math.Exp(spreadScale*float64(v.spread.Data[0])+12)) - 12)
}

// linearLikelihood is log p(x) = log N(x; b, WᵀW + σ²I): the rows of W are
// eigenvectors of the covariance, and on what is left of x it is σ².
func linearLikelihood(v *vae, x []float32) float64 {
	variance := linearVariance(v)
	rest, sum := 0.0, 2*math.Log(variance)
	for j := range x {
		d := float64(x[j]) - linearBias[j]
		rest += d * d
	}
	for _, w := range linearRows {
		along, length := 0.0, 0.0
		for j := range x {
			along += w[j] * (float64(x[j]) - linearBias[j])
			length += w[j] * w[j]
		}
		along *= along / length
		rest -= along
		sum += math.Log(variance+length) + along/(variance+length)
	}
	return -(4*math.Log(2*math.Pi) + sum + rest/variance) / 2
}

var linearData = sdk.Batch{Shape: []int{4}, Data: []float32{0, 0, 0, 0, 1, -0.5, 0.3, 2, -1.2, 0.4, 0.4, -1, 3, 2.5, 3.5, 2}}

// With the posterior for an encoder, each weight is p(x) itself.
func TestScoreIsExactWithThePosterior(t *testing.T) {
	v := linear(t, 0)
	for _, k := range []int{1, 7} {
		scores, err := v.Score(t.Context(), linearData, sdk.ScoreRequest{Samples: k, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range scores {
			if want := linearLikelihood(v, linearData.Row(i)); math.Abs(s.LogLikelihood-want) > 1e-4 {
				t.Errorf("row %d by %d samples: %.6f, want %.6f", i, k, s.LogLikelihood, want)
			}
			if s.ELBO != s.Reconstruction-s.KL || s.KL <= 0 {
				t.Errorf("row %d: an ELBO of %g with %g and %g", i, s.ELBO, s.Reconstruction, s.KL)
			}
		}
	}
}

// And the ELBO is it on average.
func TestScoreELBO(t *testing.T) {
	v := linear(t, 0)
	const n = 4000
	x := sdk.MakeBatch(n, 4)
	for i := range n {
		copy(x.Row(i), linearData.Row(1))
	}
	scores, err := v.Score(t.Context(), x, sdk.ScoreRequest{Samples: 1, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	sum, squares := 0.0, 0.0
	for _, s := range scores {
		sum, squares = sum+s.ELBO, squares+s.ELBO*s.ELBO
	}
	got := sum / n
	sd := math.Sqrt((squares/n - got*got) / n)
	if want := linearLikelihood(v, linearData.Row(1)); math.Abs(got-want) > 4*sd || sd == 0 {
		t.Errorf("the mean ELBO is %.4f ± %.4f, want %.4f", got, sd, want)
	}
}

// With another encoder the estimate is too low, rises with the number of
// samples, and ends at the likelihood.
func TestScoreRisesToTheLikelihood(t *testing.T) {
	v := linear(t, 0.8)
	want, last := 0.0, math.Inf(-1)
	for i := range linearData.Len() {
		want += linearLikelihood(v, linearData.Row(i))
	}
	for _, k := range []int{1, 10, 20_000} {
		scores, err := v.Score(t.Context(), linearData, sdk.ScoreRequest{Samples: k, Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, s := range scores {
			sum += s.LogLikelihood
		}
		if sum < last || (k == 20_000) != (math.Abs(sum-want) < 0.05) {
			t.Errorf("%d samples say %.4f, fewer %.4f, the truth is %.4f", k, sum, last, want)
		}
		last = sum
	}
}

// The weights must be those of the densities written out in float64, for rows of
// a Bernoulli that are binarised once and for all.
func TestScoreAgainstFloat64(t *testing.T) {
	const k, first = 3, 5
	v, rows := small(t, sdk.Unit, func(s *settings) { s.Binarise = "static" })
	v.trained = true
	x := sdk.Batch{Shape: []int{5}, Data: rows}
	scores, err := v.Score(t.Context(), x, sdk.ScoreRequest{Samples: k, Seed: 3, First: first})
	if err != nil {
		t.Fatal(err)
	}
	var tape tensor.Tape
	bits := nn.BinariseOnce(tape.Constant(2, 5), tape.Input(rows, 2, 5), onceSeed)
	for i, s := range scores {
		eps := nn.Normal(tape.Constant(k, 2), 3, (first+i)*k)
		sum := 0.0
		for j := range k {
			sum += math.Exp(logWeight(v, doubles(rowOf(bits, i)), rowOf(eps, j)))
		}
		if want := math.Log(sum / k); math.Abs(s.LogLikelihood-want) > 1e-4 {
			t.Errorf("row %d: %.6f, want %.6f", i, s.LogLikelihood, want)
		}
	}
}

// Rows that are binarised once are the same everywhere, also where they come as
// zeros and ones; dynamic ones are the seed's.
func TestScoreBinarises(t *testing.T) {
	score := func(binarise string, rows []float32, seed uint64) float64 {
		v, _ := small(t, sdk.Unit, func(s *settings) { s.Binarise = binarise })
		v.trained = true
		scores, err := v.Score(t.Context(), sdk.Batch{Shape: []int{5}, Data: rows}, sdk.ScoreRequest{Samples: 2000, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return scores[0].LogLikelihood
	}
	grey := []float32{0.5, 0.4, 0.5, 0.6, 0.5}
	var tape tensor.Tape
	bits := nn.BinariseOnce(tape.Constant(1, 5), tape.Input(grey, 1, 5), onceSeed).Data
	if a, b := score("static", grey, 1), score("static", bits, 1); a != b {
		t.Errorf("a grey row has %.4f, its zeros and ones %.4f", a, b)
	}
	if a, b := score("none", grey, 1), score("none", bits, 1); a == b {
		t.Errorf("not binarised, both rows have %.4f", a)
	}
	least, most := math.Inf(1), math.Inf(-1)
	for seed := range uint64(8) {
		s := score("dynamic", grey, seed)
		least, most = min(least, s), max(most, s)
	}
	if most-least < 0.1 { // far beyond what other draws of z make of the same bits
		t.Errorf("eight seeds have likelihoods from %.4f to %.4f: they draw the same zeros and ones", least, most)
	}
}

func TestScoreRefuses(t *testing.T) {
	v := linear(t, 0)
	for _, req := range []sdk.ScoreRequest{{}, {Samples: -1}, {Samples: mostDraws + 1}, {Samples: 1, First: -1}} {
		if _, err := v.Score(t.Context(), linearData, req); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%+v: %v, want ErrBadInput", req, err)
		}
	}
}
