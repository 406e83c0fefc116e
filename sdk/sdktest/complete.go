package sdktest

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

func (s *subject) complete(ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	m, err := s.trained()
	if err != nil {
		return sdk.Batch{}, err
	}
	completer, err := sdk.As[sdk.Completer](m)
	if err != nil {
		return sdk.Batch{}, err
	}
	rows, err := completer.Complete(ctx, req, given)
	if err != nil {
		return rows, fmt.Errorf("complete %d rows: %w", req.N, err)
	}
	return rows, nil
}

// beginning returns n rows that have the first number of a toy's rows and are
// open otherwise, from row first on.
func (s *subject) beginning(first, n int) sdk.Batch {
	b := s.open(n)
	for i := range n {
		b.Row(i)[0] = s.toy.rows.Row(first + i)[0]
	}
	return b
}

// open returns n rows in which nothing is given.
func (s *subject) open(n int) sdk.Batch {
	b := sdk.MakeBatch(n, s.toy.space.Shape...)
	for i := range b.Data {
		b.Data[i] = float32(math.NaN())
	}
	return b
}

func checkComplete(ctx context.Context, _ Bench, s *subject) error {
	drawn, err := s.generate(ctx, sdk.GenerateRequest{N: 10, Seed: 3})
	if err != nil {
		return err
	}
	for _, n := range []int{1, 10} {
		rows, err := s.complete(ctx, sdk.GenerateRequest{N: 10, Seed: 3}, s.open(n))
		if err != nil {
			return err
		}
		if err := same(drawn, rows); err != nil {
			return fmt.Errorf("with nothing given it is not what is generated: %w", err)
		}
	}
	given := s.beginning(0, 10)
	rows, err := s.complete(ctx, sdk.GenerateRequest{N: 10, Seed: 3}, given)
	if err != nil {
		return err
	}
	if err := s.holds(rows, 10); err != nil {
		return err
	}
	for i := range 10 {
		if got, want := rows.Row(i)[0], given.Row(i)[0]; got != want {
			return fmt.Errorf("row %d begins with %g, given was %g", i, got, want)
		}
	}
	return inPieces(rows, func(first, n int) (sdk.Batch, error) {
		return s.complete(ctx, sdk.GenerateRequest{N: n, Seed: 3, First: first}, s.beginning(first, n))
	})
}

func checkBadCompletions(ctx context.Context, _ Bench, s *subject) error {
	outside := s.beginning(0, 1)
	outside.Data[0] = float32(math.Inf(1))
	for what, given := range map[string]sdk.Batch{
		"three rows for four":      s.beginning(0, 3),
		"no rows for four":         s.beginning(0, 0),
		"rows of another shape":    sdk.MakeBatch(4, s.toy.space.Size()+1),
		"a number out of its kind": outside,
	} {
		_, err := s.complete(ctx, sdk.GenerateRequest{N: 4}, given)
		if err := refused("complete "+what, err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	_, err := s.complete(ctx, sdk.GenerateRequest{N: -1}, s.beginning(0, 1))
	return refused("complete -1 rows", err, sdk.ErrBadInput)
}
