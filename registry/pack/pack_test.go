package pack

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/sdk"
)

// packer takes any program for a toy.
func packer(t *testing.T) Packer {
	return Packer{Protocol: 1, Describe: func(_ context.Context, program string) (sdk.Plugin, error) {
		out, err := exec.Command(program).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v", program, err)
		}
		return sdk.Plugin{
			Name: "toy", Version: strings.TrimSpace(string(out)), Doc: "a toy",
			Models: []sdk.ModelSpec{{Name: "toy", Family: "toy", Doc: "a model"}},
		}, nil
	}}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// source writes the Go package of a plugin.
func source(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.com/toy\n\ngo 1.21\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main() { print(\"1.2.3\\n\") }\n")
	write(t, filepath.Join(dir, "README.md"), "A toy.\n")
	write(t, filepath.Join(dir, "secret.txt"), "not for others\n")
	write(t, filepath.Join(dir, "data", "LICENSE"), "CC0\n")
	write(t, filepath.Join(dir, manifest.File), "schema = 1\nlicence = 'MIT'\n[needs]\nnetwork = true\n")
	t.Setenv("GOFLAGS", "")
	t.Setenv("GOWORK", "off")
	return dir
}

func TestPackForSeveral(t *testing.T) {
	dir := source(t)
	var platforms []manifest.Platform
	for _, s := range []string{"windows/amd64", manifest.Here().String()} {
		p, err := manifest.ParsePlatform(s)
		if err != nil {
			t.Fatal(err)
		}
		platforms = append(platforms, p)
	}
	out := filepath.Join(t.TempDir(), "toy.tar.gz")
	if _, err := packer(t).MakeFile(t.Context(), dir, out, platforms); err != nil {
		t.Fatal(err)
	}
	into := t.TempDir()
	b, err := Open(t.Context(), out, into)
	if err != nil {
		t.Fatal(err)
	}
	m := b.Manifest
	if m.Title() != "toy 1.2.3" || m.Licence != "MIT" || !m.Needs.Network || len(b.Trees()) != 2 {
		t.Errorf("got %+v", m)
	}
	here, err := b.Package(manifest.Here())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := exec.Command(filepath.Join(here.Dir, "toy")).CombinedOutput(); err != nil || string(got) != "1.2.3\n" {
		t.Errorf("the program says %q, %v", got, err)
	}
	for _, p := range b.Packages {
		files, err := os.ReadDir(p.Dir)
		var names []string
		for _, f := range files {
			names = append(names, f.Name())
		}
		want := []string{"README.md", "data", manifest.File, "toy"}
		if p.OS == "windows" {
			want[3] = "toy.exe"
		}
		if hash, _ := tree.Hash(p.Dir); err != nil || !slices.Equal(names, want) || hash != p.Tree {
			t.Errorf("%s holds %v, %v, and is %s", p.Platform, names, err, hash)
		}
	}
	again := filepath.Join(t.TempDir(), "again.tar.gz")
	if _, err := packer(t).MakeFile(t.Context(), dir, again, platforms); err != nil {
		t.Fatal(err)
	}
	first, _ := os.ReadFile(out)
	if second, _ := os.ReadFile(again); len(first) == 0 || !bytes.Equal(first, second) {
		t.Error("packed again it is another")
	}
}

// A plugin in a module of many has the module's licence.
func TestPapers(t *testing.T) {
	module := t.TempDir()
	for _, name := range []string{"go.mod", "LICENSE", "README.md", "a/README.md", "a/data/LICENSE", "b/COPYING", "b/license.go", "a/x/y/LICENSE"} {
		write(t, filepath.Join(module, name), name)
	}
	for dir, want := range map[string][]string{"a": {"README.md", "data/LICENSE", "LICENSE"}, "b": {"COPYING"}} {
		all, err := papers(filepath.Join(module, dir))
		var got []string
		for _, p := range all {
			got = append(got, filepath.ToSlash(p.name))
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s has %v, %v, want %v", dir, got, err, want)
		}
	}
}

func TestPackBadFolders(t *testing.T) {
	dir := source(t)
	pack := func() error {
		_, err := packer(t).MakeFile(t.Context(), dir, filepath.Join(t.TempDir(), "out.tar.gz"), nil)
		return err
	}
	if err := pack(); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, manifest.File), "schema = 1\nversion = '2.0.0'\n")
	if err := pack(); !errors.Is(err, fault.ErrVerify) || !strings.Contains(err.Error(), "says version 2.0.0, the program says 1.2.3") {
		t.Errorf("another version: %v", err)
	}
	write(t, filepath.Join(dir, manifest.File), "schema = 1\nlicense = 'MIT'\n")
	if err := pack(); !errors.Is(err, fault.ErrConfig) {
		t.Errorf("misspelt: %v", err)
	}
	write(t, filepath.Join(dir, manifest.File), "schema = 1\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\nfunc main( {}\n")
	if err := pack(); err == nil || !strings.Contains(err.Error(), "main.go:3") {
		t.Errorf("it does not build: %v", err)
	}
	dir = t.TempDir()
	if err := pack(); !errors.Is(err, fault.ErrConfig) {
		t.Errorf("nothing: %v", err)
	}
}

// A folder whose command is a script is a package as it is.
func TestPackScript(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "main.py"), "print(1)\n")
	m := manifest.Manifest{
		Name: "toy", Version: "1.0.0", Summary: "a toy", Protocol: []int{1}, Models: []manifest.Model{{Name: "toy", Family: "toy", Summary: "a model"}},
		Targets: []manifest.Target{{Platform: manifest.Platform{OS: "any", Arch: "any"}, Command: []string{"python3", "main.py"}}},
	}
	write(t, filepath.Join(dir, manifest.File), m.Text())
	out := filepath.Join(t.TempDir(), "toy.tar.gz")
	if _, err := (Packer{}).MakeFile(t.Context(), dir, out, nil); err != nil {
		t.Fatal(err)
	}
	b, err := Open(t.Context(), out, t.TempDir())
	if err != nil || b.Manifest.Title() != "toy 1.0.0" || b.Packages[0].String() != "any/any" {
		t.Errorf("got %+v, %v", b, err)
	}
	if _, err := (Packer{}).MakeFile(t.Context(), dir, out, []manifest.Platform{manifest.Here()}); !errors.Is(err, fault.ErrConfig) {
		t.Errorf("built for a machine: %v", err)
	}
	if _, err := (Packer{}).MakeFile(t.Context(), filepath.Join(dir, "none"), out, nil); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("nothing: %v", err)
	}
	if want, err := tree.Hash(dir); err != nil || b.Packages[0].Tree != want {
		t.Errorf("its tree is %s, the folder %s", b.Packages[0].Tree, want)
	}
}
