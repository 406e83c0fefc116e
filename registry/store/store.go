// Package store keeps the trees of installed packages, each under its own hash:
//
//	trees/<hash>/             a package, read-only
//	uses/<hash>/<lock file>   which models.lock.toml names it
//	locks/<name>              held by who is at it
//	temp/                     what is on its way in, or out
//
// A tree appears whole or not at all, and is never changed: an upgrade is
// another tree. So any number of processes may install, upgrade and run plugins
// at a time. Nothing in it is trusted: see [Store.Open].
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/sdk"
)

// A Store is a folder of trees. It is made when needed.
type Store struct{ Dir string }

// Path is where the tree with a hash is, or would be.
func (s Store) Path(hash string) (string, error) {
	name, err := tree.Hex(hash)
	if err != nil {
		return "", fault.Mark(fault.ErrVerify, err)
	}
	return filepath.Join(s.Dir, "trees", name), nil
}

// Has reports whether there is a tree with a hash; it does not look into it.
func (s Store) Has(hash string) bool {
	path, err := s.Path(hash)
	if err != nil {
		return false
	}
	_, err = os.Stat(path)
	return err == nil
}

// Check reports whether the tree with a hash is there and has that hash. The
// error is a [fault.ErrNotFound] or a [fault.ErrVerify].
func (s Store) Check(hash string) error {
	path, err := s.Path(hash)
	if err != nil {
		return err
	}
	got, err := tree.Hash(path)
	return judge(path, hash, got, err)
}

// judge compares the hash that a tree has with the one that it should have.
func judge(path, want, got string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist) && !exists(path):
		return sdk.Hint(fault.Mark(fault.ErrNotFound, errors.New("it is not installed here")), "genhost plugin install gets all that models.lock.toml names")
	case err == nil && got == want:
		return nil
	case err == nil:
		err = fmt.Errorf("%s: it was %s and is %s", path, want, got)
	}
	return sdk.Hint(fault.Mark(fault.ErrVerify, fmt.Errorf("it has changed since it was installed: %w", err)), "genhost plugin install puts a good one in its place")
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Temp makes a folder in which a tree can be made ready; done removes it.
func (s Store) Temp() (dir string, done func(), err error) {
	temp := filepath.Join(s.Dir, "temp")
	if err := os.MkdirAll(temp, 0o755); err != nil {
		return "", nil, err
	}
	sweep(temp)
	dir, err = os.MkdirTemp(temp, "in-")
	return dir, func() { discard(dir) }, err
}

// keepTemp is how long a folder in temp may be somebody's.
const keepTemp = 24 * time.Hour

// sweep removes what those have left behind who were killed.
func sweep(temp string) {
	entries, _ := os.ReadDir(temp)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > keepTemp {
			discard(filepath.Join(temp, e.Name()))
		}
	}
}

// Add moves the tree in dir, which is in a folder by [Store.Temp], to its place.
// Until it is released, nobody prunes it: by then a lock file has to name it.
// The error is a [fault.ErrVerify] when it has another hash than it should.
func (s Store) Add(ctx context.Context, hash, dir string) (release func(), err error) {
	path, err := s.Path(hash)
	if err != nil {
		return nil, err
	}
	got, err := tree.Hash(dir)
	if err != nil {
		return nil, fault.Mark(fault.ErrVerify, err)
	}
	if got != hash {
		return nil, sdk.Hint(fault.Mark(fault.ErrVerify, fmt.Errorf("its files are not those it should have: want %s, got %s", hash, got)),
			"get it again; if that does not help, ask its publisher")
	}
	if release, err = s.Hold(ctx, hash); err != nil {
		return nil, err
	}
	if err := s.put(ctx, hash, dir, path); err != nil {
		release()
		return nil, err
	}
	return release, nil
}

// put places a tree, one process at a time, unless a good one is there.
func (s Store) put(ctx context.Context, hash, dir, path string) error {
	unlock, err := s.Lock(ctx, filepath.Base(path))
	if err != nil {
		return err
	}
	defer unlock()
	if s.Check(hash) == nil {
		return nil
	}
	return s.place(dir, path)
}

func (s Store) place(dir, path string) error {
	if err := seal(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := s.retire(path); err != nil {
		return err
	}
	if err := os.Rename(dir, path); err != nil {
		return err
	}
	return os.Chmod(path, 0o555)
}

// seal makes what is in dir read-only, and sees to it that it is on the disk.
func seal(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir { // which has to be moved yet
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !d.IsDir() {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			if err := errors.Join(f.Sync(), f.Close()); err != nil {
				return err
			}
		}
		return os.Chmod(path, info.Mode().Perm()&0o555)
	})
}

// retire takes a tree out of its place, if there is one, and removes it. A
// process that runs from it keeps its executable.
func (s Store) retire(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	out, done, err := s.Temp()
	if err != nil {
		return err
	}
	defer done()
	if info.IsDir() { // and no link, whose target is not ours
		if err := os.Chmod(path, 0o755); err != nil { // to be moved, on some systems
			return err
		}
	}
	return os.Rename(path, filepath.Join(out, "old"))
}

// discard removes a tree, though it is read-only.
func discard(dir string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
	os.RemoveAll(dir)
}

// List returns the hashes of all trees, sorted.
func (s Store) List() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.Dir, "trees"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []string
	for _, e := range entries {
		if hash, err := tree.FromHex(e.Name()); err == nil {
			all = append(all, hash)
		}
	}
	slices.Sort(all)
	return all, nil
}
