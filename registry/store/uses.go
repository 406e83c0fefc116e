package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/registry/flock"
)

// Use remembers that the lock file at an absolute path names a tree, so that
// [Store.Prune] asks it.
func (s Store) Use(hash, lockFile string) error {
	path, err := s.Path(hash)
	if err != nil {
		return err
	}
	uses := s.uses(path)
	if err := os.MkdirAll(uses, 0o755); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(lockFile))
	note := filepath.Join(uses, fmt.Sprintf("%x", sum[:8]))
	if there, err := os.ReadFile(note); err == nil && string(there) == lockFile {
		return nil
	}
	return os.WriteFile(note, []byte(lockFile), 0o644)
}

// uses is where it is noted who uses the tree at path.
func (s Store) uses(path string) string { return filepath.Join(s.Dir, "uses", filepath.Base(path)) }

// Discard removes a tree that was of no use after all, unless somebody holds it,
// or a lock file has come to name it.
func (s Store) Discard(hash string) error {
	path, err := s.Path(hash)
	if err != nil {
		return err
	}
	unlock, err := s.tryHolds(path)
	if errors.Is(err, flock.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unlock()
	if notes, err := os.ReadDir(s.uses(path)); len(notes) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return s.retire(path)
}

// Prune removes the trees that no lock file names any more, by those that once
// did, and returns their hashes. Names tells whether a lock file names a tree.
// One that runs stays.
func (s Store) Prune(ctx context.Context, names func(lockFile, hash string) bool) ([]string, error) {
	all, err := s.List()
	if err != nil {
		return nil, err
	}
	var removed []string
	for _, hash := range all {
		path, err := s.Path(hash)
		if err != nil {
			return removed, err
		}
		if ctx.Err() != nil {
			return removed, ctx.Err()
		}
		unlock, err := s.tryHolds(path)
		if errors.Is(err, flock.ErrHeld) {
			continue // it runs, or is just being installed
		}
		if err != nil {
			return removed, err
		}
		uses := s.uses(path)
		if !used(uses, hash, names) {
			if err = s.retire(path); err == nil {
				os.RemoveAll(uses)
				removed = append(removed, hash)
			}
		}
		unlock()
		if err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// used reports whether one of the lock files that once named a tree still
// does, and forgets those that do not.
func used(uses, hash string, names func(lockFile, hash string) bool) bool {
	entries, _ := os.ReadDir(uses)
	is := false
	for _, e := range entries {
		note := filepath.Join(uses, e.Name())
		lockFile, err := os.ReadFile(note)
		if err == nil && names(string(lockFile), hash) {
			is = true
		} else if err == nil {
			os.Remove(note)
		}
	}
	return is
}
