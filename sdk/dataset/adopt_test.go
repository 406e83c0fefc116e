package dataset_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
)

func TestAdopt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d")
	var told int
	w := dataset.Create(path)
	w.Progress = func(rows int) { told = rows }
	if err := os.WriteFile(path, []byte("whole"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := w.Adopt(7); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil || w.Rows() != 7 || told != 7 {
		t.Errorf("%d rows, told %d, %v", w.Rows(), told, err)
	}
	w.Abort()
	if b, err := os.ReadFile(path); string(b) != "whole" {
		t.Errorf("the file is %q, %v", b, err)
	}
	if err := w.Adopt(8); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: got %v", err)
	}
	if err := dataset.Create(filepath.Join(t.TempDir(), "gone")).Adopt(1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	begun := dataset.Create(filepath.Join(t.TempDir(), "begun"))
	space := sdk.Space{Modality: "x", Shape: []int{1}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 1}}}
	if err := begun.Begin(space, sdk.Bytes); err != nil {
		t.Fatal(err)
	}
	if err := begun.Adopt(1); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("after Begin: got %v", err)
	}
}
