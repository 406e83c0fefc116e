package main

import (
	"context"
	"fmt"
	"io"

	"github.com/genhost/genhost/sdk"
)

// A reader gives the cells of a table a record at a time.
type reader interface {
	io.Closer
	record() ([]string, error) // io.EOF at the end
	where(i int) string        // cell i of the last record
}

// openTable opens a file by its name.
func (m *tables) openTable(f file) (reader, error) {
	if hasExtension(f.path, parquetExtension) {
		return openParquet(f)
	}
	return m.openCSV(f)
}

// A record is valid until the next.
type record struct {
	cells []string
	from  reader
}

// checkEvery is how many records pass between looks at the context.
const checkEvery = 1024

// each goes through the records of a part in order, and ends with the first
// error that f returns.
func (m *tables) each(ctx context.Context, c *collection, p part, f func(*record) error) error {
	seen := 0
	for _, file := range p.files {
		err := m.eachOf(file, c, func(r *record) error {
			if seen%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			seen++
			return f(r)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *tables) eachOf(file file, c *collection, f func(*record) error) error {
	in, err := m.openTable(file)
	if err != nil {
		return err
	}
	defer in.Close()
	r := &record{from: in}
	for first := true; ; first = false {
		r.cells, err = in.record()
		if err == io.EOF {
			return nil
		}
		if err == nil && len(r.cells) != len(c.header) {
			err = sdk.Hint(fmt.Errorf("%w: %s: %d cells, where the first line has %d", sdk.ErrBadInput, in.where(0), len(r.cells), len(c.header)),
				"give every line as many cells, and put cells with a separator in them in quotes")
		}
		if err == nil && !(first && c.named) {
			err = f(r)
		}
		if err != nil {
			return err
		}
	}
}
