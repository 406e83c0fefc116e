package host

import (
	"io"
	"sync"
)

// A lateLog keeps what plugins say until there is a run directory to put it
// in.
type lateLog struct {
	mu   sync.Mutex
	kept []byte
	file io.WriteCloser
}

// maxKept bounds what is kept while there is no file.
const maxKept = 1 << 20

func (l *lateLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil {
		return l.file.Write(p)
	}
	l.kept = append(l.kept, p[:min(len(p), maxKept-len(l.kept))]...)
	return len(p), nil
}

// Attach writes what was kept to f, and all that follows.
func (l *lateLog) Attach(f io.WriteCloser) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file = f
	_, err := f.Write(l.kept)
	l.kept = nil
	return err
}

func (l *lateLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
