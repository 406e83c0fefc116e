package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/genhost/genhost/sdk"
)

// The keys of a Space's Meta. Bounds, modes and sigma are those of rows.
const (
	metaScale   = "scale"   // a point is its row times this: "4"
	metaCentre  = "centre"  // plus this, JSON: [0,168]; absent where it is 0
	metaColumns = "columns" // names of the coordinates, JSON: ["x","y"]
	metaBounds  = "bounds"  // least and greatest of each coordinate, JSON: [[-1,1],[-1,1]]
	metaModes   = "modes"   // centres of a mixture of Gaussians, JSON: [[1,0],[0,1]]
	metaSigma   = "sigma"   // the standard deviation of each: "0.01"
)

func (c *collection) meta(v *survey) map[string]string {
	meta := map[string]string{metaScale: number(v.scale), metaColumns: asJSON(c.columns)}
	if v.centred() {
		meta[metaCentre] = asJSON(v.centre)
	}
	bounds := make([][2]float64, len(v.bounds))
	for i, b := range v.bounds {
		bounds[i] = [2]float64{v.row(i, b[0]), v.row(i, b[1])}
	}
	meta[metaBounds] = asJSON(bounds)
	if c.modes == nil {
		return meta
	}
	modes := make([][]float64, len(c.modes))
	for k, mode := range c.modes {
		for i, x := range mode {
			modes[k] = append(modes[k], v.row(i, x))
		}
	}
	meta[metaModes], meta[metaSigma] = asJSON(modes), number(c.sigma/v.scale)
	return meta
}

// number writes v in as few digits as tell it from all others.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// asJSON encodes lists of finite numbers and of strings, which cannot fail.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// A frame is what a Space says of its points, with what is absent made up for.
type frame struct {
	scale   float64
	centre  []float64
	columns []string
	bounds  [][2]float64 // nil where they are not known
	modes   [][]float64
	sigma   float64
}

// frameOf reads the Meta of a space, and reports rows that are no points of it.
func frameOf(space sdk.Space, rows sdk.Batch) (*frame, error) {
	if err := space.Validate(); err != nil {
		return nil, err
	}
	if len(space.Shape) != 1 {
		return nil, fmt.Errorf("%w: rows of shape %v are no points: want one axis", sdk.ErrBadInput, space.Shape)
	}
	for _, g := range space.Segments {
		if g.Kind != sdk.Real {
			return nil, fmt.Errorf("%w: %s values are no coordinates: want real ones", sdk.ErrBadInput, g.Kind)
		}
	}
	if err := space.Check(rows); err != nil {
		return nil, err
	}
	d := space.Shape[0]
	f := &frame{scale: 1, centre: make([]float64, d), columns: columnNames(d)}
	for key, to := range map[string]any{
		metaScale: &f.scale, metaCentre: &f.centre, metaColumns: &f.columns,
		metaBounds: &f.bounds, metaModes: &f.modes, metaSigma: &f.sigma,
	} {
		text, ok := space.Meta[key]
		if !ok {
			continue
		}
		if err := json.Unmarshal([]byte(text), to); err != nil {
			return nil, fmt.Errorf("%w: the space's %s is %.80q: %w", sdk.ErrBadInput, key, text, err)
		}
	}
	return f, f.check(d)
}

func (f *frame) check(dimensions int) error {
	bad := !(f.scale > 0) || math.IsInf(f.scale, 0) || f.sigma < 0 ||
		len(f.centre) != dimensions || len(f.columns) != dimensions || f.bounds != nil && len(f.bounds) != dimensions
	for _, mode := range f.modes {
		bad = bad || len(mode) != dimensions
	}
	if bad {
		return fmt.Errorf("%w: the space's %s, %s, %s, %s, %s and %s do not fit points of %d numbers", sdk.ErrBadInput,
			metaScale, metaCentre, metaColumns, metaBounds, metaModes, metaSigma, dimensions)
	}
	return nil
}
