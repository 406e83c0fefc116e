package main

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Columns []string  `json:"columns" help:"columns that hold the coordinates, by name or by number from 1; all but the label when there are none"`
	Label   string    `json:"label" help:"column that holds labels, by name or by number from 1; label is looked for, but need not be there"`
	Scale   float64   `json:"scale" min:"0" help:"what numbers are divided by, to be about 1 in size; 0 finds a power of two"`
	Centre  []float64 `json:"centre" help:"what is first taken off each coordinate; found where there are none, and 0 for data not far from 0"`
}

var defaults = settings{Label: labelName}

// labelName is the name of the condition that says where a point belongs.
const labelName = "label"

// points is the modality of points: a row is the coordinates of one.
type points struct {
	settings

	known   *sdk.Space // that rows are to be of; nil for any
	columns []string   // of it
}

func newPoints(s settings) (*points, error) { return &points{settings: s}, nil }

// asked is a modality that writes rows of the Space that a source asks for.
func (m *points) asked(src sdk.Source) (*points, error) {
	if src.Space == nil {
		return m, nil
	}
	f, err := frameOf(*src.Space, sdk.Batch{Shape: src.Space.Shape})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.Path+src.Dataset, err)
	}
	s := m.settings
	s.Scale, s.Centre = f.scale, f.centre
	return &points{s, src.Space, f.columns}, nil
}

// Inspect reads all points, since the scale and the labels depend on them.
func (m *points) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	m, err := m.asked(src)
	if err != nil {
		return sdk.Info{}, err
	}
	c, s, err := m.open(src)
	if err != nil {
		return sdk.Info{}, err
	}
	v, err := m.survey(ctx, c)
	if err != nil {
		return sdk.Info{}, err
	}
	space, err := m.space(c, v)
	return sdk.Info{Space: space, Rows: v.rows[s.name], Splits: c.splitNames(), Licence: c.licence, Files: c.files}, err
}

// Read writes the points of a split, less the centre and divided by the scale.
func (m *points) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	m, err := m.asked(src)
	if err != nil {
		return err
	}
	c, s, err := m.open(src)
	if err != nil {
		return err
	}
	v, err := m.survey(ctx, c)
	if err != nil {
		return err
	}
	space, err := m.space(c, v)
	if err != nil {
		return err
	}
	if err := w.Begin(space, sdk.Floats); err != nil {
		return err
	}
	b, n := sdk.Reuse(sdk.Batch{}, space, atOnce(space.Size())), 0
	err = s.each(ctx, func(p point) error {
		for i, x := range p.x {
			b.Row(n)[i] = float32((float64(x) - v.centre[i]) / v.scale)
		}
		if c.labelled {
			b.Conditions[labelName][n] = v.index[p.label]
		}
		if n++; n < b.Len() {
			return nil
		}
		n = 0
		return w.Write(b)
	})
	if err != nil || n == 0 {
		return err
	}
	return w.Write(b.Slice(0, n))
}

// atOnce is how many points of so many numbers are held in memory at a time.
func atOnce(size int) int { return max(1, min(1024, (1<<20)/size)) }
