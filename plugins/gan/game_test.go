package main

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// The logits of known rows are ψ(φ(x)) + yᵀVφ(x), by loops.
func TestProjection(t *testing.T) {
	n := small(t, func(s *settings) { s.Condition = []string{"label"} })
	var tape tensor.Tape
	x := nn.Normal(tape.Constant(3, 5), 1, 0)
	y := n.encode(tape.Constant(3, n.toldWidth), map[string][]float32{"label": {2, 0, 1}})
	got := n.d.judge(x, y)
	features := n.d.body.Forward(x)
	for i, label := range []int{2, 0, 1} {
		want := n.d.head.Bias.Data[0]
		for k, f := range features.Data[i*features.Cols : (i+1)*features.Cols] {
			want += f * (n.d.head.Weight.Data[k] + n.d.label.Data[label*features.Cols+k])
		}
		if d := got.Data[i] - want; d > 1e-5 || d < -1e-5 {
			t.Errorf("row %d: logit %.6f, want %.6f", i, got.Data[i], want)
		}
	}
}

// A step that repeats the last one's shapes allocates nothing but what job.Step
// needs.
func TestStepsDoNotAllocate(t *testing.T) {
	for name, n := range players(t) {
		job := &sdk.Job{Data: labelled(n.space, 4), Seed: 1}
		p := n.newGame(job)
		rows := job.Data.Gather(sdk.Batch{}, []int{0, 1, 2, 3})
		if allocs := testing.AllocsPerRun(5, func() { p.round(rows) }); allocs != 0 {
			t.Errorf("%s: a step allocates %g times", name, allocs)
		}
	}
}

// The discriminator takes so many steps for each of the generator's, and rates fall
// along a line.
func TestCriticStepsAndRates(t *testing.T) {
	n := small(t, func(s *settings) {
		s.CriticSteps, s.Batch, s.Epochs, s.FinalRate, s.WeightDecay, s.Beta2 = 3, 4, 7, 0.3, 0.01, 0.9
	})
	job := &sdk.Job{Data: labelled(n.space, 4)}
	p := n.newGame(job)
	rows := job.Data.Gather(sdk.Batch{}, []int{0, 1, 2, 3})
	for range 7 {
		p.round(rows)
	}
	if d, g := p.adamD.Steps(), p.adamG.Steps(); d != 7 || g != 2 {
		t.Errorf("in 7 steps D takes %d and G %d, want 7 and 2", d, g)
	}
	if p.adamG.Decay != 0.01 || p.adamD.Decay != 0 || p.adamG.Beta2 != 0.9 || p.adamD.Beta2 != 0.9 {
		t.Errorf("weights of G decay by %g and of D by %g, want 0.01 and 0; β₂ is %g and %g, want 0.9", p.adamG.Decay, p.adamD.Decay, p.adamG.Beta2, p.adamD.Beta2)
	}
	if got, want := p.adamD.Rate, n.DiscriminatorRate*(1-0.7*6/7); got < want*0.999 || got > want*1.001 {
		t.Errorf("D's rate at the last step is %g, want %g", got, want)
	}
}

// Batch norms remember what they see in training, and what generates has the
// average of it: at the second step 2/11 of what was, and 9/11 of what is.
func TestRoundsRemember(t *testing.T) {
	n := small(t, func(s *settings) { s.BatchNorm = true })
	before := slices.Clone(n.g.stats.Data)
	job := &sdk.Job{Data: labelled(n.space, 4), Seed: 1}
	p, rows := n.newGame(job), job.Data.Gather(sdk.Batch{}, []int{0, 1, 2, 3})
	p.round(rows)
	first := slices.Clone(n.g.stats.Data)
	if slices.Equal(first, before) || !slices.Equal(n.average.stats.Data, first) {
		t.Errorf("the first step leaves statistics %v, and %v for generating", first, n.average.stats.Data)
	}
	p.round(rows)
	for i, got := range n.average.stats.Data {
		if want := (2*first[i] + 9*n.g.stats.Data[i]) / 11; math.Abs(float64(got-want)) > 1e-5 {
			t.Errorf("statistic %d is %g for generating, want %g", i, got, want)
		}
	}
}

// A watched model has a referee see each step, and does nothing else.
type watched struct {
	sdk.Model
	see func(step int, job *sdk.Job, r *referee)
}

func (w watched) Train(_ context.Context, job *sdk.Job) error {
	var r referee
	step := 0
	for range job.Batches(1, 1) {
		w.see(step, job, &r)
		if err := job.Step(nil); err != nil {
			return err
		}
		step++
	}
	return nil
}

// What the settings have already is no remedy.
func TestRemedies(t *testing.T) {
	for want, s := range map[string]settings{
		"lower both rates, set batch_norm, or set r1 to 0.1": {},
		"lower both rates, or set r1 to 0.1":                 {BatchNorm: true},
		"lower both rates, or set batch_norm":                {Loss: "wgan-gp", GradientPenalty: 10},
		"lower both rates":                                   {BatchNorm: true, R1: 1},
	} {
		if got := (&referee{settings: s}).remedies("both rates"); got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}

// Games that go wrong are warned of, once each; those that begin badly, or do well,
// are not.
func TestReferee(t *testing.T) {
	for _, c := range []struct {
		name           string
		led, diversity func(step int) float64
		want           []string
	}{
		{"even", func(int) float64 { return 0.3 }, func(int) float64 { return 0.95 }, nil},
		{"a slow start", func(i int) float64 { return max(0.2, 1-float64(i)/8500) }, func(i int) float64 { return min(0.9, float64(i)/2800) }, nil},
		{"collapsed", func(int) float64 { return 0.5 }, func(i int) float64 { return max(0.01, 1-float64(i)/300) }, []string{"collapsed"}},
		{"won", func(int) float64 { return 0.99 }, func(int) float64 { return 0.9 }, []string{"discriminator_rate"}},
	} {
		var warnings []string
		job := &sdk.Job{Data: labelled(space(sdk.Unit, 1), 3000), Watch: func(e sdk.Event) {
			if e.Warning != "" {
				warnings = append(warnings, e.Warning)
			}
		}}
		m := watched{see: func(i int, job *sdk.Job, r *referee) {
			r.see(job, c.led(i), sdk.Metrics{"diversity": c.diversity(i)})
		}}
		if err := job.Run(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if len(warnings) != len(c.want) || len(warnings) > 0 && !strings.Contains(warnings[0], c.want[0]) {
			t.Errorf("%s: warned %q, want %q", c.name, warnings, c.want)
		}
	}
}
