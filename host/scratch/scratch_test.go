//go:build unix && !aix && !solaris

package scratch

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/genhost/genhost/registry/flock"
)

func TestSweep(t *testing.T) {
	base := t.TempDir()
	make := func(name string, locked bool) string {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(filepath.Join(path, "plugin-dir1"), 0o700); err != nil {
			t.Fatal(err)
		}
		lock, err := flock.Open(filepath.Join(path, lockFile), os.O_RDWR|os.O_CREATE, flock.Alone)
		if err != nil {
			t.Fatal(err)
		}
		if locked {
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
