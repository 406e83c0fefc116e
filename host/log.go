package host

import (
	"errors"
	"io"
	"path/filepath"
	"sync"

	"github.com/genhost/genhost/sdk"
)

// A lateLog keeps what plugins say until there is a run directory to put it
// in.
type lateLog struct {
	mu   sync.Mutex
	kept []byte
	file io.WriteCloser
	path string
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

// Attach writes what was kept to f, which a user finds at path, and all that
// follows.
func (l *lateLog) Attach(f io.WriteCloser, path string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.file, l.path = f, path
	_, err := f.Write(l.kept)
	l.kept = nil
	return err
}

// explain tells where the words of a plugin that crashed are. When there is no
// run, they go to a file in dir.
func (l *lateLog) explain(err error, dir string) error {
	if !errors.Is(err, sdk.ErrCrashed) {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		l.path = filepath.Join(dir, "crash.log")
		if failed := writeFile(l.path, l.kept); failed != nil {
			return errors.Join(err, failed)
		}
	}
	return sdk.Hint(err, "all that the plugin said is in "+l.path)
}

func (l *lateLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
