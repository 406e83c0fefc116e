package main

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/sdk"
)

// measure counts the rows of each split, and decides how long one is.
func (c *corpus) measure(ctx context.Context) error {
	tallies := make([]tally, len(c.parts))
	for i, p := range c.parts {
		tallies[i] = tally{length: c.length, stride: c.stride, lengths: make([]int, maxLength+2)}
		if err := p.walk(ctx, c.mode, newEncoder(c.alphabet, &tallies[i])); err != nil {
			return err
		}
		p.rows = tallies[i].windows
	}
	if c.mode == modeLines {
		c.countLines(tallies)
	}
	if c.wanted.rows == 0 {
		return sdk.Hint(fmt.Errorf("%w: %s: no line of split %s has %d tokens or fewer", sdk.ErrBadInput, c.paths(), c.wanted.name, c.length),
			"set read.long=cut, read.mode=windows, or a greater read.length")
	}
	return nil
}

// A tally counts texts by how long they are, the last of its lengths standing
// for longer ones too, and the windows in them.
type tally struct {
	length, stride int // of windows; 0 for lines
	n              int
	lengths        []int
	windows        int
}

func (t *tally) begin(string) { t.n = 0 }

func (t *tally) token(int32) error {
	t.n++
	return nil
}

func (t *tally) end() error {
	t.lengths[min(t.n, len(t.lengths)-1)]++
	switch {
	case t.length == 0 || t.n == 0:
	case t.n <= t.length:
		t.windows++
	default:
		t.windows += 1 + (t.n-t.length+t.stride-1)/t.stride
	}
	return nil
}

// countLines counts the lines, and those of them that are too long.
func (c *corpus) countLines(tallies []tally) {
	if c.length = c.Length; c.length == 0 {
		c.length = enough(tallies[0].lengths)
	}
	for i, p := range c.parts {
		for n, lines := range tallies[i].lengths {
			if n > c.length {
				c.long += lines
			}
			if n <= c.length || c.Long == longCut {
				p.rows += lines
			}
		}
	}
}

const longCut = "cut"

// enough is the least multiple of 4 tokens that 999 lines in 1000 fit in, but
// no more than mostLength.
func enough(lengths []int) int {
	total, fit := 0, 0
	for _, n := range lengths {
		total += n
	}
	for length, n := range lengths {
		if fit += n; 1000*fit >= 999*total {
			return min((length+3)/4*4, mostLength)
		}
	}
	return mostLength
}

// A take takes a row, which is valid until the next, and the number of its
// label.
type take func(tokens []int32, label float32) error

// write has f take each row of p.
func (c *corpus) write(ctx context.Context, p *part, f take) error {
	number := map[string]float32{}
	for i, l := range c.labels {
		number[l] = float32(i)
	}
	var to sink = &cutter{number: number, length: c.length, drop: c.Long != longCut, take: f}
	if c.mode == modeWindows {
		to = &slider{number: number, length: c.length, stride: c.stride, take: f}
	}
	return p.walk(ctx, c.mode, newEncoder(c.alphabet, to))
}

// A cutter makes a row of each text, and cuts it where it is too long, or drops
// it.
type cutter struct {
	number map[string]float32
	length int
	drop   bool
	take   take

	label float32
	row   []int32 // one token too long, if it is
}

func (c *cutter) begin(label string) { c.label, c.row = c.number[label], c.row[:0] }

func (c *cutter) token(t int32) error {
	if len(c.row) <= c.length {
		c.row = append(c.row, t)
	}
	return nil
}

func (c *cutter) end() error {
	if len(c.row) > c.length && c.drop {
		return nil
	}
	return c.take(c.row[:min(len(c.row), c.length)], c.label)
}

// A slider makes rows of a running text: windows, the last of which ends where
// the text does. A text that is shorter than a window is a row too.
type slider struct {
	number         map[string]float32
	length, stride int
	take           take

	label float32
	row   []int32 // the last tokens
	wait  int     // for so many more before the next window
}

func (s *slider) begin(label string) {
	s.label, s.row, s.wait = s.number[label], s.row[:0], s.length
}

func (s *slider) token(t int32) error {
	if len(s.row) == 2*s.length {
		s.row = append(s.row[:0], s.row[s.length:]...)
	}
	s.row = append(s.row, t)
	if s.wait--; s.wait > 0 {
		return nil
	}
	s.wait = s.stride
	return s.take(s.last(), s.label)
}

func (s *slider) last() []int32 { return s.row[max(0, len(s.row)-s.length):] }

func (s *slider) end() error {
	if len(s.row) == 0 || s.wait == s.stride && len(s.row) >= s.length {
		return nil // the last window ended here
	}
	return s.take(s.last(), s.label)
}
