package eval

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// largest is how large a number of a row may be: squares of larger ones are
// too much for a float32.
const largest = 1e15

// named are rows with what an error calls them.
type named struct {
	name  string
	rows  sdk.Batch
	least int // as many must there be
}

// check reports what is wrong with rows that are to be compared.
func check(all ...named) error {
	for _, x := range all {
		if err := x.check(); err != nil {
			return err
		}
		if n, want := x.rows.RowSize(), all[0].rows.RowSize(); n != want {
			return fmt.Errorf("%w: %s rows have %d numbers each, %s rows %d", sdk.ErrBadInput, x.name, n, all[0].name, want)
		}
	}
	return nil
}

func (x named) check() error {
	n := x.rows.RowSize()
	if n < 1 || len(x.rows.Data)%n != 0 {
		return fmt.Errorf("%w: %s rows: %d numbers are no rows of shape %v", sdk.ErrBadInput, x.name, len(x.rows.Data), x.rows.Shape)
	}
	if have := x.rows.Len(); have < x.least {
		return sdk.Hint(fmt.Errorf("%w: %d %s rows, want at least %d", sdk.ErrBadInput, have, x.name, x.least),
			"have more rows generated, or read more of the data")
	}
	for i, v := range x.rows.Data {
		if !(math.Abs(float64(v)) <= largest) {
			return fmt.Errorf("%w: %s rows: number %d of row %d is %g, want at most %g either side of 0",
				sdk.ErrBadInput, x.name, i%n, i/n, v, largest)
		}
	}
	return nil
}
