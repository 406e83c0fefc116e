package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
)

// asNobody does something in the name of a user to whom no file belongs.
func asNobody(t *testing.T, do func()) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can be somebody else")
	}
	runtime.LockOSThread() // whose rights they are
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(65534); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setfsuid(0)
	do()
}

// Who cannot write in a store runs what is there all the same, and where that
// can be seen it is not pruned.
func TestForeignStore(t *testing.T) {
	s := newStore(t)
	hash := add(t, s, "one")
	if err := os.Chmod(filepath.Dir(filepath.Dir(s.Dir)), 0o755); err != nil { // the test's own
		t.Fatal(err)
	}
	none := func(string, string) bool { return false }
	hold := func() (release func()) {
		asNobody(t, func() {
			if err := os.WriteFile(filepath.Join(s.Dir, "x"), nil, 0o666); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("nobody can write in the store: %v", err)
			}
			var err error
			if release, err = s.Hold(t.Context(), hash); err != nil {
				t.Fatal(err)
			}
			p, err := s.Open(hash, "bin/tool")
			if err != nil {
				t.Fatal(err)
			}
			p.File.Close()
		})
		return release
	}
	release := hold()
	if removed, err := s.Prune(t.Context(), none); err != nil || len(removed) > 0 {
		t.Errorf("what is held was pruned: %v, %v", removed, err)
	}
	release()
	if err := os.RemoveAll(filepath.Join(s.Dir, "locks")); err != nil {
		t.Fatal(err)
	}
	hold()()
	if removed, err := s.Prune(t.Context(), none); err != nil || len(removed) != 1 {
		t.Errorf("what is released is not pruned: %v, %v", removed, err)
	}
}
