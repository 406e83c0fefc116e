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

	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/store"
	"github.com/genhost/genhost/sdk"
)

// An Executable is a program and what it holds.
type Executable struct {
	Path   string   // absolute
	Args   []string // to be given
	SHA256 string   // of its bytes, in lower-case hex; of a script's package, when its interpreter is another's

	Tree string // hash of the package it is part of, or ""
	Dir  string // of that package, or ""

	store store.Store
}

// A Builder turns the sources of plugins into executables. It may be used by
// many goroutines and processes at a time, also with the same Cache.
//
// A plugin that models.lock.toml pins is one of the store's: see package
// registry/install. Others are those of people who make plugins.
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
	Cache  string       // folder for what is built and installed, made when needed
	Notice func(string) // told in a few words before something slow; may be nil
}

// Store is where installed packages are.
func (b Builder) Store() store.Store { return store.Store{Dir: filepath.Join(b.Cache, "plugins")} }

// Executable returns the program of a plugin, which it may have to build. It
// stops soon after ctx ends.
func (b Builder) Executable(ctx context.Context, p Plugin) (Executable, error) {
	exe, err := b.find(ctx, p)
	if err != nil {
		return Executable{}, p.wrap(err)
	}
	return exe, nil
}

// wrap adds where a plugin stands to an error about it.
func (p Plugin) wrap(err error) error {
	if p.file == "" {
		return err // the user has just named it
	}
	return fmt.Errorf("%s:%d: plugin %s: %w", p.file, p.Line, p.Name, err)
}

// Refused is an error about what the plugin's entry asks for. It wraps
// [ErrConfig] and err.
func (p Plugin) Refused(err error) error { return fault.Mark(ErrConfig, p.wrap(err)) }

func (b Builder) find(ctx context.Context, p Plugin) (Executable, error) {
	if p.Pin != nil && p.Pin.Pinned {
		return b.pinned(p)
	}
	if p.Path == "" {
		return Executable{}, notInstalled(p)
	}
	path, err := filepath.EvalSymlinks(p.Path)
	if err != nil {
		return Executable{}, sourceError(p, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return Executable{}, sourceError(p, err)
	}
	if archive.Is(path) || manifest.IsPackage(path) {
		return Executable{}, notInstalled(p)
	}
	if p.Insists {
		err := errors.New(`verify is "require", and nobody vouches for a program that is not installed`)
		return Executable{}, sdk.Hint(fault.Mark(ErrVerify, err), "install a package that is signed, or trust your own: take verify away")
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

func notInstalled(p Plugin) error {
	err := fault.Mark(ErrNotFound, fmt.Errorf("source %s: it is not installed", p.Source))
	return sdk.Hint(err, "genhost plugin install")
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

// Program returns the executable at path.
func Program(path string) (Executable, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Executable{}, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return Executable{}, err
	}
	if err := runnable(info); err != nil {
		return Executable{}, err
	}
	return sum(path)
}

// sum returns the executable at path, whose bytes it reads.
func sum(path string) (Executable, error) {
	f, err := os.Open(path)
	if err != nil {
		return Executable{}, err
	}
	defer f.Close()
	got, err := sumOf(f)
	return Executable{Path: path, SHA256: got}, err
}

func sumOf(f *os.File) (string, error) {
	h := sha256.New()
	_, err := io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), err
}
