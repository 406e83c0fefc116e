package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// TestFolders reads labels and splits from folders.
func TestFolders(t *testing.T) {
	x := tone(8000, 441, 100)
	for _, c := range []struct {
		name   string
		files  []string
		split  string
		splits []string
		labels []string
		want   []float32 // labels of the rows
	}{
		{"flat", []string{"b.wav", "a.WAV", ".hidden.wav", "notes.txt"}, "", []string{"all"}, nil, nil},
		{"labels", []string{"kick/2.wav", "kick/deep/1.wav", "hat/1.wav", ".git/x.wav", "kick/.old/3.wav"}, "", []string{"all"}, []string{"hat", "kick"}, []float32{0, 1, 1}},
		{"splits", []string{"test/b/1.wav", "train/a/1.wav", "valid/c/1.wav"}, "test", []string{"train", "val", "test"}, []string{"a", "b", "c"}, []float32{1}},
		{"train is a label", []string{"train/1.wav", "bus/1.wav"}, "", []string{"all"}, []string{"bus", "train"}, []float32{0, 1}},
	} {
		contents := map[string][]byte{}
		for _, name := range c.files {
			contents[name] = x
		}
		dir := files(t, contents)
		link := filepath.Join(t.TempDir(), "link")
		if err := os.Symlink(dir, link); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{dir, link} {
			src := sdk.Source{Path: path, Split: c.split}
			info, err := modality(t, waveforms()).Inspect(t.Context(), src)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			var labels []string
			if len(info.Space.Conditions) > 0 {
				labels = info.Space.Conditions[0].Values
			}
			r := read(t, waveforms(), src)
			if !slices.Equal(info.Splits, c.splits) || !slices.Equal(labels, c.labels) || !slices.Equal(r.labels, c.want) {
				t.Errorf("%s: splits %v, labels %v, rows %v", c.name, info.Splits, labels, r.labels)
			}
			if info.Rows != r.batch().Len() || info.Files[0] != path || !slices.Contains(info.Files, dir) {
				t.Errorf("%s: %d rows and %d, of %v", c.name, info.Rows, r.batch().Len(), info.Files)
			}
		}
	}
}

func TestBadSources(t *testing.T) {
	x := tone(8000, 441, 100)
	for _, c := range []struct {
		name  string
		files map[string][]byte
		src   sdk.Source
		kind  error
		want  string
	}{
		{"some labels", map[string][]byte{"1.wav": x, "kick/1.wav": x}, sdk.Source{}, sdk.ErrBadInput, "1.wav has none"},
		{"no sounds", map[string][]byte{"1.mp3": x}, sdk.Source{}, sdk.ErrBadInput, "has no sounds"},
		{"empty test", map[string][]byte{"train/1.wav": x, "test/1.txt": x}, sdk.Source{}, sdk.ErrBadInput, "test has no sounds"},
		{"misspelt split", map[string][]byte{"train/1.wav": x, "test/1.wav": x}, sdk.Source{Split: "tst"}, sdk.ErrBadInput, `no split "tst"`},
		{"damaged head", map[string][]byte{"train/1.wav": x, "test/2.wav": x[:40]}, sdk.Source{}, sdk.ErrCorrupt, "2.wav"},
		{"misspelt dataset", nil, sdk.Source{Dataset: "drum"}, sdk.ErrBadInput, `no dataset "drum"`},
		{"both", nil, sdk.Source{Dataset: "drums", Path: "/"}, sdk.ErrBadInput, "not both"},
	} {
		if c.files != nil {
			c.src.Path = files(t, c.files)
		}
		_, err := modality(t, waveforms()).Inspect(t.Context(), c.src)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestOddFiles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems have no such names")
	}
	dir := files(t, map[string][]byte{"\xff\xfe/1.wav": tone(8000, 441, 100)})
	if _, err := modality(t, waveforms()).Inspect(t.Context(), sdk.Source{Path: dir}); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "no UTF-8") {
		t.Errorf("a label that is no UTF-8: got %v", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "x", "folder.wav"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := modality(t, waveforms()).Inspect(t.Context(), sdk.Source{Path: os.DevNull}); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("a device: got %v", err)
	}
	if err := os.Symlink(os.DevNull, filepath.Join(dir, "x", "device.wav")); err != nil {
		t.Fatal(err)
	}
	_, err := modality(t, waveforms()).Inspect(t.Context(), sdk.Source{Path: filepath.Join(dir, "x")})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "x has no sounds") {
		t.Errorf("a link to a device: got %v", err)
	}
}
