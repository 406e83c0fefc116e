package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// maxValues bounds how many values of all columns are remembered.
const maxValues = 1 << 18

// survey goes through the data twice: to find out what the columns are, and
// how their numbers lie.
func (m *tables) survey(ctx context.Context, o *opened) error {
	sights, rows, err := m.look(ctx, o.data)
	if err != nil {
		return err
	}
	if o.columns, err = m.decide(o.data, sights, sum(rows)); err != nil {
		return fmt.Errorf("%s: %w", o.data.name, err)
	}
	o.division = m.divide(o.data, rows)
	if err := m.measure(ctx, o.division, o.columns); err != nil {
		return err
	}
	if o.space, err = spaceOf(o.columns, o.data); err != nil {
		return fmt.Errorf("%s: %w", o.data.name, err)
	}
	return nil
}

// follow takes the columns from a Space, and finds them in the data by their
// names, whatever else is there.
func (m *tables) follow(ctx context.Context, o *opened, space sdk.Space) error {
	l, err := layoutOf(space, sdk.Batch{Shape: space.Shape})
	if err != nil {
		return fmt.Errorf("%s: %w", o.data.name, err)
	}
	titles := o.data.titles()
	for _, c := range l.columns {
		c.at, c.missing = slices.Index(titles, c.Name), m.missing
		if c.at < 0 {
			return sdk.Hint(fmt.Errorf("%w: %s has no column %s, which the model learned from", sdk.ErrBadInput, o.data.name, c.Name),
				sdk.Suggest(c.Name, titles[:min(len(titles), 40)]))
		}
	}
	rows, err := m.count(ctx, o.data)
	if err != nil {
		return err
	}
	o.columns, o.space, o.division = l.columns, space, m.divide(o.data, rows)
	return nil
}

// look sees every cell, and counts the rows of each part.
func (m *tables) look(ctx context.Context, c *collection) ([]*sight, []int, error) {
	limit := min(m.Categories, max(16, maxValues/len(c.header)))
	sights := make([]*sight, len(c.header))
	for i := range sights {
		sights[i] = newSight(limit)
	}
	rows := make([]int, len(c.parts))
	for k, p := range c.parts {
		err := m.each(ctx, c, p, func(r *record) error {
			rows[k]++
			for i, s := range sights {
				s.see(r, i, m.missing)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
		}
	}
	return sights, rows, c.checkRows(rows)
}

func (m *tables) count(ctx context.Context, c *collection) ([]int, error) {
	rows := make([]int, len(c.parts))
	for k, p := range c.parts {
		err := m.each(ctx, c, p, func(*record) error {
			rows[k]++
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, c.checkRows(rows)
}

// checkRows reports a part without rows.
func (c *collection) checkRows(rows []int) error {
	for k, p := range c.parts {
		if rows[k] == 0 {
			return sdk.Hint(fmt.Errorf("%w: %s has no rows", sdk.ErrBadInput, p.files[0].path), "write a line of names, and below it a row a line")
		}
	}
	return nil
}

// decide says what each column is, and makes those that are to be read.
func (m *tables) decide(c *collection, sights []*sight, rows int) ([]*column, error) {
	titles := c.titles()
	if err := m.checkTypes(titles); err != nil {
		return nil, err
	}
	var columns []*column
	faults := make([]*fault, len(sights))
	for i, s := range sights {
		t, set := m.types[titles[i]]
		switch {
		case !set:
			t, faults[i] = s.infer(titles[i], rows)
		case t.kind == date && t.layout == "":
			t.layout, faults[i] = s.layout(titles[i])
		case t.kind == category && (s.crowded || s.long.where != ""):
			faults[i] = s.tooMany(titles[i])
		case t.kind != drop && s.cells == 0 && t.kind != category:
			faults[i] = &fault{"every cell is missing", "leave the column out, or let it be a category"}
		}
		if t.kind != drop && faults[i] == nil {
			columns = append(columns, m.newColumn(i, titles[i], t, s))
		}
	}
	if err := errFaults(titles, faults); err != nil {
		return nil, err
	}
	if len(columns) == 0 {
		return nil, fmt.Errorf("%w: no columns are left to read", sdk.ErrBadInput)
	}
	return columns, nil
}

// most numbers that modes are fitted to: of a column, and of all columns.
const (
	maxFitted    = 10_000
	maxFittedAll = 1 << 23
)

// measure finds the range of each column of numbers in all rows, and its modes
// in some rows of those that models train on, evenly spread.
func (m *tables) measure(ctx context.Context, d *division, columns []*column) error {
	fitted := max(256, min(maxFitted, maxFittedAll/len(columns)))
	numbers := make([][]float64, len(columns))
	for k, s := range d.splits {
		every, row := (s.rows+fitted-1)/fitted, -1
		err := d.each(ctx, s, func(r *record) error {
			row++
			for i, c := range columns {
				if c.Type == category {
					continue
				}
				x, there, err := c.number(r)
				if err != nil {
					return err
				}
				if !there {
					continue
				}
				c.Min, c.Max = min(c.Min, x), max(c.Max, x)
				if k == 0 && chosen(row, every) {
					numbers[i] = append(numbers[i], x)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for i, c := range columns {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.Type != category {
			slices.Sort(numbers[i])
			c.fit(numbers[i], m.Modes)
		}
	}
	return nil
}

func sum(all []int) (total int) {
	for _, n := range all {
		total += n
	}
	return total
}
