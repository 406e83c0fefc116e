package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/tree"
	"github.com/genhost/genhost/sdk"
)

// make writes a tree with an executable that says something, in a folder of
// the store's, and returns its hash.
func makeTree(t *testing.T, s Store, says string) (hash, dir string) {
	t.Helper()
	temp, done, err := s.Temp()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(done)
	dir = filepath.Join(temp, "tree")
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bin", "tool"), []byte(says), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "README"), []byte("read"), 0o644); err != nil {
		t.Fatal(err)
	}
	if hash, err = tree.Hash(dir); err != nil {
		t.Fatal(err)
	}
	return hash, dir
}

func newStore(t *testing.T) Store {
	s := Store{Dir: filepath.Join(t.TempDir(), "plugins")}
	t.Cleanup(func() { discard(s.Dir) })
	return s
}

func add(t *testing.T, s Store, says string) string {
	t.Helper()
	hash, dir := makeTree(t, s, says)
	release, err := s.Add(t.Context(), hash, dir)
	if err != nil {
		t.Fatal(err)
	}
	release()
	return hash
}

func TestAddAndOpen(t *testing.T) {
	s := newStore(t)
	hash := add(t, s, "one")
	if !s.Has(hash) || s.Check(hash) != nil {
		t.Fatal("it is not there")
	}
	path, _ := s.Path(hash)
	if info, err := os.Stat(filepath.Join(path, "bin", "tool")); err != nil || info.Mode().Perm() != 0o555 {
		t.Errorf("the tool's mode is %v, %v", info.Mode(), err)
	}
	p, err := s.Open(hash, "bin/tool")
	if err != nil {
		t.Fatal(err)
	}
	defer p.File.Close()
	p.File.Seek(0, io.SeekStart)
	if got, _ := io.ReadAll(p.File); string(got) != "one" || p.SHA256 != "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed" {
		t.Errorf("what is open holds %q, and has the sum %s", got, p.SHA256)
	}
	if _, err := s.Open(hash, "bin/none"); err == nil {
		t.Error("a file that is not there is opened")
	}
	before, _ := os.Stat(path)
	add(t, s, "one") // again: what may be running is not touched
	if after, err := os.Stat(path); err != nil || !os.SameFile(before, after) {
		t.Error("a good tree was replaced")
	}
	if all, err := s.List(); err != nil || len(all) != 1 || all[0] != hash {
		t.Errorf("the store has %v, %v", all, err)
	}
}

// Whatever is changed in a tree, added to it or taken out, is noticed, and
// mended by adding it again.
func TestTampered(t *testing.T) {
	for what, tamper := range map[string]func(dir string) error{
		"altered": func(dir string) error { return os.WriteFile(filepath.Join(dir, "bin", "tool"), []byte("0ne"), 0o755) },
		"added":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "bin", "more"), nil, 0o644) },
		"removed": func(dir string) error { return os.Remove(filepath.Join(dir, "README")) },
		"renamed": func(dir string) error { return os.Rename(filepath.Join(dir, "README"), filepath.Join(dir, "readme")) },
		"a link": func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "README"), filepath.Join(dir, "..", "aside")), os.Symlink("../aside", filepath.Join(dir, "README")))
		},
	} {
		s := newStore(t)
		hash := add(t, s, "one")
		path, _ := s.Path(hash)
		for _, p := range []string{path, filepath.Join(path, "bin"), filepath.Join(path, "bin", "tool")} {
			if err := os.Chmod(p, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := tamper(path); err != nil {
			t.Fatal(err)
		}
		if err := s.Check(hash); !errors.Is(err, fault.ErrVerify) || len(sdk.Hints(err)) == 0 {
			t.Errorf("%s: got %v", what, err)
		}
		if p, err := s.Open(hash, "bin/tool"); !errors.Is(err, fault.ErrVerify) {
			t.Errorf("%s: opened %v, %v", what, p, err)
		}
		if add(t, s, "one"); s.Check(hash) != nil {
			t.Errorf("%s: adding it again does not mend it", what)
		}
	}
	s := newStore(t)
	hash, _ := makeTree(t, s, "one")
	if err := s.Check(hash); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("never added: %v", err)
	}
}

func TestAddAnother(t *testing.T) {
	s := newStore(t)
	_, dir := makeTree(t, s, "one")
	other, _ := makeTree(t, s, "two")
	if _, err := s.Add(t.Context(), other, dir); !errors.Is(err, fault.ErrVerify) || s.Has(other) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Path("h1:../../x"); err == nil {
		t.Error("a bad hash has a place")
	}
}

func TestManyAtATime(t *testing.T) {
	s := newStore(t)
	var all sync.WaitGroup
	for i := range 20 {
		hash, dir := makeTree(t, s, fmt.Sprint("tool ", i%2))
		all.Go(func() {
			release, err := s.Add(t.Context(), hash, dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer release()
			if err := s.Check(hash); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if hashes, err := s.List(); err != nil || len(hashes) != 2 {
		t.Errorf("the store has %v, %v", hashes, err)
	}
}

func TestPrune(t *testing.T) {
	s := newStore(t)
	kept, unused, held := add(t, s, "kept"), add(t, s, "unused"), add(t, s, "held")
	if err := errors.Join(s.Use(kept, "/a"), s.Use(kept, "/b"), s.Use(unused, "/a")); err != nil {
		t.Fatal(err)
	}
	release, err := s.Hold(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	names := func(lockFile, hash string) bool { return lockFile == "/b" && hash == kept }
	removed, err := s.Prune(t.Context(), names)
	if err != nil || len(removed) != 1 || removed[0] != unused || s.Has(unused) || !s.Has(kept) || !s.Has(held) {
		t.Errorf("removed %v, %v", removed, err)
	}
	release()
	if removed, err := s.Prune(t.Context(), names); err != nil || len(removed) != 1 || removed[0] != held {
		t.Errorf("then removed %v, %v", removed, err)
	}
}

// What fails to be installed does not take away what another has installed
// meanwhile.
func TestDiscard(t *testing.T) {
	s := newStore(t)
	hash := add(t, s, "one")
	release, err := s.Hold(t.Context(), hash)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(hash); err != nil || !s.Has(hash) {
		t.Errorf("while it is held: %v", err)
	}
	release()
	if err := s.Use(hash, "/a"); err != nil {
		t.Fatal(err)
	}
	if err := s.Discard(hash); err != nil || !s.Has(hash) {
		t.Errorf("while a lock file names it: %v", err)
	}
	none := func(string, string) bool { return false }
	if _, err := s.Prune(t.Context(), none); err != nil || s.Has(hash) {
		t.Errorf("it is not pruned: %v", err)
	}
	add(t, s, "one")
	if err := s.Discard(hash); err != nil || s.Has(hash) {
		t.Errorf("when nobody wants it: %v", err)
	}
}

// What is in a tree's place, and is none, is taken away. A link's target stays
// as it is.
func TestLinkInPlaceOfATree(t *testing.T) {
	s := newStore(t)
	hash := add(t, s, "one")
	path, _ := s.Path(hash)
	aside := filepath.Join(t.TempDir(), "aside")
	if err := os.Mkdir(aside, 0o700); err != nil {
		t.Fatal(err)
	}
	discard(path)
	if err := os.Symlink(aside, path); err != nil {
		t.Skip("there are no links here: ", err)
	}
	add(t, s, "one")
	if info, err := os.Stat(aside); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the target of the link is now %v, %v", info, err)
	}
	if err := s.Check(hash); err != nil {
		t.Error(err)
	}
}
