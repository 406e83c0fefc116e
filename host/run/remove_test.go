package run

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func ended(t *testing.T, r *Run) *Run {
	t.Helper()
	if err := record(t, r).End(Done, ""); err != nil {
		t.Fatal(err)
	}
	return r
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestRemove(t *testing.T) {
	root := t.TempDir()
	for _, as := range []string{"vae-1", filepath.Join(root, "vae-1"), filepath.Join(root, "vae-1") + "/.", "latest"} {
		r := ended(t, create(t, root))
		if name, err := Remove(root, as, false); err != nil || name != "vae-1" {
			t.Errorf("Remove(%q): %q, %v", as, name, err)
		}
		if entries, _ := os.ReadDir(root); len(entries) != 0 || exists(r.Dir) {
			t.Errorf("left over: %v", entries)
		}
	}
}

func TestRemoveRefuses(t *testing.T) {
	home := t.TempDir()
	root, other := filepath.Join(home, "runs"), filepath.Join(home, "other")
	ended(t, create(t, root))
	outside := ended(t, create(t, other))
	photos := filepath.Join(root, "photos")
	if err := os.MkdirAll(photos, 0o777); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(root, "link")
	if err := os.Symlink(outside.Dir, link); err != nil {
		t.Skip(err)
	}
	for name, want := range map[string]error{
		"photos": ErrNotFound, "vae-2": ErrNotFound, "..": ErrNotFound, ".": ErrNotFound, "": ErrNotFound,
		root: ErrNotFound, home: ErrNotFound, outside.Dir: sdk.ErrBadInput, "link": sdk.ErrBadInput, link: sdk.ErrBadInput,
	} {
		if _, err := Remove(root, name, true); !errors.Is(err, want) {
			t.Errorf("Remove(%q): %v, want %v", name, err, want)
		}
	}
	for _, path := range []string{photos, outside.path(configFile), filepath.Join(root, "vae-1", configFile), link} {
		if !exists(path) {
			t.Errorf("%s is gone", path)
		}
	}
}

func TestRemoveFollowsNoLinksInARun(t *testing.T) {
	home := t.TempDir()
	treasure := filepath.Join(home, "treasure")
	if err := writeBytes(filepath.Join(treasure, "gold"), false, []byte("gold")); err != nil {
		t.Fatal(err)
	}
	r := ended(t, create(t, filepath.Join(home, "runs")))
	if err := os.Symlink(treasure, r.path("samples", "link")); err != nil {
		t.Skip(err)
	}
	if _, err := Remove(filepath.Join(home, "runs"), r.Name, false); err != nil {
		t.Fatal(err)
	}
	if !exists(filepath.Join(treasure, "gold")) {
		t.Error("what a link in the run points to is gone")
	}
}

func TestRemoveByForce(t *testing.T) {
	root := t.TempDir()
	training := create(t, root)
	if _, err := Remove(root, training.Name, false); !errors.Is(err, ErrBusy) {
		t.Errorf("training: %v", err)
	}
	damaged := create(t, root)
	if err := os.Truncate(damaged.path(statusFile), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := Remove(root, damaged.Name, false); !errors.Is(err, sdk.ErrCorrupt) {
		t.Errorf("damaged: %v", err)
	}
	for _, r := range []*Run{training, damaged} {
		if _, err := Remove(root, r.Name, true); err != nil || exists(r.Dir) {
			t.Errorf("by force: %v", err)
		}
	}
}
