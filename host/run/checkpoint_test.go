package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// checkpoint writes one as a job does, and returns its folder.
func checkpoint(t *testing.T, r *Run, step int) string {
	t.Helper()
	root, err := r.CheckpointDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(root, fmt.Sprintf("step-%08d", step))
	if err := writeBytes(filepath.Join(dir, sdk.WeightsFile), false, []byte("weights")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLastCheckpoint(t *testing.T) {
	r := create(t, t.TempDir())
	_, err := r.Checkpoint()
	if !errors.Is(err, sdk.ErrNotTrained) || !strings.Contains(err.Error(), "vae-1 has no checkpoint") {
		t.Errorf("none: %v", err)
	}
	if hints := sdk.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "wait") {
		t.Errorf("hints %q", hints)
	}
	checkpoint(t, r, 900)
	checkpoint(t, r, 123456789) // a longer number than the others
	checkpoint(t, r, 1000)
	for _, odd := range []string{"step-999999999.tmp", "step-x", ".old-step-999999999"} {
		if err := writeBytes(r.path("checkpoints", odd, sdk.WeightsFile), false, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(r.path("checkpoints", "step-2000000000"), 0o777); err != nil { // no weights
		t.Fatal(err)
	}
	if err := writeBytes(r.path("checkpoints", "step-3000000000"), false, nil); err != nil {
		t.Fatal(err)
	}
	c, err := r.Checkpoint()
	if err != nil || c.Step != 123456789 || filepath.Base(c.Weights) != sdk.WeightsFile {
		t.Errorf("got %+v, %v", c, err)
	}
}

// A plugin writes the checkpoints. What it only links to is not weights: the next
// one to load them would be let at it.
func TestLinkIsNoCheckpoint(t *testing.T) {
	r := create(t, t.TempDir())
	secret := filepath.Join(t.TempDir(), "id_ed25519")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := checkpoint(t, r, 1)
	weights := filepath.Join(dir, sdk.WeightsFile)
	if err := os.Remove(weights); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, weights); err != nil {
		t.Skip("there are no links here: ", err)
	}
	if err := os.Symlink(dir, r.path("checkpoints", "step-2")); err != nil {
		t.Fatal(err)
	}
	if all, err := r.Checkpoints(); err != nil || len(all) > 0 {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestThreeCheckpointsAreKept(t *testing.T) {
	r := create(t, t.TempDir())
	rec := record(t, r)
	unfinished := r.path("checkpoints", "step-00000050.tmp")
	if err := os.Mkdir(unfinished, 0o777); err != nil {
		t.Fatal(err)
	}
	for step := 10; step <= 60; step += 10 {
		dir := checkpoint(t, r, step)
		if err := rec.Event(sdk.Event{Position: at(step), Checkpoint: dir}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := r.Checkpoints()
	if err != nil {
		t.Fatal(err)
	}
	var steps []int
	for _, c := range all {
		steps = append(steps, c.Step)
	}
	if want := []int{40, 50, 60}; !slices.Equal(steps, want) {
		t.Errorf("kept %v, want %v", steps, want)
	}
	if entries, _ := os.ReadDir(r.path("checkpoints")); len(entries) != 4 {
		t.Errorf("there are %v", entries)
	}
}
