package main

import (
	"context"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A division says which rows of a collection are of which split.
type division struct {
	tables *tables
	data   *collection
	splits []split
	every  int // one row of so many of the only part is for testing; 0 for none
}

type split struct {
	name string
	part int
	rows int
}

// minDivided is the rows of a table that is divided: a smaller one leaves too
// little to test on.
const minDivided = 100

// divide makes splits of the parts. A table without parts is divided by its
// rows: of each ten or so in a row one is for testing, now this, now that.
func (m *tables) divide(c *collection, rows []int) *division {
	d := &division{tables: m, data: c}
	if len(c.parts) == 1 && rows[0] >= minDivided && m.Test > 0 && m.Test <= rows[0] {
		d.every = m.Test
		test := 0
		for i := range rows[0] {
			if chosen(i, d.every) {
				test++
			}
		}
		d.splits = []split{{folder.Train, 0, rows[0] - test}, {folder.Test, 0, test}}
		return d
	}
	for k, p := range c.parts {
		d.splits = append(d.splits, split{p.name, k, rows[k]})
	}
	return d
}

// each goes through the rows of a split.
func (d *division) each(ctx context.Context, s split, f func(*record) error) error {
	row := -1
	return d.tables.each(ctx, d.data, d.data.parts[s.part], func(r *record) error {
		row++
		if d.every > 0 && chosen(row, d.every) != (s.name == folder.Test) {
			return nil
		}
		return f(r)
	})
}

// chosen reports whether row i is the one that is picked among those around
// it, one of so many. Which of them it is changes, lest a period in the data
// decide, and is the same every time.
func chosen(i, every int) bool {
	return i%every == int(scatter(uint64(i/every))%uint64(every))
}

// scatter is the finaliser of Steele et al., "Fast splittable pseudorandom
// number generators", 2014 (SplitMix64).
func scatter(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// choose returns the split that is asked for, the first where none is.
func (d *division) choose(src sdk.Source) (split, error) {
	i, err := src.Choose(d.splitNames())
	if err != nil {
		return split{}, err
	}
	return d.splits[i], nil
}

func (d *division) splitNames() []string {
	var names []string
	for _, s := range d.splits {
		names = append(names, s.name)
	}
	return names
}
