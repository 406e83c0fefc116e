package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/genhost/genhost/registry/flock"
)

// Lock waits until nobody else holds the lock with a name, which is part of a
// file's name, and takes it. Where there are no locks it keeps nobody out.
func (s Store) Lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(s.locks(), 0o755); err != nil {
		return nil, err
	}
	return unlocker(flock.Wait(ctx, filepath.Join(s.locks(), name), os.O_RDWR|os.O_CREATE, flock.Alone))
}

// tryHolds takes the lock of those who use the tree at path, for one who is to
// remove it. The error is [flock.ErrHeld] when there are any.
func (s Store) tryHolds(path string) (unlock func(), err error) {
	if err := os.MkdirAll(s.locks(), 0o755); err != nil {
		return nil, err
	}
	return unlocker(flock.Open(s.holds(path), os.O_RDWR|os.O_CREATE, flock.Alone))
}

// Hold keeps a tree from being pruned until it is released. Any number may hold
// it, and so may who is not to write in the store.
func (s Store) Hold(ctx context.Context, hash string) (release func(), err error) {
	path, err := s.Path(hash)
	if err != nil {
		return nil, err
	}
	f, err := flock.Wait(ctx, s.holds(path), os.O_RDONLY, flock.Shared)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.MkdirAll(s.locks(), 0o755); err == nil {
			f, err = flock.Wait(ctx, s.holds(path), os.O_RDWR|os.O_CREATE, flock.Shared)
		}
	}
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return func() {}, nil // one who cannot write leaves no trace of being there
	}
	return unlocker(f, err)
}

// locks is the folder of the locks.
func (s Store) locks() string { return filepath.Join(s.Dir, "locks") }

// holds is the lock that those hold who use the tree at path.
func (s Store) holds(path string) string {
	return filepath.Join(s.locks(), filepath.Base(path)+"-used")
}

// unlocker returns what ends a lock, which is no error to have none of where
// there are none.
func unlocker(f *os.File, err error) (unlock func(), _ error) {
	if errors.Is(err, errors.ErrUnsupported) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}
