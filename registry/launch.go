package registry

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/genhost/genhost/registry/archive"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/registry/version"
	"github.com/genhost/genhost/sdk"
)

// Open looks at the program again, right before it is started: the error is an
// [ErrVerify] when it has changed. The file is what was looked at; whoever
// executes it, and not its path, executes just that. It is nil for a script,
// whose interpreter reads it by name. A package stays in the store until it is
// released.
func (e Executable) Open(ctx context.Context) (f *os.File, release func(), err error) {
	if e.Tree == "" {
		f, err := e.openAlone()
		return f, func() {}, err
	}
	if release, err = e.store.Hold(ctx, e.Tree); err != nil {
		return nil, nil, err
	}
	name := ""
	if rest, err := filepath.Rel(e.Dir, e.Path); err == nil && filepath.IsLocal(rest) {
		name = filepath.ToSlash(rest)
	}
	p, err := e.store.Open(e.Tree, name)
	if err != nil {
		release()
		return nil, nil, err
	}
	return p.File, release, nil
}

func (e Executable) openAlone() (*os.File, error) {
	f, err := os.Open(e.Path)
	if err != nil {
		return nil, err
	}
	got, err := sumOf(f)
	if err == nil && got != e.SHA256 {
		err = sdk.Hint(fault.Mark(ErrVerify, fmt.Errorf("%s has just changed", e.Path)), "try again")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// pinned returns the program of a plugin that is installed.
func (b Builder) pinned(p Plugin) (Executable, error) {
	if err := p.CheckPin(); err != nil {
		return Executable{}, err
	}
	here := p.Platform()
	hash, err := p.Pin.Tree(here)
	if err != nil {
		return Executable{}, err
	}
	if p.Verify == sign.Require {
		if _, err := p.Verify.Judge(sign.Trusts(p.keys, p.Pin.Package, p.Pin.Voucher(), time.Now())); err != nil {
			return Executable{}, err
		}
	}
	exe, err := b.Package(hash, here)
	if err == nil {
		_ = b.Store().Use(hash, p.lock) // where nothing can be written, nobody prunes
	}
	return exe, err
}

// Platform is the kind of machine that the plugin is to run on: this one, with
// the accelerator that models.toml names.
func (p Plugin) Platform() manifest.Platform {
	here := manifest.Here()
	here.Accelerator = p.Accelerator
	return here
}

// NeedsInstall reports whether a plugin's source is a package, which has to be
// installed, and not a program or the source of one.
func (p Plugin) NeedsInstall() bool {
	return p.Path == "" || archive.Is(p.Path) || manifest.IsPackage(p.Path)
}

// Keys are those by which a signature of the plugin is judged.
func (p Plugin) Keys() []sign.Key { return p.keys }

// CheckPin reports where models.lock.toml and models.toml differ about a
// plugin. The error is an [ErrConfig].
func (p Plugin) CheckPin() error {
	differ := func(command, format string, args ...any) error {
		return sdk.Hint(fault.Mark(ErrConfig, fmt.Errorf(format, args...)), "genhost plugin "+command)
	}
	upgrade := "upgrade " + p.Name
	if p.Pin == nil {
		return differ("install", "%s has no plugin %s", lock.Name, p.Name)
	}
	if p.Pin.Source != p.Source {
		return differ("install", "its source is %s, and in %s %s", p.Source, lock.Name, p.Pin.Source)
	}
	if !p.Pin.Pinned {
		return nil
	}
	if c, err := version.Parse(p.Version); err != nil || !c.Allows(p.Pin.Version) {
		return differ(upgrade, "version %s is wanted, and %s has %s", p.Version, lock.Name, p.Pin.Version)
	}
	if p.SHA256 != "" && p.Pin.Archive != "sha256:"+p.SHA256 {
		return differ(upgrade, "sha256 is another than in %s", lock.Name)
	}
	return nil
}

// Package returns the program of a package in the store, for a platform, when
// all of the package is as it should be.
func (b Builder) Package(hash string, here manifest.Platform) (Executable, error) {
	s := b.Store()
	if !s.Has(hash) {
		return Executable{}, s.Check(hash)
	}
	dir, err := s.Path(hash)
	if err != nil {
		return Executable{}, err
	}
	m, said, err := manifest.ReadSum(dir)
	if err != nil {
		return Executable{}, errors.Join(s.Check(hash), err)
	}
	target, err := m.Target(here)
	if err != nil {
		return Executable{}, err
	}
	e := Executable{Tree: hash, Dir: dir, store: s}
	for _, word := range target.Command[1:] {
		e.Args = append(e.Args, within(dir, word))
	}
	name := target.Command[0]
	if e.Path = within(dir, name); e.Path == name {
		if e.Path, err = exec.LookPath(name); err != nil || strings.Contains(name, "/") {
			err = fmt.Errorf("%s needs %s, which is not there", m.Title(), name)
			return Executable{}, sdk.Hint(fault.Mark(ErrNotFound, err), "install it, so that it is on the PATH")
		}
		name = ""
	}
	p, err := s.Open(hash, name)
	if err != nil {
		return Executable{}, err
	}
	if p.File != nil {
		p.File.Close()
	}
	if p.Sums[manifest.File] != said {
		return Executable{}, sdk.Hint(fault.Mark(ErrVerify, fmt.Errorf("%s has just changed", dir)), "try again")
	}
	if e.SHA256 = p.SHA256; name == "" {
		e.SHA256, err = tree.Hex(hash)
	}
	return e, err
}

// within is the path of a package's file, or the word itself when there is no
// such file.
func within(dir, word string) string {
	if !filepath.IsLocal(word) {
		return word
	}
	path := filepath.Join(dir, filepath.FromSlash(word))
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return word
	}
	return path
}
