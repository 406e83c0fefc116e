package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/genhost/genhost/registry/flock"
)

// A lock is an open file that the system keeps locked until it is closed, or
// its process is gone. It tells that somebody is at a run, across containers
// too, where a process number means nothing.
type lock struct{ file *os.File }

// takeFor is how long [take] tries: who only asks holds a lock for a moment.
const takeFor = 500 * time.Millisecond

// take locks the run in dir. Where there are no locks it returns one all the
// same, which keeps nobody out.
func take(dir string) (*lock, error) {
	path := filepath.Join(dir, lockFile)
	for deadline := time.Now().Add(takeFor); ; time.Sleep(10 * time.Millisecond) {
		f, err := flock.Open(path, os.O_RDWR|os.O_CREATE, flock.Alone)
		if errors.Is(err, errors.ErrUnsupported) {
			return &lock{}, nil
		}
		if err == nil && !sameFile(f, path) { // of a run that was just removed
			f.Close()
			err = flock.ErrHeld
		}
		if err == nil {
			return &lock{f}, nil
		}
		if !errors.Is(err, flock.ErrHeld) {
			return nil, fmt.Errorf("lock %s: %w", path, unwrapPath(err))
		}
		if time.Now().After(deadline) {
			return nil, flock.ErrHeld
		}
	}
}

func sameFile(f *os.File, path string) bool {
	ours, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(ours, there)
}

// release may be called for no lock.
func (l *lock) release() {
	if l != nil && l.file != nil {
		l.file.Close()
	}
}

// isHeld reports whether somebody has the lock of the run in dir. The error
// says that nobody can tell.
func isHeld(dir string) (bool, error) {
	f, err := flock.Open(filepath.Join(dir, lockFile), os.O_RDONLY, flock.Shared)
	if errors.Is(err, flock.ErrHeld) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return false, f.Close()
}
