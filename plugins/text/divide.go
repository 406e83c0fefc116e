package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A corpus is a collection, with all that makes rows of it.
type corpus struct {
	settings
	*collection
	mode           string
	labels         []string // sorted; nil for none
	length, stride int      // tokens
	parts          []*part
	wanted         *part
	alphabet       *alphabet
	known          *sdk.Space // that rows are to be of; nil for any
	replaced       int        // characters
	long           int        // lines that were cut or dropped
}

// A part is what one split has of the text.
type part struct {
	name     string
	portions []portion
	rows     int
}

func (p *part) walk(ctx context.Context, mode string, w walker) error {
	for _, q := range p.portions {
		err := q.walk(ctx, mode, w)
		if errors.Is(err, errUnknown) {
			err = sdk.Hint(fmt.Errorf("%w: %s: %w", sdk.ErrBadInput, q.path, err),
				"was it changed just now? else learn an alphabet that has U+FFFD for rare characters: --set read.least=2")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const (
	maxLength   = 1 << 14 // tokens of a row
	usualLength = 64      // of windows
	mostLength  = 128     // of lines, where it is not set

	leastHeld = 10      // rows that a test split must have to be made
	maxLines  = 1 << 24 // that are different
)

// open finds out what the source is, and which of its splits is meant.
func (m *texts) open(ctx context.Context, src sdk.Source) (*corpus, error) {
	c := &corpus{settings: m.settings}
	if src.Space != nil {
		if err := c.adopt(*src.Space); err != nil {
			return nil, fmt.Errorf("%s: %w", src.Path+src.Dataset, err)
		}
	}
	var err error
	if c.collection, err = c.find(src); err != nil {
		return nil, err
	}
	if err := c.divide(ctx); err != nil {
		return nil, err
	}
	if err := c.want(src); err != nil {
		return nil, err
	}
	if c.alphabet == nil {
		if err := c.learn(ctx); err != nil {
			return nil, err
		}
	}
	return c, c.measure(ctx)
}

func (c *corpus) want(src sdk.Source) error {
	i, err := src.Choose(c.splitNames())
	if err == nil {
		c.wanted = c.parts[i]
	}
	return err
}

func (c *corpus) splitNames() []string {
	var names []string
	for _, p := range c.parts {
		names = append(names, p.name)
	}
	return names
}

// A survey is what must be known of all lines before they are divided.
type survey struct {
	settings
	held   map[*document]*lineSet
	chars  map[*document]int64
	labels map[string]bool

	lines, short int             // of what is learned from
	seen         map[uint64]bool // lines by their hash, and whether they are held out
	crowded      bool            // there were more than maxLines
}

// divide decides on what a row is, and which rows are in which split.
func (c *corpus) divide(ctx context.Context) error {
	v := &survey{settings: c.settings, held: map[*document]*lineSet{}, chars: map[*document]int64{}, labels: map[string]bool{}, seen: map[uint64]bool{}}
	for i, s := range c.splits {
		for _, d := range s.documents {
			if err := v.look(ctx, d, i == 0); err != nil {
				return err
			}
		}
	}
	if err := c.setLabels(v); err != nil {
		return err
	}
	if v.lines == 0 {
		return fmt.Errorf("%w: %s: no text", sdk.ErrBadInput, c.paths())
	}
	c.mode = v.mode(c.tabbed)
	if c.mode == modeLines {
		return c.divideLines(v)
	}
	c.divideText(v)
	return nil
}

// paths are those of the files, a few of many.
func (c *corpus) paths() string {
	const most = 3
	var paths []string
	for _, s := range c.splits {
		for _, d := range s.documents {
			paths = append(paths, d.path)
		}
	}
	if n := len(paths); n > most {
		return fmt.Sprintf("%s and %d more", strings.Join(paths[:most], ", "), n-most)
	}
	return strings.Join(paths, ", ")
}

func (v *survey) look(ctx context.Context, d *document, learned bool) error {
	set, i := &lineSet{}, 0
	v.held[d] = set
	chars, err := d.eachLine(ctx, func(l line) error {
		if err := v.label(d, l); err != nil {
			return err
		}
		if learned {
			v.lines++
			if len(l.text) <= usualLength {
				v.short++
			}
		}
		if v.hold(l.text) {
			set.add(i)
		}
		i++
		return nil
	})
	v.chars[d] = chars
	return err
}

// hold reports whether a line is in the test split: of those that are
// different every so many, and those that are equal to one with it.
func (v *survey) hold(text []rune) bool {
	if v.Test == 0 || v.Mode == modeWindows || v.crowded {
		return false
	}
	h := hash(text)
	held, seen := v.seen[h]
	if !seen {
		held = len(v.seen)%v.Test == v.Test-1
		v.seen[h] = held
		v.crowded = len(v.seen) > maxLines
	}
	return held
}

// hash is FNV-1a of the characters.
func hash(text []rune) uint64 {
	h := uint64(14695981039346656037)
	for _, r := range text {
		h = (h ^ uint64(r)) * 1099511628211
	}
	return h
}

func (v *survey) mode(tabbed bool) string {
	switch {
	case v.Mode != modeAuto:
		return v.Mode
	case tabbed || 100*v.short >= 99*v.lines:
		return modeLines
	}
	return modeWindows
}

// whole reports whether the files are not split, and are to be.
func (c *corpus) whole() bool {
	return len(c.splits) == 1 && c.splits[0].name == folder.All && c.Test > 0
}

func (c *corpus) divideLines(v *survey) error {
	if v.crowded {
		return sdk.Hint(fmt.Errorf("%w: %s: more than %d different lines", sdk.ErrBadInput, c.paths(), maxLines),
			"put train and test lines in files of their own, or set read.test=0")
	}
	if !c.whole() || len(v.seen) < leastHeld*c.Test {
		c.parts = c.undivided(v)
		return nil
	}
	train, test := &part{name: folder.Train}, &part{name: folder.Test}
	for _, d := range c.splits[0].documents {
		held := v.held[d]
		train.portions = append(train.portions, portion{document: d, lines: func(i int) bool { return !held.has(i) }})
		test.portions = append(test.portions, portion{document: d, lines: held.has})
	}
	c.parts = []*part{train, test}
	return nil
}

// undivided leaves the splits as the files are.
func (c *corpus) undivided(v *survey) []*part {
	var parts []*part
	for _, s := range c.splits {
		p := &part{name: s.name}
		for _, d := range s.documents {
			p.portions = append(p.portions, portion{document: d, to: v.chars[d]})
		}
		parts = append(parts, p)
	}
	return parts
}

// divideText holds out the end of the text of each label, so that windows that
// overlap are in one split.
func (c *corpus) divideText(v *survey) {
	c.length, c.stride = c.Length, c.Stride
	if c.length == 0 {
		c.length = usualLength
	}
	if c.stride == 0 {
		c.stride = max(1, c.length/2)
	}
	total, left := int64(0), map[string]int64{}
	for _, d := range c.splits[0].documents {
		total += v.chars[d]
		left[d.label] += v.chars[d]
	}
	if !c.whole() || total/int64(c.Test) < int64(leastHeld*c.length) {
		c.parts = c.undivided(v)
		return
	}
	for label, n := range left {
		left[label] = n - n/int64(c.Test) // to learn from
	}
	train, test := &part{name: folder.Train}, &part{name: folder.Test}
	for _, d := range c.splits[0].documents {
		end := min(v.chars[d], left[d.label])
		left[d.label] -= end
		train.portions = append(train.portions, portion{document: d, to: end})
		test.portions = append(test.portions, portion{document: d, from: end, to: v.chars[d]})
	}
	c.parts = []*part{train, test}
}
