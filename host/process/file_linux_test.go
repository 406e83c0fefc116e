package process

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/genhost/genhost/host/process/sandbox"
)

// What was checked is what runs, though something else takes its place: in a
// sandbox too.
func TestFileIsWhatRuns(t *testing.T) {
	for _, box := range []*sandbox.Sandbox{nil, {}} {
		s := spec(t, "good")
		if s.Sandbox = box; box != nil {
			box.Run = []string{s.Path}
		}
		runsFile(t, s)
	}
}

// runsFile starts a copy of the plugin whose path has become another program's.
func runsFile(t *testing.T, s Spec) {
	t.Helper()
	program, err := os.ReadFile(s.Path)
	if err != nil {
		t.Fatal(err)
	}
	s.Path = filepath.Join(t.TempDir(), "plugin")
	if err := os.WriteFile(s.Path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	if s.File, err = os.Open(s.Path); err != nil {
		t.Fatal(err)
	}
	other := s.Path + ".new"
	if err := os.WriteFile(other, []byte("#!/bin/sh\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other, s.Path); err != nil {
		t.Fatal(err)
	}
	if s.Sandbox != nil {
		s.Sandbox.Run = append(s.Sandbox.Run, s.Path)
	}
	if doc := start(t, s).Plugin().Doc; doc != "good" {
		t.Errorf("what runs says %q", doc)
	}
}
