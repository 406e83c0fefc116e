package lock

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
)

func TestWriteAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), Name)
	f, err := Read(path)
	if err != nil || len(f.Plugins) != 0 {
		t.Fatalf("without a file: %+v, %v", f, err)
	}
	far := Plugin{
		Name: "far", Source: "oci://example.com/far", Constraint: "~> 1.0", Pinned: true, Package: "far-out", Version: "1.2.3",
		Archive: "sha256:12", Signer: "acme", Key: "RWQ=", Trees: map[string]string{"linux/amd64": "h1:a", "darwin/arm64": "h1:b"},
	}
	mine := Plugin{Name: "mine", Source: "./mine", Trees: map[string]string{}}
	f = f.With(mine).With(Plugin{Name: "far", Source: "old"}).With(far)
	if err := f.Write(); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	want := []Plugin{far, mine} // sorted
	if err != nil || !reflect.DeepEqual(got.Plugins, want) {
		t.Errorf("got %+v, %v, want %+v", got.Plugins, err, want)
	}
	if got.Text() != f.Text() {
		t.Error("it is written otherwise when it was read")
	}
	if !got.Names("h1:b") || got.Names("h1:c") {
		t.Error("which trees it names is wrong")
	}
	if p, ok := got.Without("far").Plugin("far"); ok {
		t.Errorf("it still has %v", p)
	}
	if i, j := strings.Index(f.Text(), "darwin"), strings.Index(f.Text(), "linux"); i > j {
		t.Error("targets are not sorted")
	}
}

func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		"schema = 2\n":                               "schema is not 1",
		"schema = 1\n[plugins.a]\nsorce = 'x'\n":     ":3: unknown key plugins.a.sorce",
		"schema = 1\n[plugins.a]\nsource = './a'\n":  "plugins.a is not whole",
		"schema = 1\n[plugins.a]\npinned = false\n":  "plugins.a is not whole",
		"schema = 1\n<<<<<<< HEAD\n[plugins.a]\n":    ":2: ",
		"schema = 1\nplugins.a.trees = ['h1:abc']\n": "want a table",
	} {
		path := filepath.Join(t.TempDir(), Name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); !errors.Is(err, fault.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
