package install

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/sdk"
)

// A zip file, in which nothing says that the program can be executed.
func TestZip(t *testing.T) {
	s := newShop(t)
	s.folder("toy", toy("toy", "1.0.0"), here, nil)
	f, err := os.Create("toy.zip")
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for _, name := range []string{"genhost-plugin.toml", "bin/toy"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(s.read(filepath.Join("toy", name)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(z.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	i := s.install(Request{Source: "toy.zip"})
	if folder := s.install(Request{Source: "toy", As: "folder"}); i.Tree != folder.Tree {
		t.Errorf("as a zip file it is %s, as a folder %s", i.Tree, folder.Tree)
	}
	exe, err := s.program("toy")
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(exe.Path); err != nil || info.Mode().Perm() != 0o555 {
		t.Errorf("the program's mode is %v, %v", info.Mode(), err)
	}
}

// An executable is packed as it is.
func TestExecutable(t *testing.T) {
	s := newShop(t)
	text, err := json.Marshal(toy("toy", "1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	s.write("build/toy", string(text))
	i := s.install(Request{Source: "build/toy"})
	if len(i.Warnings) != 0 || i.Tree == "" {
		t.Errorf("got %+v", i)
	}
	s.write("build/toy", "built again, and broken")
	if exe, err := s.program("toy"); err != nil || s.read(exe.Path) != string(text) {
		t.Errorf("what runs is not what was installed: %v", err)
	}
	if err := os.Chmod("build/toy", 0o644); err != nil {
		t.Fatal(err)
	}
	s.refuse(Request{Source: "build/toy", As: "toy2"}, fault.ErrConfig, "chmod +x")
}

// A script is run by an interpreter, which is told where it is; so is a file
// that it is given.
func TestScript(t *testing.T) {
	s := newShop(t)
	s.in.Describe = func(_ context.Context, _ string, _ registry.Grant, exe registry.Executable) (sdk.Plugin, error) {
		if !filepath.IsAbs(exe.Path) || strings.HasPrefix(exe.Path, exe.Dir) || !slices.Equal(exe.Args, []string{"-u", filepath.Join(exe.Dir, "bin", "toy"), "x"}) {
			t.Errorf("to be run: %+v", exe)
		}
		return toy("toy", "1.0.0"), nil
	}
	dir := s.folder("toy", toy("toy", "1.0.0"), manifest.Platform{OS: "any", Arch: "any"}, func(m *manifest.Manifest) {
		m.Targets[0].Command = []string{"sh", "-u", "bin/toy", "x"}
	})
	s.install(Request{Source: dir})
	exe, err := s.program("toy")
	if err != nil {
		t.Fatal(err)
	}
	file, release, err := exe.Open(t.Context())
	if err != nil || file != nil {
		t.Fatalf("opened %v, %v", file, err)
	}
	release()
	if err := os.Chmod(exe.Args[1], 0o644); err != nil {
		t.Fatal(err)
	}
	s.write(exe.Args[1], "another")
	if _, _, err := exe.Open(t.Context()); !errors.Is(err, fault.ErrVerify) {
		t.Errorf("a script that has changed: %v", err)
	}
	s.refuse(Request{As: "two", Source: s.folder("two", toy("toy", "1.0.0"), here, func(m *manifest.Manifest) {
		m.Targets[0].Command = []string{"no-such-interpreter", "bin/toy"}
	})}, fault.ErrNotFound, "needs no-such-interpreter")
}
