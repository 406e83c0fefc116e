package main

import (
	"math"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestSchedule(t *testing.T) {
	const epoch = 10
	for _, c := range []struct {
		schedule string
		want     map[int]float64
	}{
		{"constant", map[int]float64{0: 1, 399: 1}},
		{"cosine", map[int]float64{0: 1, 100: (1 + math.Sqrt2/2) / 2, 200: 0.5, 400: 0}},
		{"milestones", map[int]float64{0: 1, 24: 1, 25: 0.5, 79: 0.5, 80: 0.25, 399: 0.25}},
	} {
		v, _ := small(t, sdk.Unit, func(s *settings) {
			s.Schedule, s.Epochs, s.Milestones, s.Decay = c.schedule, 40, []float64{2.5, 8}, 0.5
		})
		rate := v.schedule(epoch)
		for step, want := range c.want {
			if got := rate(step); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: %g of the rate at step %d, want %g", c.schedule, got, step, want)
			}
		}
	}
}

// The rate and the ε that a step has are those of the settings.
func TestStepFollowsTheSchedule(t *testing.T) {
	v, rows := small(t, sdk.Unit, func(s *settings) {
		s.Rate, s.Epsilon, s.Schedule, s.Milestones, s.Decay = 0.02, 1e-3, "milestones", []float64{2}, 0.25
	})
	training := v.newTraining(&sdk.Job{}, 1)
	b := sdk.Batch{Shape: []int{5}, Data: rows}
	for step, want := range []float64{0.02, 0.02, 0.005} {
		training.step(b)
		if got := training.adam.Rate; math.Abs(got-want) > 1e-12 || training.adam.Eps != 1e-3 {
			t.Errorf("step %d has the rate %g and ε = %g, want %g", step, got, training.adam.Eps, want)
		}
	}
}

// Weights decay by so much of the rate, and biases do not.
func TestWeightDecay(t *testing.T) {
	const rate, decay = 1e-3, 5
	v, rows := small(t, sdk.Unit, func(s *settings) { s.Rate, s.WeightDecay = rate, decay })
	plain, _ := small(t, sdk.Unit, func(s *settings) { s.Rate, s.WeightDecay = rate, 0 })
	b := sdk.Batch{Shape: []int{5}, Data: rows}
	first := v.params.All()[0].Tensor.Data[0]
	v.newTraining(&sdk.Job{}, 1).step(b)
	plain.newTraining(&sdk.Job{}, 1).step(b)
	for i, q := range v.params.All() {
		got, other := q.Tensor.Data[0], plain.params.All()[i].Tensor.Data[0]
		switch {
		case i == 0 && math.Abs(float64(other-got-rate*decay*first)) > 1e-6:
			t.Errorf("%s was %g and is %g, without decay %g", q.Name, first, got, other)
		case strings.HasSuffix(q.Name, ".bias") && got != other:
			t.Errorf("%s is %g, without decay %g", q.Name, got, other)
		}
	}
}

// A step makes nothing anew once the first has been.
func TestStepAllocatesNothing(t *testing.T) {
	for name, change := range map[string]func(*settings){
		"elbo":      func(*settings) {},
		"free bits": func(s *settings) { s.FreeBits = 0.1 },
		"iwae":      func(s *settings) { s.Bound, s.Samples, s.Binarise = "iwae", 3, "dynamic" },
		"static":    func(s *settings) { s.Binarise, s.Schedule = "static", "cosine" },
	} {
		v, rows := small(t, sdk.Unit, change)
		training := v.newTraining(&sdk.Job{}, 1)
		b := sdk.Batch{Shape: []int{5}, Data: rows}
		training.step(b)
		if n := testing.AllocsPerRun(20, func() { training.step(b) }); n > 0 {
			t.Errorf("%s: %g allocations a step", name, n)
		}
	}
}

