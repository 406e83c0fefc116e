package run

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
)

// stageAt makes what a killed process leaves, a while ago.
func stageAt(t *testing.T, root, name string, age time.Duration) (dir string) {
	t.Helper()
	dir = filepath.Join(root, name)
	if err := writeBytes(filepath.Join(dir, staged, lockFile), false, nil); err != nil {
		t.Fatal(err)
	}
	touch(t, dir, age)
	return dir
}

func touch(t *testing.T, path string, age time.Duration) {
	t.Helper()
	then := time.Now().Add(-age)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}

func TestCreateSweeps(t *testing.T) {
	locks(t)
	root := t.TempDir()
	gone := []string{stageAt(t, root, ".new-1", time.Hour), stageAt(t, root, ".old-22", time.Hour), filepath.Join(root, ".old-3")}
	if err := os.Mkdir(gone[2], 0o777); err != nil { // killed before it had a lock
		t.Fatal(err)
	}
	touch(t, gone[2], time.Hour)

	live := stageAt(t, root, ".new-4", time.Hour)
	l, err := take(filepath.Join(live, staged))
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	kept := []string{live, stageAt(t, root, ".new-5", 0), stageAt(t, root, ".new-mine", time.Hour), stageAt(t, root, "new-6", time.Hour)}
	create(t, root)
	for _, path := range gone {
		if exists(path) {
			t.Errorf("%s is left", path)
		}
	}
	for _, path := range kept {
		if !exists(path) {
			t.Errorf("%s is gone", path)
		}
	}
}

// A run is locked while it is made and while it is removed: a slow process is
// not taken for a dead one.
func TestSweepLeavesAStage(t *testing.T) {
	locks(t)
	root, p := t.TempDir(), plan()
	s, err := Prepare(root)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.fill(&p); err != nil {
		t.Fatal(err)
	}
	sweep(root, time.Now().Add(time.Hour))
	if !exists(filepath.Join(s.dir, staged, configFile)) {
		t.Error("a run that is being made is gone")
	}
	s.lock.release()
	sweep(root, time.Now().Add(time.Hour))
	if exists(s.dir) {
		t.Error("what is left of it stays")
	}
}

func TestRecordTidies(t *testing.T) {
	r := ended(t, create(t, t.TempDir()))
	checkpoint(t, r, 20)
	gone := []string{
		r.path("checkpoints", "step-00000030.tmp", sdk.WeightsFile),
		r.path("checkpoints", ".old-7", staged, sdk.WeightsFile),
		r.path("." + statusFile + ".99.tmp"),
	}
	kept := []string{
		r.path("checkpoints", "step-00000020", sdk.WeightsFile),
		r.path("checkpoints", "best.tmp", sdk.WeightsFile),
		r.path("checkpoints", "step-x.tmp"),
		r.path("mine.tmp"),
	}
	for _, path := range append(gone, kept[1:]...) {
		if err := writeBytes(path, false, nil); err != nil {
			t.Fatal(err)
		}
	}
	rec := record(t, r)
	for i, path := range gone {
		if exists(path) || i < 2 && exists(filepath.Dir(path)) {
			t.Errorf("%s is left", path)
		}
	}
	for _, path := range kept {
		if !exists(path) {
			t.Errorf("%s is gone", path)
		}
	}
	// What a live process has begun is its own.
	if err := os.Mkdir(r.path("checkpoints", "step-00000040.tmp"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Record(); err == nil {
		t.Error("two recorders")
	}
	if !exists(r.path("checkpoints", "step-00000040.tmp")) {
		t.Error("a live process's checkpoint is gone")
	}
	if err := rec.End(Done, ""); err != nil {
		t.Fatal(err)
	}
}
