package sdktest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// holds reports what is wrong with rows as n rows of the space.
func (s *subject) holds(rows sdk.Batch, n int) error {
	if err := s.toy.space.Check(rows); err != nil {
		return err
	}
	if rows.Len() != n {
		return fmt.Errorf("%d rows, want %d", rows.Len(), n)
	}
	return nil
}

func checkRows(ctx context.Context, _ Bench, s *subject) error {
	for _, n := range []int{64, 1, 0} {
		rows, err := s.generate(ctx, sdk.GenerateRequest{N: n, Seed: 1})
		if err != nil {
			return err
		}
		if err := s.holds(rows, n); err != nil {
			return fmt.Errorf("generate %d rows: %w", n, err)
		}
	}
	return nil
}

func checkSeeds(ctx context.Context, b Bench, s *subject) error {
	var bySeed []sdk.Batch
	for _, seed := range []uint64{7, 7, 8, 1 << 63} {
		rows, err := s.generate(ctx, sdk.GenerateRequest{N: 16, Seed: seed})
		if err != nil {
			return err
		}
		bySeed = append(bySeed, rows)
	}
	if err := same(bySeed[0], bySeed[1]); err != nil {
		return fmt.Errorf("seed 7 twice: %w", err)
	}
	if same(bySeed[0], bySeed[2]) != nil && same(bySeed[0], bySeed[3]) != nil {
		return nil
	}
	if !s.continuous() {
		// What has hardly learned may round all that it draws to one row.
		return fmt.Errorf("%w: all seeds give the same few values", ErrDoesNotApply)
	}
	return errors.New("seeds 7, 8 and 2⁶³ do not all give rows of their own")
}

// splits are ways to make ten rows in pieces.
var splits = [][]int{{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {3, 7}, {9, 1}, {4, 4, 2}}

// inPieces reports how the ten rows of whole differ from those that part makes
// a few at a time.
func inPieces(whole sdk.Batch, part func(first, n int) (sdk.Batch, error)) error {
	if whole.Len() != 10 {
		return fmt.Errorf("%d rows, want 10", whole.Len())
	}
	for _, split := range splits {
		first := 0
		for _, n := range split {
			piece, err := part(first, n)
			if err != nil {
				return fmt.Errorf("rows %d to %d alone: %w", first, first+n, err)
			}
			if err := same(whole.Slice(first, first+n), piece); err != nil {
				return fmt.Errorf("rows %d to %d of ten, and alone: %w", first, first+n, err)
			}
			first += n
		}
	}
	return nil
}

func checkPieces(ctx context.Context, _ Bench, s *subject) error {
	whole, err := s.generate(ctx, sdk.GenerateRequest{N: 10, Seed: 3})
	if err != nil {
		return err
	}
	return inPieces(whole, func(first, n int) (sdk.Batch, error) {
		return s.generate(ctx, sdk.GenerateRequest{N: n, Seed: 3, First: first})
	})
}

func checkBadRequests(ctx context.Context, _ Bench, s *subject) error {
	for _, req := range []sdk.GenerateRequest{{N: -1}, {N: 1, First: -1}} {
		_, err := s.generate(ctx, req)
		if err := refused(fmt.Sprintf("generate %d rows from row %d", req.N, req.First), err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	return nil
}

func checkUnknownConditions(ctx context.Context, _ Bench, s *subject) error {
	_, err := s.generate(ctx, sdk.GenerateRequest{N: 2, Conditions: map[string][]float32{"no-such-condition": {0}}})
	return refused("generate under a condition that does not exist", err, sdk.ErrBadInput)
}

func checkConditions(ctx context.Context, _ Bench, s *subject) error {
	m, err := s.trained()
	if err != nil {
		return err
	}
	conditional, err := sdk.As[sdk.Conditional](m)
	if err != nil {
		return err
	}
	for _, c := range conditional.Conditions() {
		known, err := s.toy.space.Condition(c.Name)
		if err != nil {
			return fmt.Errorf("it heeds what the space does not have: %w", err)
		}
		if !slices.Equal(known.Values, c.Values) || known.Min != c.Min || known.Max != c.Max {
			return fmt.Errorf("it heeds %+v, the space has %+v", c, known)
		}
		if err := s.heeds(ctx, c); err != nil {
			return fmt.Errorf("condition %s: %w", c.Name, err)
		}
	}
	return nil
}

// heeds asks for rows under one condition: one value for all, one for each,
// and values that do not fit.
func (s *subject) heeds(ctx context.Context, c sdk.Condition) error {
	low, high := ends(c)
	ask := func(n, first int, values ...float32) (sdk.Batch, error) {
		return s.generate(ctx, sdk.GenerateRequest{N: n, Seed: 5, First: first, Conditions: map[string][]float32{c.Name: values}})
	}
	lows, err := ask(4, 0, low)
	if err != nil {
		return err
	}
	highs, err := ask(4, 0, high)
	if err != nil {
		return err
	}
	if same(lows, highs) == nil && low != high && s.continuous() {
		return fmt.Errorf("%g and %g give the same rows", low, high)
	}
	mixed, err := ask(4, 0, low, high, low, high)
	if err != nil {
		return err
	}
	for i := range 4 {
		alone, err := ask(1, i, []float32{low, high}[i%2])
		if err != nil {
			return err
		}
		if err := same(mixed.Slice(i, i+1), alone); err != nil {
			return fmt.Errorf("row %d among rows under other conditions: %w", i, err)
		}
	}
	return s.refusesMisfits(ctx, c, 4)
}

// ends are the least and the greatest value of a condition.
func ends(c sdk.Condition) (low, high float32) {
	if len(c.Values) > 0 {
		return 0, float32(len(c.Values) - 1)
	}
	return float32(c.Min), float32(c.Max)
}

// refusesMisfits asks for n rows under what cannot be a condition of them.
func (s *subject) refusesMisfits(ctx context.Context, c sdk.Condition, n int) error {
	low, high := ends(c)
	for what, values := range map[string][]float32{
		"a value too high": {high + 1}, "a value too low": {low - 1}, "values for other than all rows": slices.Repeat([]float32{low}, n-1), "no values": {},
	} {
		_, err := s.generate(ctx, sdk.GenerateRequest{N: n, Seed: 5, Conditions: map[string][]float32{c.Name: values}})
		if err := refused(what, err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	return nil
}
