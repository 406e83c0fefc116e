package process

import (
	"bytes"
	"io"
	"strings"
	"sync"
)

const (
	maxLine   = 64 << 10 // longer ones are passed on in parts
	tailLines = 5
	tailWidth = 1 << 10
)

// A lineWriter passes on whole lines, so that two of them can share a log.
type lineWriter struct {
	mu   sync.Mutex
	put  func(line []byte)
	rest []byte
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rest = append(w.rest, p...)
	for {
		end := bytes.IndexByte(w.rest, '\n') + 1
		if end == 0 && len(w.rest) > maxLine {
			end = len(w.rest)
		}
		if end == 0 {
			return len(p), nil
		}
		w.put(w.rest[:end])
		w.rest = w.rest[:copy(w.rest, w.rest[end:])]
	}
}

// flush passes on a last line that does not end.
func (w *lineWriter) flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rest) > 0 {
		w.put(w.rest)
		w.rest = nil
	}
}

// A sharedWriter is for several goroutines. Its errors are dropped: a log that
// cannot be written must not stop what it is about.
type sharedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *sharedWriter) put(line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.w.Write(line)
}

// A tail keeps the last lines of what a plugin says.
type tail struct {
	mu    sync.Mutex
	lines []string
	panic string // the line that says why it died
}

func (t *tail) put(line []byte) {
	text := strings.TrimRight(strings.ToValidUTF8(string(line[:min(len(line), tailWidth)]), "?"), "\r\n\t ")
	if text == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.panic == "" && (strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ")) {
		t.panic = text
	}
	if len(t.lines) == tailLines {
		t.lines = append(t.lines[:0], t.lines[1:]...)
	}
	t.lines = append(t.lines, text)
}

// lastWords are the lines that say the most about a death: the panic's, whose
// stack comes after it, or else the last few.
func (t *tail) lastWords() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.panic != "" {
		return t.panic
	}
	return strings.Join(t.lines, "\n")
}
