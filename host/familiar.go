package host

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

// A familiar file is rows for a model that has learned from others: their
// conditions are numbered as it numbers them.
type familiar struct {
	*dataset.File
	space    sdk.Space
	renumber map[string][]float32 // the model's numbers for the file's, by condition
	lacks    []sdk.Condition      // that the model heeds and the rows do not have
}

// Space returns the rows' Space, as the model knows it.
func (f *familiar) Space() sdk.Space { return f.space }

// Gather is that of [sdk.Rows].
func (f *familiar) Gather(dst sdk.Batch, indices []int) sdk.Batch {
	rows := f.File.Gather(dst, indices)
	for name, number := range f.renumber {
		values := rows.Conditions[name]
		for i, v := range values {
			values[i] = number[int(v)]
		}
	}
	return rows
}

// familiarise makes rows of a file those of a model: they have its shape, and
// the conditions that it heeds, if they are there, none but its values.
func familiarise(file *dataset.File, model sdk.Space, heeded []sdk.Condition) (*familiar, error) {
	f := &familiar{File: file, space: file.Space(), renumber: map[string][]float32{}}
	if err := sameRows(model, f.space); err != nil {
		return nil, err
	}
	f.space.Conditions = slices.Clone(f.space.Conditions)
	for _, c := range heeded {
		i := slices.IndexFunc(f.space.Conditions, func(theirs sdk.Condition) bool { return theirs.Name == c.Name })
		if i < 0 {
			f.lacks = append(f.lacks, c)
			continue
		}
		theirs := f.space.Conditions[i]
		if slices.Equal(c.Values, theirs.Values) {
			continue
		}
		number, err := renumbered(c, theirs)
		if err != nil {
			return nil, err
		}
		f.renumber[c.Name], f.space.Conditions[i] = number, c
	}
	return f, nil
}

// renumbered returns the model's numbers for the values of a condition of other
// rows.
func renumbered(known, theirs sdk.Condition) ([]float32, error) {
	if len(known.Values) == 0 || len(theirs.Values) == 0 {
		return nil, fmt.Errorf("%w: its condition %s is not what the model learned", sdk.ErrBadInput, known.Name)
	}
	number := make([]float32, len(theirs.Values))
	for i, v := range theirs.Values {
		at := slices.Index(known.Values, v)
		if at < 0 {
			return nil, sdk.Hint(fmt.Errorf("%w: the model knows no %s %q", sdk.ErrBadInput, known.Name, v), sdk.Suggest(v, known.Values))
		}
		number[i] = float32(at)
	}
	return number, nil
}

// mostGuesses bounds the values of a condition that are tried.
const mostGuesses = 256

// guessSamples is how many latents a value's likelihood rests on.
const guessSamples = 8

// label gives rows the conditions that they lack: what the user wishes, or else
// the value that makes each row likeliest.
func (s *session) label(ctx context.Context, rows sdk.Batch, lacks []sdk.Condition, wished map[string][]float32) (sdk.Batch, error) {
	rows.Conditions = maps.Clone(rows.Conditions)
	var unknown []sdk.Condition
	for _, c := range lacks {
		values, ok := wished[c.Name]
		if !ok || len(values) == 0 {
			unknown = append(unknown, c)
			continue
		}
		rows.Conditions = with(rows.Conditions, c.Name, slices.Repeat(values[:1], rows.Len()))
	}
	if len(unknown) == 0 {
		return rows, nil
	}
	if len(unknown) > 1 || len(unknown[0].Values) == 0 || len(unknown[0].Values) > mostGuesses {
		return rows, lackingLabel(unknown, nil)
	}
	scorer, err := sdk.As[sdk.Scorer](s.model)
	if err != nil {
		return rows, lackingLabel(unknown, err)
	}
	values, err := likeliest(ctx, scorer, rows, unknown[0])
	if err != nil {
		return rows, err
	}
	s.tellGuess(unknown[0], values)
	rows.Conditions = with(rows.Conditions, unknown[0].Name, values)
	return rows, nil
}

// likeliest returns, for each row, the value of a condition under which the
// model finds it likeliest.
func likeliest(ctx context.Context, scorer sdk.Scorer, rows sdk.Batch, c sdk.Condition) ([]float32, error) {
	best := make([]float32, rows.Len())
	level := make([]float64, rows.Len())
	for v := range c.Values {
		rows.Conditions = with(rows.Conditions, c.Name, slices.Repeat([]float32{float32(v)}, rows.Len()))
		scores, err := scorer.Score(ctx, rows, sdk.ScoreRequest{Samples: guessSamples, Seed: 1})
		if err != nil {
			return nil, err
		}
		for i, score := range scores {
			if v == 0 || score.LogLikelihood > level[i] {
				best[i], level[i] = float32(v), score.LogLikelihood
			}
		}
	}
	return best, nil
}

// tellGuess tells the user which label a row was given, or, once, that rows were
// given some.
func (s *session) tellGuess(c sdk.Condition, values []float32) {
	if len(values) == 1 {
		s.host.say(fmt.Sprintf("no %s is known of the row: it is taken for %s, which makes it likeliest", c.Name, c.Values[int(values[0])]))
		return
	}
	if s.guessed {
		return
	}
	s.guessed = true
	s.host.say(fmt.Sprintf("no %s is known of the rows: each is taken for what makes it likeliest", c.Name))
}

// lackingLabel is the error for rows whose conditions nobody can tell.
func lackingLabel(unknown []sdk.Condition, why error) error {
	var names []string
	for _, c := range unknown {
		names = append(names, c.Name)
	}
	err := fmt.Errorf("%w: the model wants to know of each row its %s, and it is not known", sdk.ErrBadInput, strings.Join(names, ", "))
	if why != nil && !errors.Is(why, errors.ErrUnsupported) {
		err = fmt.Errorf("%w: %w", err, why)
	}
	hint := "put the file in a folder that is called by its label"
	if c := unknown[0]; len(c.Values) > 0 {
		hint += ", or say which it is, as by --set " + c.Name + "=" + c.Values[0]
	}
	return sdk.Hint(err, hint)
}
