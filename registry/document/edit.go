package document

import (
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// An Edit changes the text of a TOML file and leaves the rest of it as people
// wrote it. Who edits reads the result again: an edit does not know what a key
// means, nor whether it may be there twice.
type Edit struct{ Text string }

// Append adds lines at the end, after an empty one.
func (e *Edit) Append(lines string) {
	text := strings.TrimRight(e.Text, " \t\r\n")
	if text != "" {
		text += "\n\n"
	}
	e.Text = text + strings.TrimSpace(lines) + "\n"
}

// A header is where a table begins, and its lines: those from its own up to
// the next table, with the comments right above it.
type header struct {
	key        toml.Key
	start, end int // of its lines
	line       int // where the header's own begins
}

// headers returns the tables in the text that have a header, in order.
func headers(text string) []header {
	var root map[string]any
	meta, err := decode(text, &root)
	keys, spans := meta.Keys(), keySpans(text)
	if err != nil || len(keys) != len(spans) {
		return nil
	}
	var all []header
	for i, s := range spans {
		if s.start == 0 || text[s.start-1] != '[' {
			continue
		}
		line := strings.LastIndexByte(text[:s.start], '\n') + 1
		all = append(all, header{key: keys[i], start: above(text, line), line: line})
	}
	for i := range all {
		all[i].end = len(text)
		if i+1 < len(all) {
			all[i].end = all[i+1].start
		}
	}
	return all
}

// above moves up from the beginning of a line over comments.
func above(text string, line int) int {
	for line > 0 {
		before := strings.LastIndexByte(text[:line-1], '\n') + 1
		if !strings.HasPrefix(strings.TrimSpace(text[before:line]), "#") {
			break
		}
		line = before
	}
	if line > 0 && topComment(text) >= line { // the comment at the top is the file's
		return topComment(text)
	}
	return line
}

// topComment is the end of the comment at the top of the file, 0 for none.
func topComment(text string) int {
	end := 0
	for rest := text; strings.HasPrefix(rest, "#"); {
		line, after, found := strings.Cut(rest, "\n")
		if end += len(line); found {
			end++
		}
		rest = after
	}
	return end
}

// Remove removes a table, with those in it, and reports whether one with a
// header was there.
func (e *Edit) Remove(key ...string) bool {
	all := headers(e.Text)
	removed := false
	for _, h := range slices.Backward(all) {
		if len(h.key) >= len(key) && slices.Equal(h.key[:len(key)], toml.Key(key)) {
			e.Text = e.Text[:h.start] + e.Text[h.end:]
			removed = true
		}
	}
	if removed && e.Text != "" {
		e.Text = strings.TrimRight(e.Text, "\r\n") + "\n"
	}
	return removed
}

// Set gives a key in a table with a header a text as its value, where the key is
// or else as the table's first, and reports whether there is such a table.
func (e *Edit) Set(table []string, name, value string) bool {
	for _, h := range headers(e.Text) {
		if !slices.Equal(h.key, toml.Key(table)) {
			continue
		}
		after := h.line + strings.IndexByte(e.Text[h.line:]+"\n", '\n') + 1
		pair := name + " = " + Quote(value)
		if start, end, ok := valueOf(e.Text[:h.end], after, name); ok {
			e.Text = e.Text[:start] + Quote(value) + e.Text[end:]
		} else {
			after = min(after, len(e.Text))
			e.Text = strings.TrimRight(e.Text[:after], "\n") + "\n" + pair + "\n" + e.Text[after:]
		}
		return true
	}
	return false
}

// valueOf returns where the value of a key in the lines from a place on stands.
func valueOf(text string, from int, name string) (start, end int, ok bool) {
	s := scanner{text: text, pos: min(from, len(text)), line: 1}
	for s.skipBlank(); s.pos < len(text) && s.peek() != '['; s.skipBlank() {
		n := len(s.spans)
		s.key('=')
		key := strings.TrimSpace(text[s.spans[n].start:s.spans[n].end])
		s.skip(1)
		for s.peek() == ' ' || s.peek() == '\t' {
			s.skip(1)
		}
		start := s.pos
		s.value()
		if key == name || key == Quote(name) {
			return start, start + len(strings.TrimRight(text[start:s.pos], " \t\r")), true
		}
	}
	return 0, 0, false
}
