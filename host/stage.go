package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/host/scratch"
	"github.com/genhost/genhost/sdk"
)

// A stage is a folder where a plugin puts what it makes, for the host to take
// from there: it need not be let into the folders where things belong.
type stage struct {
	folder *scratch.Folder
	dir    string // for the plugin
}

// newStage makes a stage in the cache, so that what is put into the cache need
// not be copied.
func (h *Host) newStage() (*stage, error) {
	base, err := filepath.Abs(filepath.Join(h.cache, "stages"))
	if err == nil {
		err = os.MkdirAll(base, 0o777)
	}
	var f *scratch.Folder
	if err == nil {
		f, err = scratch.New(base)
	}
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	s := &stage{f, filepath.Join(f.Path, "files")}
	if err := os.Mkdir(s.dir, 0o777); err != nil {
		f.Remove()
		return nil, fmt.Errorf("cache: %w", err)
	}
	return s, nil
}

func (s *stage) remove() { s.folder.Remove() }

// move moves a file from the stage to a path in the cache. It is looked at once
// it is out of the plugin's reach: a link that the plugin left in its place is
// refused, for whoever is given the path would be let at what it leads to.
func (s *stage) move(name, path string) error {
	held := filepath.Join(s.folder.Path, name)
	if err := os.Rename(filepath.Join(s.dir, name), held); err != nil {
		return err
	}
	info, err := os.Lstat(held)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: what should be rows is no file: %s", sdk.ErrProtocol, info.Mode().Type())
	}
	if err != nil {
		return err
	}
	return os.Rename(held, path)
}

// write has the modality write rows as files, and puts these into dir.
func (r *reader) write(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string, names []string) ([]string, error) {
	staged, err := r.modality.Write(ctx, space, rows, r.stage.dir, names)
	if err != nil {
		return nil, err
	}
	from, err := os.OpenRoot(r.stage.dir) // which no link leads out of
	if err != nil {
		return nil, err
	}
	defer from.Close()
	paths := make([]string, len(staged))
	for i, path := range staged {
		name := filepath.Base(path)
		rel, err := filepath.Rel(r.stage.dir, path)
		if err != nil || rel != name || !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(name, n) }) {
			return nil, fmt.Errorf("%w: modality %s wrote %q, which it was not asked for", sdk.ErrProtocol, r.spec.Name, path)
		}
		paths[i] = filepath.Join(dir, name)
		if err := take(from, name, paths[i]); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// take moves a file from a folder to a path, maybe on another disk.
func take(from *os.Root, name, path string) (err error) {
	info, err := from.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "read", Path: name, Err: errors.New("no file")}
	}
	if err != nil {
		return err
	}
	f, err := from.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	err = run.WriteFile(path, func(w io.Writer) error {
		_, err := io.Copy(w, f)
		return err
	})
	return errors.Join(err, from.Remove(name))
}
