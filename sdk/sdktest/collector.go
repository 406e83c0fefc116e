package sdktest

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// A collector is a RowWriter that checks what it gets and keeps the first rows.
// It takes mostRows and refuses more with errEnough, for nothing is learned
// from more that is worth the wait.
type collector struct {
	space   sdk.Space
	storage sdk.Storage
	rows    int
	kept    sdk.Batch // at most keep rows
	sum     hash.Hash
	begun   bool
	enough  bool         // there were more than mostRows
	onWrite func() error // called after each Write, with the last word; may be nil
}

const (
	keep     = 64
	mostRows = 2000
)

// errEnough is what a collector says when rows are left.
var errEnough = errors.New("enough rows")

func newCollector() *collector { return &collector{sum: sha256.New()} }

func (c *collector) Begin(space sdk.Space, as sdk.Storage) error {
	if c.begun {
		return errors.New("began twice")
	}
	if err := space.Validate(); err != nil {
		return err
	}
	if err := fits(space, as); err != nil {
		return err
	}
	c.begun, c.space, c.storage = true, space, as
	c.kept = sdk.Batch{Shape: space.Shape, Conditions: map[string][]float32{}}
	return nil
}

// fits reports why numbers of the space cannot be kept so.
func fits(space sdk.Space, as sdk.Storage) error {
	if as == sdk.Floats {
		return nil
	}
	if as != sdk.Bytes {
		return fmt.Errorf("unknown storage %q", as)
	}
	for _, g := range space.Segments {
		if g.Kind == sdk.Signed || g.Kind == sdk.Real || g.Of > 256 {
			return fmt.Errorf("bytes do not hold %s values of %d", g.Kind, g.Of)
		}
	}
	return nil
}

func (c *collector) Write(b sdk.Batch) error {
	if !c.begun {
		return errors.New("rows before Begin")
	}
	if err := c.space.Check(b); err != nil {
		return fmt.Errorf("after %d rows: %w", c.rows, err)
	}
	for _, condition := range c.space.Conditions {
		if n := len(b.Conditions[condition.Name]); n != b.Len() {
			return fmt.Errorf("after %d rows: %d values of condition %s for %d rows", c.rows, n, condition.Name, b.Len())
		}
	}
	if left := mostRows - c.rows; b.Len() > left {
		b, c.enough = b.Slice(0, left), true
	}
	if err := c.add(b); err != nil {
		return err
	}
	switch {
	case c.onWrite != nil:
		return c.onWrite()
	case c.enough:
		return errEnough
	}
	return nil
}

// add takes the rows in.
func (c *collector) add(b sdk.Batch) error {
	if c.storage == sdk.Bytes {
		if err := c.inBytes(b); err != nil {
			return fmt.Errorf("after %d rows: %w", c.rows, err)
		}
	}
	for i := range b.Len() { // row by row, so that the batches do not matter
		for _, condition := range c.space.Conditions {
			binary.Write(c.sum, binary.LittleEndian, b.Conditions[condition.Name][i])
		}
		binary.Write(c.sum, binary.LittleEndian, b.Row(i))
	}
	c.keep(b)
	c.rows += b.Len()
	return nil
}

// inBytes reports a number that is not kept in a byte.
func (c *collector) inBytes(b sdk.Batch) error {
	for i := range b.Len() {
		rest := b.Row(i)
		for _, g := range c.space.Segments {
			if at := slices.IndexFunc(rest[:g.Len], func(v float32) bool { return !inSteps(v) }); g.Kind == sdk.Unit && at >= 0 {
				return fmt.Errorf("%g is no step of 1/255", rest[at])
			}
			rest = rest[g.Len:]
		}
	}
	return nil
}

// inSteps reports whether a unit value is a whole number of 255ths.
func inSteps(v float32) bool {
	steps := float64(v) * 255
	return math.Abs(steps-math.Round(steps)) < 1e-3
}

func (c *collector) keep(b sdk.Batch) {
	n := min(b.Len(), keep-c.kept.Len())
	if n <= 0 {
		return
	}
	c.kept.Data = append(c.kept.Data, b.Slice(0, n).Data...)
	for name, values := range b.Conditions {
		c.kept.Conditions[name] = append(c.kept.Conditions[name], values[:n]...)
	}
}

// end reports what is missing when Read has returned.
func (c *collector) end() error {
	if !c.begun {
		return errors.New("read without Begin, and without an error")
	}
	return nil
}

// digest is one for equal rows, however they came in batches.
func (c *collector) digest() string { return fmt.Sprintf("%d rows %x", c.rows, c.sum.Sum(nil)) }
