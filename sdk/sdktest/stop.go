package sdktest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

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

// An interruption is how a job ended that was told to.
type interruption struct {
	asked, last sdk.Event
	batches     int           // taken after it was told
	checkpoints []string      // written
	took        time.Duration // from being told to the end
}

// interrupt runs a job that calls stop at its first event.
func interrupt(ctx context.Context, job *sdk.Job, m sdk.Model, stop func()) (interruption, error) {
	var i interruption
	var told time.Time
	rows := &counted{Rows: job.Data}
	job.Data = rows
	job.Watch = func(e sdk.Event) {
		if i.last = e; e.Checkpoint != "" && job.Dir != "" {
			i.checkpoints = append(i.checkpoints, e.Checkpoint)
		}
		if told.IsZero() {
			i.asked, told = e, time.Now()
			rows.gathered.Store(0)
			stop()
		}
	}
	err := job.Run(ctx, m)
	if !told.IsZero() {
		i.took = time.Since(told)
	}
	i.batches = int(rows.gathered.Load())
	return i, err
}

// counted rows count how often they are gathered.
type counted struct {
	sdk.Rows
	gathered atomic.Int64
}

func (c *counted) Gather(dst sdk.Batch, indices []int) sdk.Batch {
	c.gathered.Add(1)
	return c.Rows.Gather(dst, indices)
}

const (
	fewSteps = 3               // that a model may look ahead
	soon     = 3 * time.Second // promised is one, but computers are busy
)

// late reports a training that went on although Step had told it to return.
//
// In this process the word and the model's next step are one after the other,
// and the batches that it still took are known. Across the wall steps go by
// while the word is under way, as many as are quick; then the checkpoints tell,
// for each Step that says to stop has written one, and else the clock.
func (i interruption) late() error {
	switch steps := i.last.Step - i.asked.Step; {
	case i.batches > fewSteps:
		return fmt.Errorf("told to end at step %d, it took %d more batches: return what Step gives at once", i.asked.Step, i.batches)
	case len(i.checkpoints) > 1:
		return fmt.Errorf("told to stop, it went on from %s to %s: return what Step gives at once",
			filepath.Base(i.checkpoints[0]), filepath.Base(i.checkpoints[len(i.checkpoints)-1]))
	case steps > fewSteps && i.took > soon:
		return fmt.Errorf("told to end at step %d, it made %d more steps in %s: return what Step gives at once", i.asked.Step, steps, i.took)
	}
	return nil
}

func checkStop(ctx context.Context, b Bench, s *subject) error {
	return interrupted(func(rows int) error {
		stop := make(chan struct{})
		job := &sdk.Job{Data: s.toy.times(rows), Seed: 1, Dir: filepath.Join(b.Dir, fmt.Sprint(rows)), Stop: stop}
		return s.with(ctx, func(m sdk.Model) error {
			i, err := interrupt(ctx, job, m, func() { close(stop) })
			switch {
			case err == nil && i.last.Step == i.last.Steps:
				return cmp.Or(i.late(), errTooShort)
			case err == nil:
				return fmt.Errorf("told to stop, it returned no error after step %d of %d: return what Step gives", i.last.Step, i.last.Steps)
			case !errors.Is(err, sdk.ErrStopped):
				return fmt.Errorf("told to stop: got the error %q, want one that is %q", err, sdk.ErrStopped)
			}
			if err := i.late(); err != nil || !s.can(sdk.CanSave) {
				return err
			}
			if len(i.checkpoints) == 0 {
				return errors.New("told to stop, it left no checkpoint")
			}
			return s.resumes(ctx, filepath.Join(i.checkpoints[0], sdk.WeightsFile), m)
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

// isFree reports a model that still trains, though across the wall Train has
// returned: then its next call has to wait.
func (s *subject) isFree(ctx context.Context, m sdk.Model) error {
	ctx, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	_, err := m.Generate(ctx, sdk.GenerateRequest{N: 1, Seed: 1})
	if ctx.Err() != nil {
		return fmt.Errorf("cancelled, it still trains after %s: return what Step gives at once: %w", soon, err)
	}
	return nil
}

func checkCancel(ctx context.Context, b Bench, s *subject) error {
	return interrupted(func(rows int) error {
		return s.with(ctx, func(m sdk.Model) error {
			inner, cancel := context.WithCancel(ctx)
			defer cancel()
			job := &sdk.Job{Data: s.toy.times(rows), Seed: 1}
			i, err := interrupt(inner, job, m, cancel)
			switch {
			case i.last.Step == i.last.Steps && (err == nil || errors.Is(err, context.Canceled)):
				return cmp.Or(i.late(), errTooShort)
			case !errors.Is(err, context.Canceled):
				return fmt.Errorf("cancelled: got the error %v, want one that is %q", err, context.Canceled)
			}
			if err := i.late(); err != nil {
				return err
			}
			return s.isFree(ctx, m)
		})
	})
}