// A decoder begins with the mean of the data: what it makes of any latent, and
// each channel's for convolutions.
func TestBeginsWithTheMean(t *testing.T) {
	v, rows := small(t, sdk.Unit)
	if err := v.survey(sdk.InMemory(v.space, sdk.Batch{Shape: []int{5}, Data: rows})); err != nil {
		t.Fatal(err)
	}
	for j, b := range v.bias.Data {
		want := min(max((float64(rows[j])+float64(rows[5+j]))/2, 1e-3), 1-1e-3)
		if got := 1 / (1 + math.Exp(-float64(b))); math.Abs(got-want) > 1e-5 {
			t.Errorf("number %d begins at %.4f, its mean is %.4f", j, got, want)
		}
	}
	s := defaults
	s.Architecture = "conv"
	v, err := newVAE(s, pictures(8, 8, 3))
	if err != nil {
		t.Fatal(err)
	}
	x := sdk.MakeBatch(3, 8, 8, 3)
	for i := range x.Data {
		x.Data[i] = []float32{0.2, 0.5, 0.7}[i%3]
	}
	if err := v.survey(sdk.InMemory(v.space, x)); err != nil {
		t.Fatal(err)
	}
	for c, want := range []float64{0.2, 0.5, 0.7} {
		if got := 1 / (1 + math.Exp(-float64(v.bias.Data[c]))); math.Abs(got-want) > 1e-5 {
			t.Errorf("channel %d begins at %.4f, its mean is %.4f", c, got, want)
		}
	}
}

// warnings trains on two rows, long enough for a verdict.
func warnings(t *testing.T, change func(*settings)) []string {
	t.Helper()
	v, rows := small(t, sdk.Unit, func(s *settings) { s.Epochs, s.Batch, s.BetaWarmup, s.Rate = 1200, 2, 0, 0.01 }, change)
	var all []string
	job := &sdk.Job{Data: sdk.InMemory(v.space, sdk.Batch{Shape: []int{5}, Data: rows}), Watch: func(e sdk.Event) {
		if e.Warning != "" {
			all = append(all, e.Warning)
		}
	}}
	if err := job.Run(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	return all
}

// A model whose latents say nothing says so, once; advice that is followed helps.
func TestCollapse(t *testing.T) {
	got := warnings(t, func(s *settings) { s.Beta = 50 })
	if len(got) != 1 || !strings.Contains(got[0], "0 of 2 latents") || !strings.Contains(got[0], "free_bits") || !strings.Contains(got[0], "beta (now 50)") {
		t.Errorf("with a weight of 50, it says %q, want one warning with advice", got)
	}
	if got := warnings(t, func(s *settings) { s.Beta, s.Bound = 50, "iwae" }); len(got) != 1 || strings.Contains(got[0], "free_bits") {
		t.Errorf("iwae: %q, want one warning without what it does not have", got)
	}
	if got := warnings(t, func(s *settings) { s.Beta = 0.1 }); len(got) != 0 {
		t.Errorf("with a weight of 0.1 it says %q", got)
	}
	if got := warnings(t, func(s *settings) { s.Beta, s.FreeBits = 50, 0.5 }); len(got) != 0 {
		t.Errorf("with free bits it says %q", got)
	}
	if got := warnings(t, func(s *settings) { s.Beta, s.BetaWarmup = 50, 1100 }); len(got) != 0 {
		t.Errorf("during the warm-up it says %q", got)
	}
}

// Validation reports what training does: of the same rows and draws, the same.
func TestValidate(t *testing.T) {
	v, rows := small(t, sdk.Unit, func(s *settings) { s.Beta, s.FreeBits = 3, 1 })
	v.trained = true
	b := sdk.Batch{Shape: []int{5}}
	for range 100 { // more than a chunk
		b.Data = append(b.Data, rows...)
	}
	got, err := v.Validate(t.Context(), sdk.InMemory(v.space, b))
	if err != nil {
		t.Fatal(err)
	}
	again, err := v.Validate(t.Context(), sdk.InMemory(v.space, b))
	if err != nil || again["loss"] != got["loss"] {
		t.Errorf("once more it is %g and %v, before %g", again["loss"], err, got["loss"])
	}
	scores, err := v.Score(t.Context(), b, sdk.ScoreRequest{Samples: 1, Seed: validationSeed})
	if err != nil {
		t.Fatal(err)
	}
	want, kl := 0.0, 0.0
	for _, s := range scores {
		want -= s.ELBO / float64(len(scores))
		kl += s.KL / float64(len(scores))
	}
	if math.Abs(got["loss"]-want) > 1e-3 || math.Abs(got["kl"]-kl) > 1e-4 || math.Abs(got["reconstruction"]+got["kl"]-got["loss"]) > 1e-4 {
		t.Errorf("got %v, want a loss of %.4f and a kl of %.4f", got, want, kl)
	}
}
