package sdktest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A Check puts one promise to the test.
type Check struct {
	Name string // "vae on stripes/equal seeds give equal rows"
	Run  func(ctx context.Context, b Bench) error
}

// A Bench is what a check works with.
type Bench struct {
	Dir string // an empty folder
	Log func(format string, args ...any)
}

// ErrDoesNotApply is what a check returns that has nothing to test.
var ErrDoesNotApply = errors.New("does not apply")

// limit is how long a check may take: far more than any needs.
const limit = 5 * time.Minute

// Do runs the check. A panic is its error, and so is having no end.
func (c Check) Do(ctx context.Context, b Bench) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- caught(func() error { return c.Run(ctx, b) }) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		return fmt.Errorf("does not return, though its context has ended: %w", ctx.Err())
	}
}

func caught(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", sdk.ErrCrashed, r, debug.Stack())
		}
	}()
	return f()
}

// Checks lists what is to be tested. It makes each model once for each toy, to
// see which it accepts.
func (s Suite) Checks(ctx context.Context) []Check {
	checks := []Check{{"describes itself", func(context.Context, Bench) error { return s.Plugin.Validate() }}}
	for _, m := range s.Plugin.Models {
		checks = append(checks, s.modelChecks(ctx, m)...)
	}
	for _, m := range s.Plugin.Modalities {
		checks = append(checks, s.modalityChecks(m)...)
	}
	return checks
}

// refused reports what is wrong with err as the refusal of something: it is
// nil, a crash, or none of want.
func refused(what string, err error, want ...error) error {
	switch {
	case err == nil:
		return fmt.Errorf("%s: accepted, want an error", what)
	case errors.Is(err, sdk.ErrCrashed):
		return fmt.Errorf("%s: crashed, want an error: %w", what, err)
	case len(want) > 0 && !slices.ContainsFunc(want, func(w error) bool { return errors.Is(err, w) }):
		return fmt.Errorf("%s: got the error %q, want one that is %q", what, err, want)
	}
	return nil
}

// same reports the first difference between two batches, bit by bit.
func same(a, b sdk.Batch) error {
	if !slices.Equal(a.Shape, b.Shape) || len(a.Data) != len(b.Data) {
		return fmt.Errorf("%d rows of shape %v, and %d of shape %v", a.Len(), a.Shape, b.Len(), b.Shape)
	}
	for i := range a.Data {
		if math.Float32bits(a.Data[i]) != math.Float32bits(b.Data[i]) {
			return fmt.Errorf("row %d differs: number %d is %g, and %g", i/a.RowSize(), i%a.RowSize(), a.Data[i], b.Data[i])
		}
	}
	return nil
}

// finite reports a number that is none.
func finite(b sdk.Batch) error {
	for i, v := range b.Data {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("row %d has %g", i/b.RowSize(), v)
		}
	}
	return nil
}
