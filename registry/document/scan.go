package document

import "strings"

// A span is where a key stands in a file: the bytes text[start:end], such as
// latent, or models . "vae" in a table's header.
type span struct {
	start, end int
	line       int // of start, counted from 1
}

// keySpans returns where each key of a TOML document stands, in the order in
// which they come, which is that of [toml.MetaData.Keys]: the decoder says
// what the keys are, but not where.
//
// The document must be one that the decoder takes. Spans of another mean
// nothing, but finding them ends and does not panic.
func keySpans(text string) []span {
	s := scanner{text: text, line: 1}
	for s.skipBlank(); s.pos < len(text); s.skipBlank() {
		if s.peek() == '[' {
			s.header()
		} else {
			s.pair()
		}
	}
	return s.spans
}

type scanner struct {
	text  string
	pos   int
	line  int
	spans []span
}

// peek returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// skip moves n bytes on, counting lines.
func (s *scanner) skip(n int) {
	n = min(n, len(s.text)-s.pos)
	s.line += strings.Count(s.text[s.pos:s.pos+n], "\n")
	s.pos += n
}

// skipBlank moves past what separates things: white space, commas and
// comments.
func (s *scanner) skipBlank() {
	for s.pos < len(s.text) {
		switch s.peek() {
		case ' ', '\t', '\r', '\n', ',':
			s.skip(1)
		case '#':
			s.skipTo("\n")
		default:
			return
		}
	}
}

// skipTo moves to the next of any of the bytes in set, or to the end.
func (s *scanner) skipTo(set string) {
	n := strings.IndexAny(s.text[s.pos:], set)
	if n < 0 {
		n = len(s.text) - s.pos
	}
	s.skip(n)
}

// header reads [key] or [[key]].
func (s *scanner) header() {
	for s.peek() == '[' {
		s.skip(1)
	}
	s.key(']')
	for s.peek() == ']' {
		s.skip(1)
	}
}

// pair reads key = value.
func (s *scanner) pair() {
	s.key('=')
	s.skip(1)
	s.value()
}

// key reads a key up to the byte after it, which may stand in the key's quotes.
func (s *scanner) key(end byte) {
	at := span{start: s.pos, line: s.line}
	for s.pos < len(s.text) && s.peek() != end {
		if c := s.peek(); c == '"' || c == '\'' {
			s.quoted(s.text[s.pos : s.pos+1])
		} else {
			s.skip(1)
		}
	}
	at.end = s.pos
	s.spans = append(s.spans, at)
}

// value reads any value, with the keys of the inline tables in it.
func (s *scanner) value() {
	for s.peek() == ' ' || s.peek() == '\t' {
		s.skip(1)
	}
	switch c := s.peek(); c {
	case '"', '\'':
		s.str(c)
	case '[':
		s.each(']', s.value)
	case '{':
		s.each('}', s.pair)
	default:
		s.skipTo(",]}#\n")
	}
}

// each reads what stands between brackets.
func (s *scanner) each(end byte, read func()) {
	s.skip(1)
	for s.skipBlank(); s.pos < len(s.text) && s.peek() != end; s.skipBlank() {
		before := s.pos
		read()
		if s.pos == before {
			s.skip(1)
		}
	}
	s.skip(1)
}

// str reads a string on one line or, in three quotes, on several.
func (s *scanner) str(quote byte) {
	three := strings.Repeat(string(quote), 3)
	if !strings.HasPrefix(s.text[s.pos:], three) {
		s.quoted(three[:1])
		return
	}
	s.quoted(three)
	for s.peek() == quote { // up to two more belong to the string
		s.skip(1)
	}
}

// quoted reads a string between two of the given quotes. A backslash hides
// the byte after it from all but single quotes.
func (s *scanner) quoted(quotes string) {
	s.skip(len(quotes))
	for s.pos < len(s.text) && !strings.HasPrefix(s.text[s.pos:], quotes) {
		if s.peek() == '\\' && quotes[0] == '"' {
			s.skip(1)
		}
		s.skip(1)
	}
	s.skip(len(quotes))
}
