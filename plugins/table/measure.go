package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
)

const (
	maxCompared = 5000    // generated rows that are looked at, and held-out ones
	maxKnown    = 10_000  // training rows
	maxCells    = 1 << 20 // of any of these, where there are many columns
)

// Measure compares tables column by column, pair by pair and record by record.
// Numbers are as they are written, missing values are values of their own in
// categories. A ceiling is what held-out rows get.
func (m *tables) Measure(ctx context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	x := comparison{rng: rand.New(rand.NewPCG(c.Seed, 0))}
	for _, from := range []struct {
		to   *sheet
		rows sdk.Batch
		most int
	}{{&x.generated, c.Generated, maxCompared}, {&x.train, c.Train, maxKnown}, {&x.test, c.Test, maxCompared}} {
		l, err := layoutOf(space, from.rows)
		if err != nil {
			return nil, err
		}
		if from.rows.Len() == 0 {
			return nil, fmt.Errorf("%w: no rows to compare", sdk.ErrBadInput)
		}
		most := min(from.most, max(1, maxCells/len(l.columns)))
		*from.to = l.sheet(from.rows, x.rng.Perm(from.rows.Len())[:min(most, from.rows.Len())])
	}
	return x.measure(ctx)
}

// A comparison is tables that are compared.
type comparison struct {
	generated, train, test sheet
	rng                    *rand.Rand
}

func (x *comparison) measure(ctx context.Context) (all []sdk.Measurement, err error) {
	for _, of := range []func(context.Context) ([]sdk.Measurement, error){x.marginals, x.associations, x.closestRecords, x.usefulness} {
		found, err := of(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// equals returns as many generated rows as held-out ones, since most figures
// depend on the number.
func (x *comparison) equals() (generated, test sheet, n int) {
	n = min(x.generated.rows, x.test.rows)
	return x.generated.first(n), x.test.first(n), n
}

// A sheet is a table by its columns.
type sheet struct {
	columns []*column
	cells   [][]float64 // numbers, NaN where missing, or which value of a category
	rows    int
}

// sheet makes one of some rows.
func (l *layout) sheet(b sdk.Batch, which []int) sheet {
	s := sheet{columns: l.columns, cells: make([][]float64, len(l.columns)), rows: len(which)}
	for _, i := range which {
		row := b.Row(i)
		for k, c := range l.columns {
			x := float64(row[0])
			if c.Type != category {
				x = math.NaN()
				if v, there := c.numberAt(int(row[0]), row[1]); there {
					x = c.written(v)
				}
				row = row[1:]
			}
			s.cells[k], row = append(s.cells[k], x), row[1:]
		}
	}
	return s
}

// written is a number as a file tells it.
func (c *column) written(x float64) float64 {
	x = min(max(x, c.Min), c.Max)
	scale := math.Pow10(c.Places)
	y := math.Round(x*scale) / scale
	if c.Digits > 0 || math.IsNaN(y) || math.IsInf(y, 0) {
		return x
	}
	return y
}

func (s sheet) first(n int) sheet {
	cut := sheet{columns: s.columns, rows: n}
	for _, cells := range s.cells {
		cut.cells = append(cut.cells, cells[:n])
	}
	return cut
}

// apart is a sheet of n rows whose columns are drawn each by itself.
func (s sheet) apart(n int, rng *rand.Rand) sheet {
	return s.drawn(n, func(k int) float64 { return s.cells[k][rng.IntN(s.rows)] })
}

// uniform is one whose numbers are anywhere in their range, and whose
// categories are equally often.
func (s sheet) uniform(n int, rng *rand.Rand) sheet {
	return s.drawn(n, func(k int) float64 {
		c := s.columns[k]
		if c.Type == category {
			return float64(rng.IntN(c.choices()))
		}
		u := rng.Float64()
		return c.written(c.Min*(1-u) + c.Max*u)
	})
}

func (s sheet) drawn(n int, cell func(column int) float64) sheet {
	made := sheet{columns: s.columns, cells: make([][]float64, len(s.columns)), rows: n}
	for k := range made.cells {
		for range n {
			made.cells[k] = append(made.cells[k], cell(k))
		}
	}
	return made
}

// average is the mean of values that there are some of.
func average(values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v / float64(len(values))
	}
	return total
}
