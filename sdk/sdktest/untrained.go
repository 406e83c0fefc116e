package sdktest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
)

func checkBadSpaces(ctx context.Context, _ Bench, s *subject) error {
	for what, spoil := range map[string]func(*sdk.Space){
		"a space without a shape":           func(p *sdk.Space) { p.Shape, p.Axes = nil, nil },
		"a space with a negative shape":     func(p *sdk.Space) { p.Shape, p.Axes = []int{-1, -1}, nil },
		"a space of 2⁶⁰ numbers":            func(p *sdk.Space) { p.Shape, p.Axes = []int{1 << 30, 1 << 30}, nil },
		"a space that is half covered":      func(p *sdk.Space) { p.Segments = nil },
		"a space of an unknown kind":        func(p *sdk.Space) { p.Segments = one("spin", p.Size(), 0) },
		"a space with a nameless condition": func(p *sdk.Space) { p.Conditions = []sdk.Condition{{}} },
	} {
		space := s.toy.space
		spoil(&space)
		_, err := s.spec.New(ctx, s.settings, space)
		if err := refused(what, err, sdk.ErrBadInput); err != nil {
			return err
		}
	}
	return nil
}

// An attempt calls one optional method of a model.
type attempt struct {
	ability sdk.Ability
	call    func(ctx context.Context, m sdk.Model) error
}

// attempts try everything that needs a trained model.
func (s *subject) attempts(b Bench) []attempt {
	req := sdk.GenerateRequest{N: 2, Seed: 1}
	return []attempt{
		{sdk.CanGenerate, func(ctx context.Context, m sdk.Model) error {
			_, err := m.Generate(ctx, req)
			return err
		}},
		{sdk.CanEncode, func(ctx context.Context, m sdk.Model) error {
			_, err := m.Encode(ctx, s.toy.rows.Slice(0, 2))
			return err
		}},
		{sdk.CanSave, func(ctx context.Context, m sdk.Model) error {
			saver, err := sdk.As[sdk.Saver](m)
			if err != nil {
				return err
			}
			return saver.Save(ctx, filepath.Join(b.Dir, "attempt.safetensors"))
		}},
		{sdk.CanDecode, func(ctx context.Context, m sdk.Model) error {
			decoder, err := sdk.As[sdk.Decoder](m)
			if err != nil {
				return err
			}
			_, err = decoder.Draw(ctx, req)
			return err
		}},
		{sdk.CanScore, func(ctx context.Context, m sdk.Model) error {
			scorer, err := sdk.As[sdk.Scorer](m)
			if err != nil {
				return err
			}
			_, err = scorer.Score(ctx, s.toy.rows.Slice(0, 2), sdk.ScoreRequest{Samples: 2})
			return err
		}},
		{sdk.CanComplete, func(ctx context.Context, m sdk.Model) error {
			completer, err := sdk.As[sdk.Completer](m)
			if err != nil {
				return err
			}
			_, err = completer.Complete(ctx, req, s.open(1))
			return err
		}},
		{sdk.CanCondition, func(_ context.Context, m sdk.Model) error {
			_, err := sdk.As[sdk.Conditional](m)
			return err
		}},
	}
}

func checkAbilities(ctx context.Context, b Bench, s *subject) error {
	m, err := s.trained()
	if err != nil {
		return err
	}
	for _, a := range s.attempts(b) {
		err := a.call(ctx, m)
		if s.can(a.ability) && err != nil {
			return fmt.Errorf("it says that it can %s: %w", a.ability, err)
		}
		if !s.can(a.ability) {
			if err := refused(fmt.Sprintf("it does not say that it can %s", a.ability), err, errors.ErrUnsupported); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkUntrained(ctx context.Context, b Bench, s *subject) error {
	return s.with(ctx, func(m sdk.Model) error { return s.isUntrained(ctx, b, m) })
}

// isUntrained reports what m does although it has learned nothing.
func (s *subject) isUntrained(ctx context.Context, b Bench, m sdk.Model) error {
	for _, a := range s.attempts(b) {
		if a.ability == sdk.CanCondition || !s.can(a.ability) {
			continue
		}
		if err := refused(fmt.Sprintf("%s before training", a.ability), a.call(ctx, m), sdk.ErrNotTrained); err != nil {
			return err
		}
	}
	return nil
}
