package sdktest

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A clear haze scores rows. It takes half of the noise around the mean for a
// latent: p(z) = N(0, 1) and p(x|z) = N(mean + noise·√½·z, noise²/2) for each
// number of a row, so that p(x) = N(mean, noise²). Its q(z|x) has the mean of
// the true posterior, and is a little wide.
type clear struct{ *haze }

func newClear(s hazeSettings, space sdk.Space) (clear, error) {
	m, err := newHaze(s, space)
	return clear{m}, err
}

const wideness = 0.75 // q's variance; the posterior's is ½

func (m clear) Score(_ context.Context, x sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	if !m.trained {
		return nil, sdk.ErrNotTrained
	}
	if err := req.Check(); err != nil {
		return nil, err
	}
	if err := m.space.Check(x); err != nil {
		return nil, err
	}
	scores := make([]sdk.Score, x.Len())
	for i := range scores {
		mean := m.mean.Row(m.label(x.Conditions, i))
		rng := rand.New(rand.NewPCG(req.Seed, uint64(req.First+i)))
		scores[i] = m.scoreRow(rng, x.Row(i), mean, req.Samples)
	}
	return scores, nil
}

func (m clear) scoreRow(rng *rand.Rand, row, mean []float32, samples int) (s sdk.Score) {
	weights := make([]float64, samples)
	half := math.Sqrt(0.5)
	for k := range weights {
		for j, v := range row {
			e := (float64(v) - float64(mean[j])) / m.Noise
			mu := e * half
			z := mu + math.Sqrt(wideness)*rng.NormFloat64()
			likelihood := logNormal(e, z*half, 0.5) - math.Log(m.Noise)
			weights[k] += likelihood + logNormal(z, 0, 1) - logNormal(z, mu, wideness)
			if k == 0 {
				s.Reconstruction += likelihood
				s.KL += (wideness + mu*mu - 1 - math.Log(wideness)) / 2
			}
		}
	}
	s.ELBO = s.Reconstruction - s.KL
	s.LogLikelihood = logMeanExp(weights)
	return s
}

func logNormal(v, mean, variance float64) float64 {
	return -(math.Log(2*math.Pi*variance) + (v-mean)*(v-mean)/variance) / 2
}

func logMeanExp(logs []float64) float64 {
	most := logs[0]
	for _, v := range logs {
		most = max(most, v)
	}
	sum := 0.0
	for _, v := range logs {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum/float64(len(logs)))
}

// What the clear haze says is near its exact likelihood, or the check of it
// would be of nothing.
func TestClearHazeIsRight(t *testing.T) {
	toy := points()
	m, err := newClear(hazeDefaults, toy.space)
	if err != nil {
		t.Fatal(err)
	}
	m.trained, m.Noise = true, 0.5
	m.mean.Data = []float32{0.25, -0.5}
	scores, err := m.Score(t.Context(), toy.rows, sdk.ScoreRequest{Samples: 2000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range scores {
		want := 0.0
		for j, v := range toy.rows.Row(i) {
			want += logNormal(float64(v), float64(m.mean.Data[j]), m.Noise*m.Noise)
		}
		if math.Abs(s.LogLikelihood-want) > 0.05 {
			t.Errorf("row %d: %g, want %g", i, s.LogLikelihood, want)
		}
	}
}

// vague scores are altered ones.
type vague struct {
	clear
	alter func(scores []sdk.Score, req sdk.ScoreRequest)
}

func (m vague) Score(ctx context.Context, x sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	scores, err := m.clear.Score(ctx, x, req)
	if err == nil && len(scores) > 0 {
		m.alter(scores, req)
	}
	return scores, err
}

// forward scores before it is trained, and whatever it is asked.
type forward struct{ clear }

func (m forward) Score(ctx context.Context, x sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	m.trained = true
	return m.clear.Score(ctx, x, req)
}

// unasked scores rows of any shape, by any number of samples.
type unasked struct{ clear }

func (m unasked) Score(ctx context.Context, x sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	req.Samples = max(req.Samples, 1)
	return m.clear.Score(ctx, x, req)
}

// scorers is a plugin whose model is a clear haze with something overridden.
func scorers[M sdk.Model](spoil func(clear) M) sdk.Plugin {
	return hazePlugin(sdk.MakeModel(hazeDefaults, func(s hazeSettings, space sdk.Space) (M, error) {
		m, err := newClear(s, space)
		return spoil(m), err
	}))
}

func vaguely(alter func(scores []sdk.Score, req sdk.ScoreRequest)) sdk.Plugin {
	return scorers(func(m clear) vague { return vague{m, alter} })
}

func TestHonestScorer(t *testing.T) { Run(t, hazePlugin(sdk.MakeModel(hazeDefaults, newClear))) }

func TestBrokenScorers(t *testing.T) {
	const pieces, bound = "scores row by row", "likelihoods are no less than the bound"
	for _, b := range []broken{
		{"the batch matters", vaguely(func(s []sdk.Score, _ sdk.ScoreRequest) { s[0].KL += 1e-9 * float64(len(s)) }), []string{pieces}},
		{"First is ignored", vaguely(func(s []sdk.Score, req sdk.ScoreRequest) { s[0].LogLikelihood += float64(req.First % 5) }), []string{pieces}},
		{"not a number", vaguely(func(s []sdk.Score, _ sdk.ScoreRequest) {
			for i := range s {
				s[i].LogLikelihood = math.Inf(-1)
			}
		}), []string{bound}},
		{"the KL's sign", vaguely(func(s []sdk.Score, _ sdk.ScoreRequest) {
			for i := range s {
				s[i].ELBO = s[i].Reconstruction + s[i].KL
			}
		}), []string{bound}},
		{"the mean of the logarithms' sum", vaguely(func(s []sdk.Score, req sdk.ScoreRequest) {
			for i := range s {
				s[i].LogLikelihood -= math.Log(float64(req.Samples))
			}
		}), []string{bound}},
		{"scores untrained", scorers(func(m clear) forward { return forward{m} }),
			[]string{"refuses to work before it is trained", "refuses damaged weights", "refuses weights of another model"}},
		{"no samples", scorers(func(m clear) unasked { return unasked{m} }), []string{"refuses to score what does not fit"}},
	} {
		t.Run(b.how, func(t *testing.T) {
			got, says := failures(t, b.plugin)
			if slices.Sort(b.fails); !slices.Equal(got, b.fails) {
				t.Errorf("got  %q\nwant %q\n%s", got, b.fails, strings.Join(says, "\n"))
			}
		})
	}
}
