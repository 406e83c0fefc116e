package store

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/registry/tree"
)

// A Program is a file of a tree that has been found to be what it should be.
type Program struct {
	File   *os.File // open: these are the bytes that have been looked at
	SHA256 string   // of them

	Sums map[string]string // SHA-256 of all files, in hex by name
}

// Open checks the tree with a hash, as [Store.Check] does, and opens the file
// with a name in it. The file is read for the hash through what is returned: who
// executes that, and not its name, executes what was checked. The name may be ""
// for none.
func (s Store) Open(want, name string) (Program, error) {
	path, err := s.Path(want)
	if err != nil {
		return Program{}, err
	}
	var p Program
	got, sums, err := tree.Sums(path, func(n string) (io.ReadCloser, error) {
		f, err := os.Open(filepath.Join(path, filepath.FromSlash(n)))
		if n != name || err != nil {
			return f, err
		}
		p.File = f
		return io.NopCloser(f), nil // it stays open
	})
	if err = judge(path, want, got, err); err == nil && name != "" && p.File == nil {
		err = fmt.Errorf("it holds no %s", name)
	}
	if err != nil {
		if p.File != nil {
			p.File.Close()
		}
		return Program{}, err
	}
	p.SHA256, p.Sums = sums[name], sums
	return p, nil
}
