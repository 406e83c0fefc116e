package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// errHeld means that another has the lock.
var errHeld = errors.New("the lock is held")

// Lock waits until nobody else holds the lock with a name, which is part of a
// file's name, and takes it. Where there are no locks it keeps nobody out.
func (s Store) Lock(ctx context.Context, name string) (unlock func(), err error) {
	return wait(ctx, func() (func(), error) { return s.tryLock(name) })
}

func (s Store) tryLock(name string) (unlock func(), err error) { return s.flock(name, alone) }

// Hold keeps a tree from being pruned until it is released. Any number may hold
// it, and so may who is not to write in the store.
func (s Store) Hold(ctx context.Context, hash string) (release func(), err error) {
	path, err := s.Path(hash)
	if err != nil {
		return nil, err
	}
	release, err = wait(ctx, func() (func(), error) { return s.flock(holdOf(path), shared) })
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return func() {}, nil // one who cannot write leaves no trace of being there
	}
	return release, err
}

// holdOf is the name of the lock that those hold who use the tree at path.
func holdOf(path string) string { return filepath.Base(path) + "-used" }

// wait calls take until the lock is not another's.
func wait(ctx context.Context, take func() (func(), error)) (func(), error) {
	for {
		unlock, err := take()
		if !errors.Is(err, errHeld) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (s Store) flock(name string, how int) (unlock func(), err error) {
	f, err := openIn(filepath.Join(s.Dir, "locks"), name, how)
	if errors.Is(err, errors.ErrUnsupported) {
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	return func() { f.Close() }, nil
}

// openIn opens and locks a file that is there to be locked. Who shares it need
// not write it.
func openIn(dir, name string, how int) (*os.File, error) {
	path := filepath.Join(dir, name)
	if how == shared {
		if f, err := openLocked(path, os.O_RDONLY, how); !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return openLocked(path, os.O_RDWR|os.O_CREATE, how)
}
