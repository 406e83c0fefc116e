package process

import (
	"os"
	"path/filepath"
	"testing"
)

// What was checked is what runs, though something else takes its place.
func TestFileIsWhatRuns(t *testing.T) {
	s := spec(t, "good")
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
	if doc := start(t, s).Plugin().Doc; doc != "good" {
		t.Errorf("what runs says %q", doc)
	}
}
