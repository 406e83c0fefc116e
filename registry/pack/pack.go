// Package pack makes packages of plugins, and opens them.
package pack

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

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/sdk"
)

// A Bundle is one version of a plugin, as packages that are folders.
type Bundle struct {
	Manifest manifest.Manifest // of the bundle, or of its only package
	Packages []Package
}

// A Package is what there is for a platform. A package that is for several is
// there for each.
type Package struct {
	manifest.Platform
	Dir  string
	Tree string // its hash
}

// Trees are the hashes by platform.
func (b Bundle) Trees() map[string]string {
	trees := map[string]string{}
	for _, p := range b.Packages {
		trees[p.Platform.String()] = p.Tree
	}
	return trees
}

// Package returns the package for a platform. The error says which there are.
func (b Bundle) Package(here manifest.Platform) (Package, error) {
	t, err := b.Manifest.Target(here)
	if err != nil {
		return Package{}, err
	}
	i := slices.IndexFunc(b.Packages, func(p Package) bool { return p.Platform == t.Platform })
	return b.Packages[i], nil
}

// A Packer makes bundles.
type Packer struct {
	Protocol int                                                           // that plugins speak with this host
	Describe func(ctx context.Context, program string) (sdk.Plugin, error) // starts a program and asks it
	Say      func(string)                                                  // told in a few words before something slow
}

// Make makes a bundle of what is at path, in dir, which must be empty: of the
// folder of a Go package, which it builds for each of the platforms, or of an
// executable. A package, a bundle, or an archive of one is opened.
func (p Packer) Make(ctx context.Context, path, dir string, platforms []manifest.Platform) (Bundle, error) {
	info, err := os.Stat(path)
	source := err == nil && info.IsDir() && !manifest.IsPackage(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Bundle{}, fault.Mark(fault.ErrNotFound, fmt.Errorf("%s: no such file or directory", path))
	case err != nil:
		return Bundle{}, err
	case len(platforms) > 0 && !source:
		err := fmt.Errorf("%s is no Go package: it cannot be built for %s", path, platforms[0])
		return Bundle{}, sdk.Hint(fault.Mark(fault.ErrConfig, err), "give the folder of its source, or leave --target away")
	case archive.Is(path) || info.IsDir() && manifest.IsPackage(path):
		return Open(ctx, path, dir)
	case !info.IsDir():
		return p.wrap(ctx, path, dir)
	}
	return p.build(ctx, path, dir, platforms)
}

// wrap makes a package of an executable.
func (p Packer) wrap(ctx context.Context, program, dir string) (Bundle, error) {
	says, err := p.Describe(ctx, program)
	if err != nil {
		return Bundle{}, err
	}
	m, err := manifest.Describe(says, p.Protocol, manifest.Manifest{})
	if err != nil {
		return Bundle{}, err
	}
	name := filepath.Base(program)
	if err := copyFile(filepath.Join(dir, name), program, 0o755); err != nil {
		return Bundle{}, err
	}
	return finish(m, manifest.Here(), name, dir)
}

// build makes packages of a Go package.
func (p Packer) build(ctx context.Context, source, dir string, platforms []manifest.Platform) (Bundle, error) {
	draft, err := manifest.ReadDraft(source)
	if err != nil {
		return Bundle{}, err
	}
	says, err := p.ask(ctx, source, dir)
	if err != nil {
		return Bundle{}, err
	}
	m, err := manifest.Describe(says, p.Protocol, draft)
	if err != nil {
		return Bundle{}, err
	}
	if len(platforms) == 0 {
		platforms = []manifest.Platform{manifest.Here()}
	}
	b := Bundle{Manifest: m}
	for _, platform := range platforms {
		p.say(fmt.Sprintf("building %s for %s", m.Title(), platform))
		one, err := buildFor(ctx, m, source, filepath.Join(dir, folderOf(platform)), platform)
		if err != nil {
			return Bundle{}, fmt.Errorf("target %s: %w", platform, err)
		}
		b.Manifest.Targets = append(b.Manifest.Targets, manifest.Target{Platform: platform, Folder: folderOf(platform), Tree: one.Packages[0].Tree})
		b.Packages = append(b.Packages, one.Packages[0])
		if len(platforms) == 1 {
			return one, nil
		}
	}
	return b, nil
}

