package sdktest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

const (
	validRows = 4 * toyRows
	heldOut   = toyRows / 4
)

// checkValidates trains with rows held out, twice, and without them.
func checkValidates(ctx context.Context, b Bench, s *subject) error {
	first, weights, err := s.validated(ctx, filepath.Join(b.Dir, "a"))
	if err != nil {
		return err
	}
	second, _, err := s.validated(ctx, filepath.Join(b.Dir, "b"))
	if err != nil {
		return err
	}
	if first != second {
		return fmt.Errorf("equal trainings were validated otherwise:\n%s\n%s", first, second)
	}
	return s.with(ctx, func(m sdk.Model) error {
		job := s.job(1)
		job.Data = s.toy.without(validRows, heldOut)
		if err := job.Run(ctx, m); err != nil {
			return fmt.Errorf("train without rows to validate on: %w", err)
		}
		alone, err := s.fingerprint(ctx, m, filepath.Join(b.Dir, "alone"))
		if err == nil && alone != weights {
			err = errors.New("it learns otherwise because it is validated")
		}
		return err
	})
}

// validated trains a model that is validated, and returns what was said of the
// rows that were held out, and what it has learned.
func (s *subject) validated(ctx context.Context, dir string) (said, weights string, err error) {
	err = s.with(ctx, func(m sdk.Model) error {
		job := s.job(1)
		job.Data, job.HeldOut, job.Dir = s.toy.times(validRows), heldOut, dir
		events, err := follow(ctx, job, m)
		if err != nil {
			return fmt.Errorf("train with %d of %d rows held out: %w", heldOut, validRows, err)
		}
		if said, err = s.figures(events); err != nil {
			return err
		}
		weights, err = s.fingerprint(ctx, m, filepath.Join(dir, "weights"))
		return err
	})
	return said, weights, err
}

// figures returns what events say of the rows held out, a line each. One must
// come with a checkpoint that is the best so far, if the model can be saved.
func (s *subject) figures(events []sdk.Event) (string, error) {
	var lines []string
	best := 0
	for _, e := range events {
		for _, name := range slices.Sorted(maps.Keys(e.Metrics)) {
			if strings.HasPrefix(name, sdk.Validated) {
				lines = append(lines, fmt.Sprintf("step %d: %s is %v", e.Step, name, e.Metrics[name]))
			}
		}
		if e.Best {
			best++
		}
	}
	if len(lines) == 0 {
		return "", errors.New("it says that it validates, and gives no figures about the rows held out")
	}
	if best == 0 && s.can(sdk.CanSave) {
		return "", errors.New("no checkpoint is the best")
	}
	return strings.Join(lines, "\n"), nil
}

// without returns those of n rows that a job learns from when so many are held
// out.
func (t toy) without(n, heldOut int) sdk.Rows {
	all := t.times(n)
	var learn []int
	for i := range n {
		if (i+1)*heldOut/n == i*heldOut/n {
			learn = append(learn, i)
		}
	}
	return sdk.InMemory(t.space, all.Gather(sdk.Batch{}, learn))
}
