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
	var tape tensor.Tape
	adam := optim.NewAdam(v.Rate)
	adam.Eps, adam.Clip.Norm = v.Epsilon, v.Clip
	noise, bits, drawn := job.Rand(1).Uint64(), job.Rand(2).Uint64(), 0
	epoch := max(1, job.Data.Len()/v.Batch) // in steps
	schedule, warmup := v.schedule(epoch), v.BetaWarmup*float64(epoch)
	watch := newCollapse(v.settings, job.Data.Len(), warmup)
	metrics := sdk.Metrics{}
	for rows := range job.Batches(v.Batch, v.Epochs) {
		tape.Reset()
		n := rows.Len()
		x, labels := v.input(rows, bits, drawn, &tape), v.oneHot(rows, &tape)
		eps := epsilon(tape.Constant(v.Samples*n, v.Latent), n, noise, drawn, &tape)
		drawn += n

		step := adam.Steps()
		beta := v.Beta * min(1, float64(step+1)/max(1, warmup))
		t := v.bound(x, labels, eps, float32(beta), &tape)
		t.loss.Backward(&v.params)
		adam.Rate = v.Rate * schedule(step)
		adam.Step(&v.params)

		watch.see(job, t, step)
		metrics["loss"], metrics["reconstruction"], metrics["kl"] = -t.bound, -t.likelihood, t.kl
		if err := job.Step(metrics); err != nil {
			return err
		}
	}
	return nil
}

// schedule is what part of the rate a step has.
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