// ask builds the program for this machine, to ask it what it offers.
func (p Packer) ask(ctx context.Context, source, dir string) (sdk.Plugin, error) {
	here := manifest.Here()
	program := filepath.Join(dir, ".ask"+suffix(here))
	defer os.Remove(program)
	if err := registry.Compile(ctx, source, here.OS, here.Arch, program); err != nil {
		return sdk.Plugin{}, err
	}
	return p.Describe(ctx, program)
}

func (p Packer) say(what string) {
	if p.Say != nil {
		p.Say(what)
	}
}

// buildFor makes the package for one platform.
func buildFor(ctx context.Context, m manifest.Manifest, source, dir string, platform manifest.Platform) (Bundle, error) {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return Bundle{}, err
	}
	name := m.Name + suffix(platform)
	if err := registry.Compile(ctx, source, platform.OS, platform.Arch, filepath.Join(dir, name)); err != nil {
		return Bundle{}, err
	}
	files, err := papers(source)
	if err != nil {
		return Bundle{}, err
	}
	for _, file := range files {
		to := filepath.Join(dir, file.name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return Bundle{}, err
		}
		if err := copyFile(to, file.path, 0o644); err != nil {
			return Bundle{}, err
		}
	}
	return finish(m, platform, name, dir)
}

// finish writes the manifest of the package in dir.
func finish(m manifest.Manifest, platform manifest.Platform, program, dir string) (Bundle, error) {
	m.Targets = []manifest.Target{{Platform: platform, Command: []string{program}}}
	if err := os.WriteFile(filepath.Join(dir, manifest.File), []byte(m.Text()), 0o644); err != nil {
		return Bundle{}, err
	}
	hash, err := tree.Hash(dir)
	return Bundle{Manifest: m, Packages: []Package{{platform, dir, hash}}}, err
}

func folderOf(p manifest.Platform) string { return strings.ReplaceAll(p.String(), "/", "-") }

// suffix is what the names of programs end in.
func suffix(p manifest.Platform) string {
	if p.OS == "windows" {
		return ".exe"
	}
	return ""
}

func copyFile(to, from string, mode os.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// MakeFile makes an archive of what is at path, as [Packer.Make] does, and
// returns its name: out or, by default, one in the current folder.
func (p Packer) MakeFile(ctx context.Context, path, out string, platforms []manifest.Platform) (string, error) {
	dir, err := os.MkdirTemp("", "genhost-pack-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	into := filepath.Join(dir, "in")
	if err := os.Mkdir(into, 0o755); err != nil {
		return "", err
	}
	b, err := p.Make(ctx, path, into, platforms)
	if err != nil {
		return "", err
	}
	if out == "" {
		out = fmt.Sprintf("%s-%s.tar.gz", b.Manifest.Name, b.Manifest.Version)
	}
	return out, b.Write(ctx, out, dir)
}

// Write writes the bundle as one archive, at file, using dir for what is on the
// way. It is there whole or not at all.
func (b Bundle) Write(ctx context.Context, file, dir string) error {
	top := b.Packages[0].Dir
	if b.Manifest.IsBundle() {
		top = filepath.Join(dir, ".bundle")
		if err := os.Mkdir(top, 0o755); err != nil {
			return err
		}
		defer os.RemoveAll(top)
		for _, t := range b.Manifest.Targets {
			p, err := b.Package(t.Platform)
			if err != nil {
				return err
			}
			if err := os.Rename(p.Dir, filepath.Join(top, t.Folder)); err != nil {
				return err
			}
		}
		if err := os.WriteFile(filepath.Join(top, manifest.File), []byte(b.Manifest.Text()), 0o644); err != nil {
			return err
		}
	}
	return writeFile(ctx, file, top)
}

// WriteTo writes one package as an archive, at file.
func (p Package) WriteTo(ctx context.Context, file string) error { return writeFile(ctx, file, p.Dir) }

// writeFile packs a folder into a file that is there whole or not at all.
func writeFile(ctx context.Context, file, dir string) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once renamed
	err = archive.Pack(ctx, f, dir)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
