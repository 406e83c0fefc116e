package sdktest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A ruled grid measures how bright pictures are, and takes a brightness of all
// pixels from "brightness 0.5".
type ruled struct{ *grid }

func (g ruled) Measure(_ context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	var means [3]float64
	for i, rows := range []sdk.Batch{c.Generated, c.Train, c.Test} {
		if err := g.fits(space, rows); err != nil {
			return nil, err
		}
		for _, v := range rows.Data {
			means[i] += float64(v) / float64(len(rows.Data))
		}
	}
	apart := math.Abs(means[1] - means[2])
	return []sdk.Measurement{
		{Name: "brightness", Doc: "mean of the pixels", Value: means[0], N: c.Generated.Len()},
		{Name: "brightness-apart", Doc: "from the held-out pictures", Value: math.Abs(means[0] - means[2]), Better: "lower", Ceiling: &apart},
	}, nil
}

func (g ruled) Prompt(_ context.Context, space sdk.Space, text string) (sdk.Batch, error) {
	if len(space.Shape) != 3 || space.Modality != "grid" {
		return sdk.Batch{}, fmt.Errorf("%w: no space of pictures", sdk.ErrBadInput)
	}
	b, v := sdk.MakeBatch(1, space.Shape...), math.NaN()
	if text != "" {
		var err error
		if v, err = strconv.ParseFloat(strings.TrimPrefix(text, "brightness "), 32); err != nil || !(v >= 0 && v <= 1) {
			return sdk.Batch{}, fmt.Errorf("%w: the prompt is %.20q, want brightness and a number from 0 to 1", sdk.ErrBadInput, text)
		}
	}
	for i := range b.Data {
		b.Data[i] = float32(v)
	}
	return b, nil
}

func TestRuled(t *testing.T) {
	Run(t, warped(func(g *grid) ruled { return ruled{g} }))
}

// misruled overrides what is measured and what is read from prompts.
type misruled struct {
	ruled
	measure func(all []sdk.Measurement, c sdk.Comparison, err error) ([]sdk.Measurement, error)
	prompt  func(row sdk.Batch, text string, err error) (sdk.Batch, error)
}

func (g misruled) Measure(ctx context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	all, err := g.ruled.Measure(ctx, space, c)
	if g.measure == nil {
		return all, err
	}
	return g.measure(all, c, err)
}

func (g misruled) Prompt(ctx context.Context, space sdk.Space, text string) (sdk.Batch, error) {
	row, err := g.ruled.Prompt(ctx, space, text)
	if g.prompt == nil {
		return row, err
	}
	return g.prompt(row, text, err)
}

func TestMisruled(t *testing.T) {
	const measures, misfit, prompts = "measures", "refuses to measure what does not fit", "reads prompts"
	calls := 0
	alter := func(how string, f func(m *sdk.Measurement)) broken {
		return broken{how, warped(func(g *grid) misruled {
			return misruled{ruled: ruled{g}, measure: func(all []sdk.Measurement, _ sdk.Comparison, err error) ([]sdk.Measurement, error) {
				if err == nil {
					f(&all[0])
				}
				return all, err
			}}
		}), []string{measures}}
	}
	prompting := func(how string, f func(row sdk.Batch, text string, err error) (sdk.Batch, error)) broken {
		return broken{how, warped(func(g *grid) misruled { return misruled{ruled: ruled{g}, prompt: f} }), []string{prompts}}
	}
	for _, b := range []broken{
		alter("a figure that is none", func(m *sdk.Measurement) { m.Value = math.NaN() }),
		alter("a name with a space", func(m *sdk.Measurement) { m.Name = "how bright" }),
		alter("a name twice", func(m *sdk.Measurement) { m.Name = "brightness-apart" }),
		alter("no Doc", func(m *sdk.Measurement) { m.Doc = "" }),
		alter("an unknown direction", func(m *sdk.Measurement) { m.Better = "brighter" }),
		alter("a level that is none", func(m *sdk.Measurement) { v := math.Inf(1); m.Floor = &v }),
		alter("other figures each time", func(m *sdk.Measurement) { calls++; m.Value = float64(calls) }),
		{"finds nothing", warped(func(g *grid) misruled {
			return misruled{ruled: ruled{g}, measure: func(_ []sdk.Measurement, _ sdk.Comparison, err error) ([]sdk.Measurement, error) { return nil, err }}
		}), []string{measures}},
		{"a figure of decoded rows that is none", warped(func(g *grid) misruled {
			return misruled{ruled: ruled{g}, measure: func(all []sdk.Measurement, c sdk.Comparison, err error) ([]sdk.Measurement, error) {
				if err == nil && c.Decoded.Len() > 0 {
					all = append(all, sdk.Measurement{Name: "brightness-decoded", Doc: "of decoded rows", Value: math.NaN()})
				}
				return all, err
			}}
		}), []string{measures}},
		{"a figure of scores that is none", warped(func(g *grid) misruled {
			return misruled{ruled: ruled{g}, measure: func(all []sdk.Measurement, c sdk.Comparison, err error) ([]sdk.Measurement, error) {
				if len(c.Scores) > 0 {
					all = append(all, sdk.Measurement{Name: "surprise", Value: -c.Scores[0].LogLikelihood})
				}
				return all, err
			}}
		}), []string{measures}},
		{"measures what does not fit", warped(func(g *grid) misruled {
			return misruled{ruled: ruled{g}, measure: func(all []sdk.Measurement, _ sdk.Comparison, err error) ([]sdk.Measurement, error) {
				if err != nil {
					return []sdk.Measurement{{Name: "x", Doc: "x"}}, nil
				}
				return all, nil
			}}
		}), []string{misfit}},
		prompting("no words that mean something", func(row sdk.Batch, text string, err error) (sdk.Batch, error) {
			if text == "" {
				row.Data[0] = 0
			}
			return row, err
		}),
		prompting("no words that are refused", func(row sdk.Batch, text string, err error) (sdk.Batch, error) {
			if text == "" {
				return row, fmt.Errorf("%w: say something", sdk.ErrBadInput)
			}
			return row, err
		}),
		prompting("a number outside its kind", func(row sdk.Batch, text string, err error) (sdk.Batch, error) {
			if text == "=,=,=" {
				row = sdk.Batch{Shape: []int{8, 8, 1}, Data: slices.Repeat([]float32{2}, 64)}
				return row, nil
			}
			return row, err
		}),
		prompting("another error", func(row sdk.Batch, text string, err error) (sdk.Batch, error) {
			if err != nil {
				err = fmt.Errorf("no")
			}
			return row, err
		}),
	} {
		t.Run(b.how, func(t *testing.T) {
			got, says := failures(t, b.plugin)
			slices.Sort(b.fails)
			if !slices.Equal(got, b.fails) {
				t.Errorf("got  %q\nwant %q\n%q", got, b.fails, says)
			}
		})
	}
}
