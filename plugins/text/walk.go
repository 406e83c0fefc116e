package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/genhost/genhost/sdk"
)

// How a text becomes rows.
const (
	modeAuto    = "auto"
	modeLines   = "lines"
	modeWindows = "windows"
)

// A portion is what one split has of a document: some of its lines, or the
// characters from one to another.
type portion struct {
	*document
	lines    func(i int) bool // nil for all; lines that are blank do not count
	from, to int64
}

// maxLine is how many characters of a line are looked at: enough to fill the
// longest row, and more.
const maxLine = maxToken * (maxLength + 1)

// A line is valid until the next.
type line struct {
	number int // among those of the file, from 1
	text   []rune
	label  string
	more   bool // it was longer than maxLine
}

// A lineSet has a bit for each line.
type lineSet []uint64

func (s *lineSet) has(i int) bool { return i/64 < len(*s) && (*s)[i/64]>>(i%64)&1 == 1 }

func (s *lineSet) add(i int) {
	for i/64 >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[i/64] |= 1 << (i % 64)
}

// eachLine calls f with each line that is not blank, and returns how many
// characters there are in all.
func (d *document) eachLine(ctx context.Context, f func(line) error) (chars int64, err error) {
	l := line{number: 1}
	end := func() error {
		defer func() { l = line{number: l.number + 1, text: l.text[:0]} }()
		if !slices.ContainsFunc(l.text, func(r rune) bool { return !unicode.IsSpace(r) }) {
			return nil
		}
		l.label = d.label
		if d.tab {
			if err := l.cutLabel(d.path); err != nil {
				return err
			}
		}
		return f(l)
	}
	err = d.each(ctx, func(r rune) error {
		chars++
		switch {
		case r == '\n':
			return end()
		case len(l.text) < maxLine:
			l.text = append(l.text, r)
		default:
			l.more = true
		}
		return nil
	})
	if err == nil {
		err = end()
	}
	return chars, err
}

// cutLabel takes the label off a line.
func (l *line) cutLabel(path string) error {
	tab := len(l.text) - 1
	for tab >= 0 && l.text[tab] != '\t' {
		tab--
	}
	if tab >= 0 && !l.more {
		l.label = strings.TrimSpace(string(l.text[tab+1:]))
		l.text = l.text[:tab]
	}
	if l.label == "" || len(l.text) == 0 {
		return sdk.Hint(fmt.Errorf("%w: %s:%d: no text, a tab, and a label", sdk.ErrBadInput, path, l.number),
			"end each line with a tab and a label, or set read.label to another")
	}
	return nil
}

// A walker takes texts, character by character: lines, or portions of files.
type walker interface {
	begin(label string)
	char(rune) error
	end() error
}

// walk has w take each line of p, or all of its running text.
func (p portion) walk(ctx context.Context, mode string, w walker) error {
	if mode == modeWindows {
		return p.walkText(ctx, w)
	}
	i := -1
	_, err := p.eachLine(ctx, func(l line) error {
		if i++; p.lines != nil && !p.lines(i) {
			return nil
		}
		w.begin(l.label)
		for _, r := range l.text {
			if err := w.char(r); err != nil {
				return err
			}
		}
		return w.end()
	})
	return err
}

func (p portion) walkText(ctx context.Context, w walker) error {
	if p.from >= p.to {
		return nil
	}
	w.begin(p.label)
	at := int64(0)
	err := p.each(ctx, func(r rune) error {
		at++
		switch {
		case at <= p.from:
			return nil
		case at > p.to:
			return io.EOF
		}
		return w.char(r)
	})
	if err != nil {
		return err
	}
	return w.end()
}
