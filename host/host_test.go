package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// Each row stands above its own reconstruction, also in a line that is short.
func TestAbove(t *testing.T) {
	real := sdk.Batch{Shape: []int{1}, Data: []float32{1, 2, 3}}
	again := sdk.Batch{Shape: []int{1}, Data: []float32{-1, -2, -3}}
	got := above(real, again, 2).Data
	want := []float32{1, 2, -1, -2, 3, 0, -3, 0}
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// The digest of data follows names and contents, not times.
func TestContentOf(t *testing.T) {
	h := &Host{cache: t.TempDir()}
	dir := t.TempDir()
	file := filepath.Join(dir, "a", "b.png")
	put := func(text string, age time.Duration) string {
		t.Helper()
		os.MkdirAll(filepath.Dir(file), 0o777)
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(file, when, when); err != nil {
			t.Fatal(err)
		}
		sum, err := h.contentOf(context.Background(), []string{dir})
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	first := put("one", time.Hour)
	if again := put("one", 2*time.Hour); again != first {
		t.Error("another time gives another digest")
	}
	if other := put("two", 3*time.Hour); other == first {
		t.Error("another content of the same length gives the same digest")
	}
	if back := put("one", time.Hour); back != first {
		t.Error("the old content gives another digest")
	}
	// A file that has just been written may change again at the same time.
	young := put("one", 0)
	stamp, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	os.WriteFile(file, []byte("two"), 0o666)
	os.Chtimes(file, stamp.ModTime(), stamp.ModTime())
	if changed, err := h.contentOf(context.Background(), []string{dir}); err != nil || changed == young {
		t.Errorf("a change within the clock's grain is not seen: %v", err)
	}
	if _, err := h.contentOf(context.Background(), []string{filepath.Join(dir, "none")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// Links are followed, to files and folders, and may go round.
func TestContentOfLinks(t *testing.T) {
	h := &Host{cache: t.TempDir()}
	dir := t.TempDir()
	for _, sub := range []string{"real/label", "linked"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	picture := filepath.Join(dir, "real", "label", "a.png")
	os.Symlink(filepath.Join(dir, "real", "label"), filepath.Join(dir, "linked", "label"))
	os.Symlink(filepath.Join(dir, "linked"), filepath.Join(dir, "linked", "round"))
	os.Symlink("nowhere", filepath.Join(dir, "linked", "broken"))
	os.Symlink(filepath.Join(dir, "linked"), filepath.Join(dir, "root"))
	for _, root := range []string{"linked", "root"} {
		var sums []string
		for _, text := range []string{"one", "two!"} {
			if err := os.WriteFile(picture, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			sum, err := h.contentOf(context.Background(), []string{filepath.Join(dir, root)})
			if err != nil {
				t.Fatal(err)
			}
			sums = append(sums, sum)
		}
		if sums[0] == sums[1] {
			t.Errorf("%s: a picture behind a link has changed, the digest has not", root)
		}
	}
}

func TestStem(t *testing.T) {
	for name, want := range map[string]string{"fashion": "fashion", "My Pictures": "my-pictures", "été-1": "t--1", "..": ""} {
		if got := stem(name); got != want {
			t.Errorf("stem(%q) = %q, want %q", name, got, want)
		}
	}
}

// The command line wins over models.toml, which wins over defaults; read. is
// for the modality.
func TestResolve(t *testing.T) {
	schema := sdk.SchemaOf(struct {
		A int `json:"a" help:"first"`
		B int `json:"b" help:"second"`
		C int `json:"c" help:"third"`
	}{1, 1, 1})
	m := registry.Model{Name: "m", Settings: sdk.Settings{"b": []byte("2"), "c": []byte("2")}, Read: sdk.Settings{"a": []byte("4")}}
	set := []string{"c=3", "read.b=5"}
	for table, want := range map[registry.Table][3]string{
		registry.SettingsTable: {"1", "2", "3"}, registry.ReadTable: {"4", "5", "1"},
	} {
		got, err := resolve(schema, m, table, set)
		if err != nil || string(got["a"]) != want[0] || string(got["b"]) != want[1] || string(got["c"]) != want[2] {
			t.Errorf("%s: %s, %v; want %v", table, got, err, want)
		}
	}
}

func TestSameRows(t *testing.T) {
	a := sdk.Space{Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 2}}}
	b, c := a, a
	b.Conditions = []sdk.Condition{{Name: "label"}}
	c.Segments = []sdk.Segment{{Kind: sdk.Real, Len: 2}}
	if err := sameRows(a, b); err != nil {
		t.Errorf("conditions are not rows: %v", err)
	}
	if err := sameRows(a, c); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("real rows are not unit rows: %v", err)
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	now := time.Now()
	for name, age := range map[string]time.Duration{"used": time.Hour, "unused": 48 * time.Hour} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		os.Chtimes(path, now.Add(-age), now.Add(-age))
	}
	if err := prune(dir, now.Add(-24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !exists(filepath.Join(dir, "used")) || exists(filepath.Join(dir, "unused")) {
		t.Error("the wrong file is gone")
	}
}
