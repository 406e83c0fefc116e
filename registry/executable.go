package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// An Executable is a program and what it holds.
type Executable struct {
	Path   string // absolute
	SHA256 string // of its bytes, in lower-case hex
}

// A Builder turns the sources of plugins into executables. It may be used by
// many goroutines and processes at a time, also with the same Cache.
//
// A source that is a file is the executable. A source that is a folder is a Go
// package, in whichever module, and is built with the user's go command. The
// result is for this machine, whatever GOOS and GOARCH say; the rest of the
// environment counts, such as GOFLAGS and CGO_ENABLED.
//
// A build is kept under a key made of everything that goes into it: the source
// files of the package and of all it imports, their modules' versions, the Go
// version and the flags. So the program is built again when, and only when,
// one of these changes. Of each plugin the last few builds are kept, and none
// that was not used for a month.
type Builder struct {
	Cache  string       // folder for what is built, made when needed
	Notice func(string) // told in a few words before something slow; may be nil
}

// Executable returns the program of a plugin, which it may have to build. It
// stops soon after ctx ends.
func (b Builder) Executable(ctx context.Context, p Plugin) (Executable, error) {
	exe, err := b.find(ctx, p)
	if err != nil {
		return Executable{}, fmt.Errorf("%s:%d: plugin %s: %w", p.file, p.Line, p.Name, err)
	}
	return exe, nil
}

func (b Builder) find(ctx context.Context, p Plugin) (Executable, error) {
	if p.Path == "" {
		err := fmt.Errorf("source %s: this version of genhost fetches no plugins", p.Source)
		return Executable{}, sdk.Hint(fault.Mark(ErrConfig, err), "get the plugin, and give the path of its executable or of its Go package's folder")
	}
	path, err := filepath.EvalSymlinks(p.Path)
	if err != nil {
		return Executable{}, sourceError(p, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return Executable{}, sourceError(p, err)
	}
	if info.IsDir() {
		return b.build(ctx, p, path)
	}
	if err := runnable(info); err != nil {
		return Executable{}, fmt.Errorf("source %s: %w", p.Source, err)
	}
	exe, err := sum(path)
	if err != nil {
		return Executable{}, sourceError(p, err)
	}
	return exe, nil
}

// sourceError is an error about a file, in which the path is the user's.
func sourceError(p Plugin, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	err = fmt.Errorf("source %s: %w", p.Source, err)
	if errors.Is(err, fs.ErrNotExist) {
		err = fault.Mark(ErrNotFound, err)
	}
	return sdk.Hint(err, "it means "+p.Path)
}

// runnable reports whether a file could be run, by its mode alone.
func runnable(info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return fault.Mark(ErrConfig, errors.New("neither a file nor a folder"))
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o111 == 0:
		return sdk.Hint(fault.Mark(ErrConfig, errors.New("the file is not executable")),
			"if it is a plugin, run chmod +x on it; of a Go package, give the folder")
	}
	return nil
}

// sum returns the executable at path, whose bytes it reads.
func sum(path string) (Executable, error) {
	f, err := os.Open(path)
	if err != nil {
		return Executable{}, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return Executable{}, err
	}
	return Executable{path, hex.EncodeToString(h.Sum(nil))}, nil
}
