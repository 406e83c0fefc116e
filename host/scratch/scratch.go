// Package scratch makes folders for what is needed only while a process lives.
// Those of a process that was killed go when the next makes one.
package scratch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/genhost/genhost/registry/flock"
)

const (
	lockFile = "lock"
	// newTime is how long a folder may be without a lock: it is just being made.
	newTime = time.Minute
)

// A Folder is for the one who made it. It is locked for as long as its process
// lives, so that the next process knows which ones are left over. (A process
// number would not tell: it is used again, and means another process in another
// container.)
type Folder struct {
	Path string
	lock *os.File // nil where there are no locks
}

// New makes a folder in base, which must hold nothing else, and removes those
// that are left over there.
func New(base string) (*Folder, error) {
	sweep(base, time.Now().Add(-newTime))
	path, err := os.MkdirTemp(base, "p")
	if err != nil {
		return nil, err
	}
	lock, err := flock.Open(filepath.Join(path, lockFile), os.O_RDWR|os.O_CREATE, flock.Alone)
	if err != nil && !errors.Is(err, errors.ErrUnsupported) { // where there are no locks, nothing is swept
		os.RemoveAll(path)
		return nil, err
	}
	return &Folder{path, lock}, nil
}

// Remove removes the folder and all that is in it.
func (f *Folder) Remove() {
	f.lock.Close()
	os.RemoveAll(f.Path)
}

// sweep removes the folders in base that no host holds and that were made
// before a time.
func sweep(base string, before time.Time) {
	entries, _ := os.ReadDir(base) // what cannot be read is not ours to clean
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.IsDir() || info.ModTime().After(before) {
			continue
		}
		path := filepath.Join(base, e.Name())
		lock, err := flock.Open(filepath.Join(path, lockFile), os.O_RDONLY, flock.Alone)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			os.RemoveAll(path)
		}
		lock.Close()
	}
}
