package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// tree writes empty files and returns the folder that they are in.
func tree(t *testing.T, paths ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, p := range paths {
		path := filepath.Join(dir, p)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func isText(name string) bool { return filepath.Ext(name) == ".txt" }

// found lists what is found as split:label:path.
func found(t *testing.T, dir string) []string {
	t.Helper()
	f, err := Open(dir, isText)
	if err != nil {
		t.Fatal(err)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range f.Splits {
		for _, file := range s.Files {
			path, err := filepath.Rel(real, file.Path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, s.Name+":"+file.Label+":"+path)
		}
	}
	return all
}

func TestOpen(t *testing.T) {
	for name, c := range map[string]struct{ paths, want []string }{
		"files":   {[]string{"b.txt", "a.txt", "c.png", ".d.txt"}, []string{"all::a.txt", "all::b.txt"}},
		"labels":  {[]string{"y/1.txt", "x/deep/2.txt", "x/1.txt", ".z/1.txt", "x/.deep/3.txt"}, []string{"all:x:x/1.txt", "all:x:x/deep/2.txt", "all:y:y/1.txt"}},
		"splits":  {[]string{"test/1.txt", "train/a/1.txt", "validation/1.txt"}, []string{"train:a:train/a/1.txt", "val::validation/1.txt", "test::test/1.txt"}},
		"a train": {[]string{"train/1.txt", "plane/1.txt"}, []string{"all:plane:plane/1.txt", "all:train:train/1.txt"}},
		"two val": {[]string{"train/1.txt", "val/1.txt", "valid/1.txt"}, []string{"all:train:train/1.txt", "all:val:val/1.txt", "all:valid:valid/1.txt"}},
		"no":      {nil, nil},
	} {
		if got := found(t, tree(t, c.paths...)); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

// Links are followed to files, labels and splits, and named as roots.
func TestLinks(t *testing.T) {
	away := tree(t, "pictures/1.txt", "lone.txt")
	dir := tree(t, "b/2.txt")
	for link, to := range map[string]string{"a": "pictures", "b/lone.txt": "lone.txt", "b/gone.txt": "gone", "b/deep": "pictures"} {
		if err := os.Symlink(filepath.Join(away, to), filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := Open(dir, isText)
	if err != nil {
		t.Fatal(err)
	}
	target, err := filepath.EvalSymlinks(filepath.Join(away, "pictures"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Roots, []string{dir, target}) {
		t.Errorf("roots %v", f.Roots)
	}
	want := []File{
		{Path: filepath.Join(target, "1.txt"), Label: "a"}, {Path: filepath.Join(dir, "b", "2.txt"), Label: "b"},
		{Path: filepath.Join(dir, "b", "gone.txt"), Label: "b"}, {Path: filepath.Join(dir, "b", "lone.txt"), Label: "b"},
	}
	if got := f.Splits[0].Files; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBadFolders(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "none"), isText); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	dir := tree(t, "caf\xe9/1.txt")
	if _, err := Open(dir, isText); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), `no UTF-8`) {
		t.Errorf("a label that is no UTF-8: %v", err)
	}
}

func TestLabels(t *testing.T) {
	of := func(labels ...string) ([]string, error) {
		var splits []Split
		for i, l := range labels {
			splits = append(splits, Split{Files: []File{{Path: string(rune('a' + i)), Label: l}}})
		}
		return Labels(splits)
	}
	if got, err := of("y", "x", "y"); err != nil || !slices.Equal(got, []string{"x", "y"}) {
		t.Errorf("got %v, %v", got, err)
	}
	if got, err := of("", ""); err != nil || got != nil {
		t.Errorf("without labels: got %v, %v", got, err)
	}
	if _, err := of("", "x"); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "b has a label, a has none") {
		t.Errorf("with and without: %v", err)
	}
}
