package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// Train maximises the bound by algorithm 1.
func (v *vae) Train(_ context.Context, job *sdk.Job) error {
	if n := job.Data.Space().Size(); n != v.space.Size() {
		return fmt.Errorf("%w: vae: train: rows of %d numbers, want %d", sdk.ErrBadInput, n, v.space.Size())
	}
	v.params.Init(job.Rand(0))
	if err := v.survey(job.Data); err != nil {
		return fmt.Errorf("vae: train: %w", err)
	}
	v.trained = true // for the previews and checkpoints of job.Step
	err := v.fit(job)
	if err == nil && !v.params.Finite() {
		err = fmt.Errorf("%w: a weight is not finite", sdk.ErrDiverged)
	}
	if errors.Is(err, sdk.ErrDiverged) {
		v.trained = false
		err = sdk.Hint(err, fmt.Sprintf("lower rate, now %g", v.Rate))
	}
	return err
}

func (v *vae) fit(job *sdk.Job) error {
	epoch := max(1, job.Data.Len()/v.Batch)
	t := v.newTraining(job, epoch)
	watch := newCollapse(v.settings, job.Data.Len())
	metrics := sdk.Metrics{}
	for rows := range job.Batches(v.Batch, v.Epochs) {
		b := t.step(rows)
		if float64(t.adam.Steps()) > t.warmup {
			watch.see(job, b)
		}
		metrics["loss"], metrics["reconstruction"], metrics["kl"] = -b.bound, -b.likelihood, b.kl
		if err := job.Step(metrics); err != nil {
			return err
		}
	}
	return nil
}

// A training is what outlasts a step.
type training struct {
	v           *vae
	tape        tensor.Tape
	adam        *optim.Adam
	rate        optim.Schedule
	warmup      float64 // of β, in steps
	noise, bits uint64  // seeds of ε and of binarised rows
	dropout     uint64  // and of what is dropped
	drawn       int     // rows so far
}

// newTraining begins one whose epochs have so many steps.
func (v *vae) newTraining(job *sdk.Job, epoch int) *training {
	adam := optim.NewAdamW(v.Rate, v.WeightDecay)
	adam.Eps, adam.Clip.Norm = v.Epsilon, v.Clip
	return &training{
		v: v, adam: adam, rate: v.schedule(epoch), warmup: v.BetaWarmup * float64(epoch),
		noise: job.Rand(1).Uint64(), bits: job.Rand(2).Uint64(), dropout: job.Rand(3).Uint64(),
	}
}

// step learns from rows. What it returns is valid until the next.
func (t *training) step(rows sdk.Batch) terms {
	v, tape, n := t.v, &t.tape, rows.Len()
	tape.Reset()
	tape.Train(t.dropout, v.Samples*t.drawn)
	x, labels := v.input(rows, t.bits, t.drawn, tape), v.oneHot(rows, tape)
	eps := epsilon(tape.Constant(v.Samples*n, v.Latent), n, t.noise, t.drawn, tape)
	t.drawn += n

	step := t.adam.Steps()
	beta := v.Beta * min(1, float64(step+1)/max(1, t.warmup))
	b := v.bound(x, labels, eps, float32(beta), tape)
	b.loss.Backward(&v.params)
	t.adam.Rate = v.Rate * t.rate(step)
	t.adam.Step(&v.params)
	return b
}

// schedule is what part of the rate a step has, in epochs of so many steps.
func (v *vae) schedule(epoch int) optim.Schedule {
	switch v.Schedule {
	case "cosine":
		return optim.CosineTo(v.Epochs*epoch, 0)
	case "milestones":
		var at []int
		for _, m := range v.Milestones {
			at = append(at, int(m*float64(epoch)+0.5))
		}
		return optim.Milestones(v.Decay, at...)
	}
	return optim.Constant
}
