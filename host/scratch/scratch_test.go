//go:build unix && !aix && !solaris

package scratch

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestSweep(t *testing.T) {
	base := t.TempDir()
	make := func(name string, locked bool) string {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Join(path, "plugin-dir1"), 0o700); err != nil {
			t.Fatal(err)
		}
		lock, err := os.Create(filepath.Join(path, lockFile))
		if err != nil {
			t.Fatal(err)
		}
		if locked {
			if ok, err := tryLock(lock); !ok || err != nil {
				t.Fatal(ok, err)
			}
			t.Cleanup(func() { lock.Close() })
		} else {
			lock.Close()
		}
		return path
	}
	left, held := make("p1", false), make("p2", true)
	if err := os.Mkdir(filepath.Join(base, "p3"), 0o700); err != nil {
		t.Fatal(err)
	}
	sweep(base, time.Now().Add(-time.Hour))
	if _, err := os.Stat(left); err != nil {
		t.Errorf("a new folder was swept: %v", err)
	}
	sweep(base, time.Now().Add(time.Hour))
	if entries, _ := os.ReadDir(base); len(entries) != 1 || entries[0].Name() != filepath.Base(held) {
		t.Errorf("left are %v", entries)
	}
}
