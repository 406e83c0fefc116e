package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// A document is one file of text.
type document struct {
	path  string // for people
	label string // "" for none
	tab   bool   // lines have a label after their last tab
	open  func() (io.ReadCloser, error)
}

const (
	checkEvery = 1 << 16 // characters between looks at the context
	bom        = '\ufeff'
)

// each calls f with each character, until it returns io.EOF. Lines end with \n, whatever the file has,
// and a byte order mark is left out. What is no UTF-8, or has a NUL, is no text.
func (d *document) each(ctx context.Context, f func(rune) error) error {
	in, err := d.open()
	if err != nil {
		return err
	}
	defer in.Close()
	s := scanner{path: d.path, r: bufio.NewReaderSize(in, 1<<16), line: 1}
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r, err := s.next()
		if err == nil {
			err = f(r)
		}
		if err != nil {
			return over(err)
		}
	}
}

// over is nil for the end of a file.
func over(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// A scanner knows where in a file a character is.
type scanner struct {
	path string
	r    *bufio.Reader
	line int   // of the next character, from 1
	at   int64 // bytes before it
}

func (s *scanner) next() (rune, error) {
	r, size, err := s.r.ReadRune()
	if err != nil {
		if over(err) != nil {
			err = fmt.Errorf("read %s: %w", s.path, err)
		}
		return 0, err
	}
	first := s.at == 0
	s.at += int64(size)
	switch {
	case r == utf8.RuneError && size == 1:
		return 0, sdk.Hint(s.bad("a byte that is no UTF-8", size), "save it as UTF-8: iconv -f LATIN1 -t UTF-8 OLD > NEW, if it is in Latin 1")
	case r == 0:
		return 0, sdk.Hint(s.bad("a NUL character", size), "that is no text: pass a text file in UTF-8")
	case r == bom && first:
		return s.next()
	case r == '\r':
		if b, err := s.r.Peek(1); err == nil && b[0] == '\n' {
			s.r.Discard(1)
			s.at++
		}
		r = '\n'
	}
	if r == '\n' {
		s.line++
	}
	return r, nil
}

// bad says that the character just read, of size bytes, is what.
func (s *scanner) bad(what string, size int) error {
	return fmt.Errorf("%w: %s:%d: %s, at offset %d", sdk.ErrBadInput, s.path, s.line, what, s.at-int64(size))
}
