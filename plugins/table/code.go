package main

import (
	"github.com/genhost/genhost/sdk"
)

// A coder makes numbers of a column's cells.
type coder struct {
	*column
	indices map[string]float32 // of the values
	modes   []mode
	known   bool // it is a condition too
}

// An encoder makes rows of records.
type encoder []coder

func newEncoder(columns []*column, space sdk.Space) encoder {
	var e encoder
	for _, c := range columns {
		_, err := space.Condition(c.Name)
		k := coder{c, map[string]float32{}, c.mixture.modes(), c.Type == category && err == nil}
		for i, v := range c.Values {
			k.indices[v] = float32(i)
		}
		e = append(e, k)
	}
	return e
}

// row makes row i of b of a record.
func (e encoder) row(b sdk.Batch, i int, r *record) error {
	row := b.Row(i)
	for _, k := range e {
		if k.Type == category {
			v, err := k.category(r)
			if err != nil {
				return err
			}
			if row[0] = v; k.known {
				b.Conditions[k.Name][i] = v
			}
			row = row[1:]
			continue
		}
		mode, alpha, err := k.place(r)
		if err != nil {
			return err
		}
		row[0], row[1] = mode, alpha
		row = row[2:]
	}
	return nil
}

// category returns which value a cell is.
func (k coder) category(r *record) (float32, error) {
	cell := r.cells[k.at]
	if k.column.missing[cell] && k.Missing != nil {
		return float32(len(k.Values)), nil
	}
	v, ok := k.indices[cell]
	if !ok {
		return 0, k.misfit(r)
	}
	return v, nil
}

// place returns a number's mode, and how far it is from there, from −1 to 1.
func (k coder) place(r *record) (which, alpha float32, err error) {
	x, there, err := k.number(r)
	switch {
	case err != nil:
		return 0, 0, err
	case !there && k.Missing == nil:
		return 0, 0, k.misfit(r)
	case !there:
		return float32(len(k.modes)), 0, nil
	}
	best, a := nearest(k.modes, x)
	return float32(best), float32(min(max(a, -1), 1)), nil
}

// cells makes the cells of a row.
func (l *layout) cells(dst []string, row []float32) []string {
	dst = dst[:0]
	for _, c := range l.columns {
		which := int(row[0])
		if c.Type == category {
			dst, row = append(dst, c.value(which)), row[1:]
			continue
		}
		x, there := c.numberAt(which, row[1])
		if row = row[2:]; !there {
			dst = append(dst, *c.Missing)
			continue
		}
		dst = append(dst, c.write(x))
	}
	return dst
}

func (c *column) value(which int) string {
	if which == len(c.Values) {
		return *c.Missing
	}
	return c.Values[which]
}

// numberAt returns the number at a place of a mode, if it is not the missing one.
func (c *column) numberAt(which int, alpha float32) (x float64, there bool) {
	if which == len(c.Means) {
		return 0, false
	}
	return c.Means[which] + reach*c.Sigmas[which]*float64(alpha), true
}
