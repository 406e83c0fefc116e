package host

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// promptName is what a user sets to have rows that begin with words of his, or
// contain them.
const promptName = "prompt"

// wishes are what a user asks of rows: conditions, each of which may have several
// values, and a prompt. Rows have the combinations of the values in turn.
type wishes struct {
	conditions []wish
	prompt     string
}

// A wish is for one condition.
type wish struct {
	name   string
	values []float32
}

// mostCombinations bounds how many rows a user asks for unaware.
const mostCombinations = 10_000

// wishesOf reads assignments such as label=sneaker, label=0..9 and
// label=bag,shirt as conditions that the model heeds, and prompt=words.
func wishesOf(m sdk.Model, assignments []string) (wishes, error) {
	var w wishes
	var heeded sdk.Space
	for _, a := range assignments {
		name, text, ok := strings.Cut(a, "=")
		if !ok {
			return w, sdk.Hint(fmt.Errorf("%w: --set %s", sdk.ErrBadInput, a), "write --set condition=value")
		}
		if name == promptName {
			w.prompt = text
			continue
		}
		if heeded.Conditions == nil {
			var err error
			if heeded, err = heededBy(m); err != nil {
				return w, sdk.Hint(fmt.Errorf("--set %s: %w", a, err), "leave out --set: this model takes no conditions; genhost describe NAME tells whether one that does can be trained")
			}
		}
		if err := w.add(heeded, name, text); err != nil {
			return w, fmt.Errorf("--set %s: %w", a, err)
		}
	}
	if n := w.combinations(); n > mostCombinations {
		return w, fmt.Errorf("%w: the conditions have %d combinations of values, want at most %d", sdk.ErrBadInput, n, mostCombinations)
	}
	return w, nil
}

// heededBy are the conditions and the controls that a model heeds, as the
// conditions of a Space.
func heededBy(m sdk.Model) (sdk.Space, error) {
	all := sdk.Space{Modality: "its"}
	c, err := sdk.As[sdk.Conditional](m)
	if err == nil {
		all.Conditions = slices.Clone(c.Conditions())
	}
	if a, unable := sdk.As[sdk.Adjustable](m); unable == nil {
		all.Conditions = append(all.Conditions, sdk.ConditionsOf(a.Controls())...)
	}
	switch {
	case len(all.Conditions) > 0:
		return all, nil
	case err != nil:
		return all, err
	}
	return all, fmt.Errorf("%w: it was trained without conditions, and has no controls", sdk.ErrBadInput)
}

// add puts one assignment in place of an earlier one to the same condition.
func (w *wishes) add(heeded sdk.Space, name, text string) error {
	c, err := heeded.Condition(name)
	if err != nil {
		return err
	}
	values, err := valuesOf(c, text)
	if err != nil {
		return err
	}
	for i := range w.conditions {
		if w.conditions[i].name == name {
			w.conditions[i].values = values
			return nil
		}
	}
	w.conditions = append(w.conditions, wish{name, values})
	return nil
}

// valuesOf reads a value of a condition, a list of them, or a range of those
// that have names: sneaker, bag,shirt or 0..9.
func valuesOf(c sdk.Condition, text string) ([]float32, error) {
	v, err := c.Parse(text)
	if err == nil {
		return []float32{v}, nil
	}
	if from, to, ok := strings.Cut(text, ".."); ok && len(c.Values) > 0 {
		return valuesBetween(c, from, to)
	}
	parts := strings.Split(text, ",")
	if len(parts) == 1 {
		return nil, err
	}
	var all []float32
	for _, part := range parts {
		v, err := c.Parse(part)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func valuesBetween(c sdk.Condition, from, to string) ([]float32, error) {
	first, err := c.Parse(from)
	if err != nil {
		return nil, err
	}
	last, err := c.Parse(to)
	if err != nil {
		return nil, err
	}
	if last < first {
		return nil, fmt.Errorf("%w: %s comes after %s", sdk.ErrBadInput, from, to)
	}
	var all []float32
	for v := first; v <= last; v++ {
		all = append(all, v)
	}
	return all, nil
}

// combinations is how many there are of the values, at least 1. It stops
// counting beyond the most that are allowed.
func (w wishes) combinations() int {
	n := 1
	for _, c := range w.conditions {
		if n *= len(c.values); n > mostCombinations {
			break
		}
	}
	return n
}

// of returns the conditions of n rows from index first on: row i has combination
// i modulo how many there are, the last condition changing fastest.
func (w wishes) of(first, n int) map[string][]float32 {
	if len(w.conditions) == 0 {
		return nil
	}
	all := map[string][]float32{}
	period := 1
	for k := len(w.conditions) - 1; k >= 0; k-- {
		c := w.conditions[k]
		values := make([]float32, n)
		for i := range values {
			values[i] = c.values[(first+i)/period%len(c.values)]
		}
		all[c.name] = values
		period *= len(c.values)
	}
	return all
}

// maker returns what makes rows as wished: the model's Generate or, with a
// prompt, its Complete, or its Decode of latents that are changed.
func (s *session) maker(ctx context.Context, req GenerateRequest, w wishes) (func(context.Context, sdk.GenerateRequest) (sdk.Batch, error), error) {
	if req.Like != "" || len(req.Attributes) > 0 {
		return s.decoded(ctx, req, w)
	}
	if w.prompt == "" {
		return s.model.Generate, nil
	}
	completer, err := sdk.As[sdk.Completer](s.model)
	if err != nil {
		return nil, sdk.Hint(fmt.Errorf("--set prompt: %w", err), "genhost describe tells what a model can do; leave out the prompt")
	}
	prompter, err := sdk.As[sdk.Prompter](s.reader.modality)
	if err != nil {
		return nil, sdk.Hint(fmt.Errorf("--set prompt: %s rows: %w", s.space.Modality, err), "leave out the prompt")
	}
	given, err := prompter.Prompt(ctx, s.space, w.prompt)
	if err != nil {
		return nil, fmt.Errorf("--set prompt: %w", err)
	}
	return func(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
		return completer.Complete(ctx, req, given)
	}, nil
}
