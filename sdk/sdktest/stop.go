package sdktest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/genhost/genhost/sdk"
)

// errTooShort says that a training was over before it could be told to stop.
var errTooShort = errors.New("trained to the end, though told to end at its first event")

// interrupted trains on ever more rows, until one training is long enough to
// be interrupted at its first event.
func interrupted(try func(rows int) error) error {
	var err error
	for rows := 1 << 10; rows <= 1<<16; rows *= 4 {
		if err = try(rows); !errors.Is(err, errTooShort) {
			return err
		}
	}
	return err
}

// interrupt runs a job that calls stop at its first event.
func interrupt(ctx context.Context, job *sdk.Job, m sdk.Model, stop func()) (sdk.Event, error) {
	var last sdk.Event
	var first sync.Once
	job.Watch = func(e sdk.Event) {
		if e.Checkpoint == "" {
			e.Checkpoint = last.Checkpoint
		}
		last = e
		first.Do(stop)
	}
	err := job.Run(ctx, m)
	return last, err
}

func checkStop(ctx context.Context, b Bench, s *subject) error {
	return interrupted(func(rows int) error {
		stop := make(chan struct{})
		job := &sdk.Job{Data: s.toy.times(rows), Seed: 1, Dir: filepath.Join(b.Dir, fmt.Sprint(rows)), Stop: stop}
		return s.with(ctx, func(m sdk.Model) error {
			last, err := interrupt(ctx, job, m, func() { close(stop) })
			switch {
			case err == nil && last.Step == last.Steps:
				return errTooShort
			case err == nil:
				return fmt.Errorf("told to stop, it returned no error after step %d of %d: return what Step gives", last.Step, last.Steps)
			case !errors.Is(err, sdk.ErrStopped):
				return fmt.Errorf("told to stop: got the error %q, want one that is %q", err, sdk.ErrStopped)
			case !s.can(sdk.CanSave):
				return nil
			case last.Checkpoint == "":
				return errors.New("told to stop, it left no checkpoint")
			}
			return s.resumes(ctx, filepath.Join(last.Checkpoint, sdk.WeightsFile), m)
		})
	})
}

// resumes loads weights into a twin of m, and compares the two.
func (s *subject) resumes(ctx context.Context, weights string, m sdk.Model) error {
	return s.with(ctx, func(twin sdk.Model) error {
		saver, err := sdk.As[sdk.Saver](twin)
		if err != nil {
			return err
		}
		if err := saver.Load(ctx, weights); err != nil {
			return fmt.Errorf("load the checkpoint: %w", err)
		}
		req := sdk.GenerateRequest{N: 4, Seed: 1}
		want, err := m.Generate(ctx, req)
		if err != nil {
			return fmt.Errorf("generate after the stop: %w", err)
		}
		got, err := twin.Generate(ctx, req)
		if err != nil {
			return fmt.Errorf("generate from the checkpoint: %w", err)
		}
		if err := same(want, got); err != nil {
			return fmt.Errorf("the checkpoint generates other rows than the model: %w", err)
		}
		return nil
	})
}

func checkCancel(ctx context.Context, b Bench, s *subject) error {
	return interrupted(func(rows int) error {
		return s.with(ctx, func(m sdk.Model) error {
			inner, cancel := context.WithCancel(ctx)
			defer cancel()
			job := &sdk.Job{Data: s.toy.times(rows), Seed: 1}
			last, err := interrupt(inner, job, m, cancel)
			switch {
			case last.Step == last.Steps && (err == nil || errors.Is(err, context.Canceled)):
				return errTooShort
			case !errors.Is(err, context.Canceled):
				return fmt.Errorf("cancelled: got the error %v, want one that is %q", err, context.Canceled)
			}
			return nil
		})
	})
}
