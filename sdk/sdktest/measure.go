package sdktest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// comparison is rows of the sample, a third of them in each place.
func (m *medium) comparison() (sdk.Space, sdk.Comparison, error) {
	const n = 40
	space, rows, err := m.sampled(3 * n)
	if err != nil {
		return space, sdk.Comparison{}, err
	}
	return space, sdk.Comparison{Generated: rows.Slice(0, n), Train: rows.Slice(n, 2*n), Test: rows.Slice(2*n, 3*n), Seed: 1}, nil
}

func (m *medium) measure(ctx context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	modality, err := m.modality()
	if err != nil {
		return nil, err
	}
	measurer, err := sdk.As[sdk.Measurer](modality)
	if err != nil {
		return nil, err
	}
	return measurer.Measure(ctx, space, c)
}

// checkMeasure measures rows of a model that neither encodes nor scores, and of
// one that does.
func checkMeasure(ctx context.Context, b Bench, m *medium) error {
	space, c, err := m.comparison()
	if err != nil {
		return err
	}
	if err := m.checkFigures(ctx, b, space, c); err != nil {
		return err
	}
	c.Decoded, c.Halfway = c.Train, c.Generated
	if err := m.checkFigures(ctx, b, space, c); err != nil {
		return fmt.Errorf("with rows that were decoded: %w", err)
	}
	c.Scores = slices.Repeat([]sdk.Score{{LogLikelihood: -3, ELBO: -4, Reconstruction: -2, KL: 2}}, c.Test.Len())
	if err := m.checkFigures(ctx, b, space, c); err != nil {
		return fmt.Errorf("with scores: %w", err)
	}
	return nil
}

func (m *medium) checkFigures(ctx context.Context, b Bench, space sdk.Space, c sdk.Comparison) error {
	found, err := m.measure(ctx, space, c)
	if err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	if len(found) == 0 {
		return errors.New("measure found nothing")
	}
	seen := map[string]bool{}
	for _, f := range found {
		b.Log("%s: %g", f.Name, f.Value)
		if err := f.Validate(); err != nil {
			return err
		}
		if seen[f.Name] {
			return fmt.Errorf("measurement %q comes twice", f.Name)
		}
		seen[f.Name] = true
	}
	again, err := m.measure(ctx, space, c)
	if err != nil {
		return fmt.Errorf("measure again: %w", err)
	}
	if !slices.EqualFunc(found, again, sameMeasurement) {
		return fmt.Errorf("equal rows and seeds were measured otherwise: %+v, and %+v", found, again)
	}
	return nil
}

func sameMeasurement(a, b sdk.Measurement) bool {
	same := func(p, q *float64) bool { return p == nil && q == nil || p != nil && q != nil && *p == *q }
	levels := same(a.Floor, b.Floor) && same(a.Ceiling, b.Ceiling)
	a.Floor, a.Ceiling, b.Floor, b.Ceiling = nil, nil, nil, nil
	return levels && a == b
}

func checkMeasureMisfits(ctx context.Context, _ Bench, m *medium) error {
	_, c, err := m.comparison()
	if err != nil {
		return err
	}
	misfits, err := m.misfits()
	if err != nil {
		return err
	}
	for what, misfit := range misfits {
		space, rows := misfit()
		for where, place := range map[string]func(*sdk.Comparison) *sdk.Batch{
			"generated": func(c *sdk.Comparison) *sdk.Batch { return &c.Generated },
			"training":  func(c *sdk.Comparison) *sdk.Batch { return &c.Train },
			"held-out":  func(c *sdk.Comparison) *sdk.Batch { return &c.Test },
		} {
			c := c
			*place(&c) = rows
			_, err := m.measure(ctx, space, c)
			if err := refused(fmt.Sprintf("measure %s as %s rows", what, where), err, sdk.ErrBadInput, errors.ErrUnsupported); err != nil {
				return err
			}
		}
	}
	return nil
}

// odd are prompts that a modality may refuse or heed, and must not break on.
var odd = []string{"\x00", "\xff\xfe", strings.Repeat("long ", 10_000), "=,=,=", "é 漢 🙂", "\n"}

func checkPrompt(ctx context.Context, _ Bench, m *medium) error {
	space, _, err := m.sampled(1)
	if err != nil {
		return err
	}
	modality, err := m.modality()
	if err != nil {
		return err
	}
	prompter, err := sdk.As[sdk.Prompter](modality)
	if err != nil {
		return err
	}
	for i, text := range append([]string{""}, odd...) {
		row, err := prompter.Prompt(ctx, space, text)
		if i > 0 && errors.Is(err, sdk.ErrBadInput) {
			continue
		}
		if err != nil {
			return fmt.Errorf("prompt %.20q: %w", text, err)
		}
		given, err := givenIn(space, row, 1)
		if err != nil {
			return fmt.Errorf("prompt %.20q: %w", text, err)
		}
		if i == 0 && given > 0 {
			return fmt.Errorf("a prompt of no words gives %d numbers, want none", given)
		}
	}
	_, err = prompter.Prompt(ctx, sdk.Space{}, "")
	return refused("a prompt for rows of no space", err, sdk.ErrBadInput)
}

// givenIn counts the numbers of n rows that are not NaN, if these could be of
// the space.
func givenIn(space sdk.Space, rows sdk.Batch, n int) (int, error) {
	if !slices.Equal(rows.Shape, space.Shape) || len(rows.Data) != n*space.Size() {
		return 0, fmt.Errorf("%d numbers of shape %v, want %d rows of %v", len(rows.Data), rows.Shape, n, space.Shape)
	}
	given := 0
	for i := range n {
		row := rows.Row(i)
		for _, g := range space.Segments {
			for _, v := range row[:g.Len] {
				switch {
				case math.IsNaN(float64(v)):
				case g.Holds(v):
					given++
				default:
					return 0, fmt.Errorf("row %d has %g where a %s belongs", i, v, g.Kind)
				}
			}
			row = row[g.Len:]
		}
	}
	return given, nil
}
