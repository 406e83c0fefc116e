package sdktest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"

	"github.com/genhost/genhost/sdk"
)

// follow runs a job and returns what it told.
func follow(ctx context.Context, job *sdk.Job, m sdk.Model) ([]sdk.Event, error) {
	var events []sdk.Event
	job.Watch = func(e sdk.Event) { events = append(events, e) }
	err := job.Run(ctx, m)
	return events, err
}

func checkReports(ctx context.Context, _ Bench, s *subject) error {
	return s.with(ctx, func(m sdk.Model) error {
		events, err := follow(ctx, s.job(1), m)
		if err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if len(events) == 0 {
			return errors.New("no events: Train must call Step")
		}
		last := sdk.Position{}
		figures := false
		for _, e := range events {
			if e.Step < last.Step || e.Step > e.Steps || e.Epoch < last.Epoch || e.Epoch > e.Epochs {
				return fmt.Errorf("the position goes from %+v to %+v", last, e.Position)
			}
			for name, v := range e.Metrics {
				if figures = true; math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("step %d: %s is %g", e.Step, name, v)
				}
			}
			last = e.Position
		}
		if last.Step != last.Steps {
			return fmt.Errorf("trained %d steps of %d and returned no error", last.Step, last.Steps)
		}
		if !figures {
			return errors.New("no metrics: give Step at least one figure")
		}
		return nil
	})
}

func checkWhileTraining(ctx context.Context, b Bench, s *subject) error {
	return s.with(ctx, func(m sdk.Model) error {
		job := s.job(1)
		job.Previews, job.Dir, job.CheckpointEvery = 3, b.Dir, 1
		job.MaxSteps = min(job.MaxSteps, 4) // each is saved
		events, err := follow(ctx, job, m)
		if err != nil {
			return fmt.Errorf("train with previews and checkpoints: %w", err)
		}
		previews, checkpoints := 0, 0
		for _, e := range events {
			if e.Preview != nil {
				previews++
				if err := s.holds(*e.Preview, 3); err != nil {
					return fmt.Errorf("preview after step %d: %w", e.Step, err)
				}
			}
			if e.Checkpoint != "" {
				checkpoints++
				if _, err := os.Stat(filepath.Join(e.Checkpoint, sdk.WeightsFile)); err != nil {
					return fmt.Errorf("checkpoint after step %d: %w", e.Step, err)
				}
			}
		}
		if previews == 0 {
			return errors.New("no previews")
		}
		if checkpoints == 0 && s.can(sdk.CanSave) {
			return errors.New("no checkpoints")
		}
		return nil
	})
}

// checkEqualJobs trains twice, the second time on one thread.
func checkEqualJobs(ctx context.Context, b Bench, s *subject) error {
	learned := func(name string) (string, error) {
		var what string
		err := s.with(ctx, func(m sdk.Model) (err error) {
			if err := s.job(5).Run(ctx, m); err != nil {
				return fmt.Errorf("train: %w", err)
			}
			what, err = s.fingerprint(ctx, m, filepath.Join(b.Dir, name))
			return err
		})
		return what, err
	}
	first, err := learned("a")
	if err != nil {
		return err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	second, err := learned("b")
	if err != nil {
		return err
	}
	if first != second {
		return errors.New("two trainings with equal jobs end in other weights")
	}
	return nil
}

// fingerprint is the weights file, or rows of a model that has none.
func (s *subject) fingerprint(ctx context.Context, m sdk.Model, path string) (string, error) {
	if !s.can(sdk.CanSave) {
		rows, err := m.Generate(ctx, sdk.GenerateRequest{N: 8, Seed: 1})
		return fmt.Sprint(rows.Data), err
	}
	saver, err := sdk.As[sdk.Saver](m)
	if err != nil {
		return "", err
	}
	if err := saver.Save(ctx, path); err != nil {
		return "", fmt.Errorf("save: %w", err)
	}
	weights, err := os.ReadFile(path)
	return string(weights), err
}

func checkSingleRow(ctx context.Context, b Bench, s *subject) error {
	return s.with(ctx, func(m sdk.Model) error {
		job := &sdk.Job{Data: s.toy.times(1), Seed: 1, MaxSteps: 3}
		return s.endsWell(ctx, b, m, job, "training on one row")
	})
}

// checkHighestRate asks for a training that likely diverges.
func checkHighestRate(ctx context.Context, b Bench, s *subject) error {
	rate, err := s.spec.Schema.Find("rate")
	if err != nil || rate.Type != sdk.Number {
		return fmt.Errorf("%w: no number called rate", ErrDoesNotApply)
	}
	highest := 1e30
	if rate.Max != nil {
		highest = *rate.Max
	}
	wild := *s
	wild.settings = sdk.Settings{}
	for name, value := range s.settings {
		wild.settings[name] = value
	}
	wild.settings["rate"] = fmt.Appendf(nil, "%g", highest)
	return wild.with(ctx, func(m sdk.Model) error {
		return wild.endsWell(ctx, b, m, wild.job(1), fmt.Sprintf("training at rate %g", highest))
	})
}

// endsWell runs a job that may fail, but not in any way: either the model then
// generates rows, or it said that it would not.
func (s *subject) endsWell(ctx context.Context, b Bench, m sdk.Model, job *sdk.Job, what string) error {
	if err := job.Run(ctx, m); err != nil {
		b.Log("%s: %v", what, err)
		return refused(what, err, sdk.ErrDiverged, sdk.ErrBadInput)
	}
	rows, err := m.Generate(ctx, sdk.GenerateRequest{N: 4, Seed: 1})
	if err != nil {
		return fmt.Errorf("%s went well, and then generate: %w", what, err)
	}
	if err := s.holds(rows, 4); err != nil {
		return fmt.Errorf("%s went well, and then: %w", what, err)
	}
	return nil
}
