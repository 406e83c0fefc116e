package registry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// pkg is what go list says of a package.
type pkg struct {
	Dir, ImportPath, Name string
	Standard, DepOnly     bool
	Module                *module

	GoFiles, CgoFiles, CFiles, CXXFiles, MFiles, HFiles, FFiles []string
	SFiles, SwigFiles, SwigCXXFiles, SysoFiles, EmbedFiles      []string
}

type module struct {
	Path, Version, Dir, GoMod string
	Main                      bool
	Replace                   *module
}

const pkgFields = "Dir,ImportPath,Name,Standard,DepOnly,Module," +
	"GoFiles,CgoFiles,CFiles,CXXFiles,MFiles,HFiles,FFiles," +
	"SFiles,SwigFiles,SwigCXXFiles,SysoFiles,EmbedFiles"

// goEnv are the variables that decide what comes out of a build.
var goEnv = []string{
	"GOVERSION", "GOOS", "GOARCH", "GOFLAGS", "GOEXPERIMENT", "GOFIPS140", "GOWORK",
	"GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64",
	"CGO_ENABLED", "CC", "CXX", "AR", "FC", "PKG_CONFIG",
	"CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS",
}

// buildFlags leave out of the executable where and when it was built.
var buildFlags = []string{"-trimpath", "-buildvcs=false"}

// contentKey returns a name for all that goes into building the package in
// dir.
func contentKey(ctx context.Context, dir string) (string, error) {
	env, err := goTool(ctx, dir, append([]string{"env", "-json"}, goEnv...)...)
	if err != nil {
		return "", err
	}
	pkgs, err := list(ctx, dir)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintf(h, "genhost build 1\n%q\n%s", buildFlags, env)
	var vars struct{ GOWORK string }
	if err := json.Unmarshal(env, &vars); err != nil {
		return "", fmt.Errorf("go env: %w", err)
	}
	for _, file := range moduleFiles(pkgs, vars.GOWORK) {
		if err := hashFile(h, filepath.Base(file), file); err != nil {
			return "", err
		}
	}
	for _, p := range pkgs {
		if err := p.hash(h); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}

// list returns the package in dir and all it imports, in a fixed order, but
// for the standard library, which is known by Go's version.
func list(ctx context.Context, dir string) ([]pkg, error) {
	out, err := goTool(ctx, dir, "list", "-deps", "-json="+pkgFields, ".")
	if err != nil {
		return nil, err
	}
	var pkgs []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if !p.DepOnly && p.Name != "main" {
			return nil, sdk.Hint(fault.Mark(ErrConfig, fmt.Errorf("the folder holds package %s, not a program", p.Name)),
				"a plugin is package main")
		}
		if !p.Standard {
			pkgs = append(pkgs, p)
		}
	}
}

// moduleFiles returns the files that say which modules there are: those of a
// workspace, and of each module whose source is at hand.
func moduleFiles(pkgs []pkg, work string) []string {
	var files []string
	if work != "" && work != "off" {
		files = append(files, work, strings.TrimSuffix(work, ".work")+".work.sum")
	}
	for _, p := range pkgs {
		if m := p.source(); m != nil && m.Version == "" && m.GoMod != "" && !slices.Contains(files, m.GoMod) {
			files = append(files, m.GoMod, strings.TrimSuffix(m.GoMod, ".mod")+".sum")
		}
	}
	return files
}

// source returns the module that a package's files come from.
func (p pkg) source() *module {
	if p.Module != nil && p.Module.Replace != nil {
		return p.Module.Replace
	}
	return p.Module
}

// hash adds a package to a key: a released version by its name, since go.sum
// vouches for the rest, and any other by its files.
func (p pkg) hash(h hash.Hash) error {
	if m := p.source(); m != nil && m.Version != "" && m.Dir != "" { // no Dir: vendored
		fmt.Fprintf(h, "package %q of %q %q\n", p.ImportPath, m.Path, m.Version)
		return nil
	}
	fmt.Fprintf(h, "package %q\n", p.ImportPath)
	for _, names := range [][]string{p.GoFiles, p.CgoFiles, p.CFiles, p.CXXFiles, p.MFiles, p.HFiles, p.FFiles,
		p.SFiles, p.SwigFiles, p.SwigCXXFiles, p.SysoFiles, p.EmbedFiles} {
		for _, name := range names {
			if err := hashFile(h, name, filepath.Join(p.Dir, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// hashFile adds a file to a key. One that is missing is part of the key too:
// not every module has a go.sum.
func hashFile(h hash.Hash, name, path string) error {
	content := sha256.New()
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fmt.Fprintf(h, "no %q\n", name)
		return nil
	case err != nil:
		return err
	}
	defer f.Close()
	if _, err := io.Copy(content, f); err != nil {
		return err
	}
	fmt.Fprintf(h, "%q %x\n", name, content.Sum(nil))
	return nil
}
