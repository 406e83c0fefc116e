package pack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/sdk"
)

// Open unpacks or copies an archive, or a folder that is a package or a bundle,
// into dir, which must be empty, and looks at what it holds. Errors are
// [fault.ErrVerify] where that is not what its manifest says.
func Open(ctx context.Context, path, dir string) (Bundle, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Bundle{}, err
	}
	if info.IsDir() { // packed and unpacked: what is copied is what an archive could hold
		file := dir + ".tar.gz"
		defer os.Remove(file)
		if err := writeFile(ctx, file, path); err != nil {
			return Bundle{}, err
		}
		path = file
	}
	if err := archive.Unpack(ctx, path, dir, archive.Limits{}); err != nil {
		return Bundle{}, err
	}
	return read(ctx, dir)
}

// read looks at what a folder holds.
func read(ctx context.Context, dir string) (Bundle, error) {
	m, err := manifest.Read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		err = sdk.Hint(fault.Mark(fault.ErrConfig, fmt.Errorf("it has no %s at its top: it is no plugin's package", manifest.File)), "genhost plugin pack makes one")
	}
	if err != nil {
		return Bundle{}, err
	}
	if !m.IsBundle() {
		return whole(m, dir)
	}
	b := Bundle{Manifest: m}
	for _, t := range m.Targets {
		if ctx.Err() != nil {
			return Bundle{}, ctx.Err()
		}
		p, err := part(m, t, filepath.Join(dir, t.Folder))
		if err != nil {
			return Bundle{}, fmt.Errorf("target %s: %w", t.Platform, err)
		}
		b.Packages = append(b.Packages, p)
	}
	return b, nil
}

// whole is the bundle of one package.
func whole(m manifest.Manifest, dir string) (Bundle, error) {
	hash, err := tree.Hash(dir)
	if err != nil {
		return Bundle{}, err
	}
	b := Bundle{Manifest: m}
	for _, t := range m.Targets {
		if err := executable(dir, t); err != nil {
			return Bundle{}, err
		}
		b.Packages = append(b.Packages, Package{t.Platform, dir, hash})
	}
	return b, nil
}

// part is one of the packages of a bundle.
func part(bundle manifest.Manifest, t manifest.Target, dir string) (Package, error) {
	hash, err := tree.Hash(dir)
	if err != nil {
		return Package{}, fault.Mark(fault.ErrVerify, err)
	}
	if hash != t.Tree {
		err := fmt.Errorf("folder %s is %s, and %s says %s", t.Folder, hash, manifest.File, t.Tree)
		return Package{}, sdk.Hint(fault.Mark(fault.ErrVerify, err), "get it again; if that does not help, ask its publisher")
	}
	m, err := manifest.Read(dir)
	if err != nil {
		return Package{}, err
	}
	if m.Title() != bundle.Title() {
		return Package{}, fault.Mark(fault.ErrVerify, fmt.Errorf("folder %s holds %s, the bundle is %s", t.Folder, m.Title(), bundle.Title()))
	}
	own, err := m.Target(t.Platform)
	if err != nil || m.IsBundle() {
		return Package{}, fault.Mark(fault.ErrVerify, fmt.Errorf("folder %s holds no package for it", t.Folder))
	}
	return Package{t.Platform, dir, hash}, executable(dir, own)
}

// executable sees to it that a target's program can be run: not every archive
// says so.
func executable(dir string, t manifest.Target) error {
	path := filepath.Join(dir, filepath.FromSlash(t.Command[0]))
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && filepath.Base(path) == t.Command[0]:
		return nil // an interpreter
	case err == nil && info.Mode().IsRegular():
		return os.Chmod(path, 0o755)
	}
	return fault.Mark(fault.ErrVerify, fmt.Errorf("target %s: there is no file %s in it", t.Platform, t.Command[0]))
}
