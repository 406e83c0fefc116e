package sdktest

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/sdk"
)

func checkControls(ctx context.Context, _ Bench, s *subject) error {
	m, err := s.trained()
	if err != nil {
		return err
	}
	adjustable, err := sdk.As[sdk.Adjustable](m)
	if err != nil {
		return err
	}
	controls := adjustable.Controls()
	if err := sdk.ValidateControls(controls, s.toy.space); err != nil {
		return err
	}
	for _, c := range controls {
		if err := s.adjusts(ctx, c); err != nil {
			return fmt.Errorf("control %s: %w", c.Name, err)
		}
	}
	return nil
}

// adjusts asks for rows with one control set: as it is by itself, to its ends, for
// each row otherwise, and to values that do not fit.
func (s *subject) adjusts(ctx context.Context, c sdk.Control) error {
	const n = 16
	low, high := ends(c.Condition)
	ask := func(values ...float32) sdk.GenerateRequest {
		return sdk.GenerateRequest{N: n, Seed: 5, Conditions: map[string][]float32{c.Name: values}}
	}
	usual, err := s.generate(ctx, sdk.GenerateRequest{N: n, Seed: 5})
	if err != nil {
		return err
	}
	asked, err := s.generate(ctx, ask(float32(c.Default)))
	if err != nil {
		return err
	}
	if err := same(usual, asked); err != nil {
		return fmt.Errorf("%g is its default, and asked for it makes a difference: %w", c.Default, err)
	}
	lows, err := s.generate(ctx, ask(low))
	if err != nil {
		return err
	}
	highs, err := s.generate(ctx, ask(high))
	if err != nil {
		return err
	}
	if same(lows, highs) == nil {
		return fmt.Errorf("%g and %g give the same rows", low, high)
	}
	if err := s.holds(highs, n); err != nil {
		return fmt.Errorf("at %g: %w", high, err)
	}
	each := ask()
	for i := range n {
		each.Conditions[c.Name] = append(each.Conditions[c.Name], []float32{low, high}[i%2])
	}
	if err := s.adjustsEach(ctx, each, lows, highs); err != nil {
		return err
	}
	if err := s.decodesAdjusted(ctx, each); err != nil {
		return err
	}
	return s.refusesMisfits(ctx, c.Condition, n)
}

// adjustsEach asks for rows of which every other is one of others.
func (s *subject) adjustsEach(ctx context.Context, req sdk.GenerateRequest, even, odd sdk.Batch) error {
	rows, err := s.generate(ctx, req)
	if err != nil {
		return err
	}
	for i := range req.N {
		alone := even
		if i%2 == 1 {
			alone = odd
		}
		if err := same(rows.Slice(i, i+1), alone.Slice(i, i+1)); err != nil {
			return fmt.Errorf("row %d among rows with other values: %w", i, err)
		}
	}
	if err := s.holds(rows, req.N); err != nil {
		return fmt.Errorf("rows have what only latents have: %w", err)
	}
	return nil
}

// decodesAdjusted checks that latents carry what was asked for.
func (s *subject) decodesAdjusted(ctx context.Context, req sdk.GenerateRequest) error {
	d, err := s.decoder()
	if errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	if err != nil {
		return err
	}
	_, _, err = s.decodesDrawn(ctx, d, req)
	return err
}
