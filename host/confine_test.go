package host

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/sdk"
)

// files makes files, each with its name in it, and returns their folder.
func files(t *testing.T, names ...string) string {
	t.Helper()
	dir, err := realPath(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(dir, name)
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(name), 0o666))
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// What a user names as data stands for what belongs to it, and for nothing else.
func TestReadable(t *testing.T) {
	dir := files(t, "pictures/a.png", "far/b.png", "far/deep/c.png", "train-images.gz", "train-labels.gz", "test-images.gz", ".netrc", "train")
	for _, link := range [][2]string{
		{"far/b.png", "pictures/b.png"}, {"far/deep", "pictures/deep"}, {"pictures", "far/deep/round"}, {"nowhere", "pictures/gone"},
	} {
		if err := os.Symlink(filepath.Join(dir, link[0]), filepath.Join(dir, link[1])); err != nil {
			t.Skip("there are no links here: ", err)
		}
	}
	list := "\ufeff# pictures\n\npictures/a.png\tboot\n" + filepath.Join(dir, "far", "b.png") + "\nnowhere.png\n"
	if err := os.WriteFile(filepath.Join(dir, "list.txt"), []byte(list), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "prose.txt"), []byte("It was night.\nfar/b.png\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for data, want := range map[string][]string{
		"pictures":        {"pictures", "far/b.png", "far/deep"},
		"pictures/b.png":  {"far/b.png"},
		"train-images.gz": {"train-images.gz", "train", "train-labels.gz"},
		".netrc":          {".netrc"},
		"list.txt":        {"list.txt", "pictures/a.png", "far/b.png"},
		"prose.txt":       {"prose.txt"},
		"nowhere":         nil,
	} {
		var got []string
		for _, path := range readable(filepath.Join(dir, data)).paths {
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, filepath.ToSlash(rel))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", data, got, want)
		}
	}
}

// Data that somebody else has made leads to nothing that is hidden in a home,
// unless it lies there itself; and where it leads out of its folder, that is told.
func TestDataLeadsToNothingHidden(t *testing.T) {
	dir := files(t, "home/.ssh/id", "home/.netrc", "home/.cache/a/x.png", "home/.cache/b.png", "home/open/y.png", "home/pictures/.thumbs/z.png", "far/c.png")
	home := filepath.Join(dir, "home")
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for from, to := range map[string]string{
		"home/pictures/key": "home/.ssh/id", "home/pictures/keys": "home/.ssh", "home/pictures/all": "home", "home/pictures/more": ".",
		"home/pictures/y.png": "home/open/y.png", "home/pictures/c.png": "far/c.png", "home/pictures/z.png": "home/pictures/.thumbs/z.png",
		"home/.cache/a/b.png": "home/.cache/b.png", "home/.cache/a/key": "home/.ssh/id",
	} {
		if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, from)); err != nil {
			t.Skip("there are no links here: ", err)
		}
	}
	list := ".netrc\n.ssh/id\nopen/y.png\n../far/c.png\n"
	if err := os.WriteFile(filepath.Join(home, "list.txt"), []byte(list), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ data, paths, outside, withheld string }{
		{"home/pictures", "home/pictures home/pictures/.thumbs/z.png far/c.png home/open/y.png", "far/c.png home/open/y.png", "home home/.ssh/id home/.ssh ."},
		{"home/list.txt", "home/list.txt home/open/y.png far/c.png", "far/c.png", "home/.netrc home/.ssh/id"},
		{"home/pictures/key", "", "", "home/.ssh/id"},
		{"home/.ssh/id", "home/.ssh/id", "", ""},
		{"home/.ssh", "home/.ssh", "", ""},
		{"home", "home home/.cache/b.png home/.ssh home/.ssh/id home/open/y.png home/pictures/.thumbs/z.png far/c.png", "far/c.png", "."},
		{"home/.cache/a", "home/.cache/a home/.cache/b.png", "home/.cache/b.png", "home/.ssh/id"},
	} {
		r := readable(filepath.Join(dir, c.data))
		for _, got := range []struct {
			what, want string
			paths      []string
		}{{"paths", c.paths, r.paths}, {"outside", c.outside, r.outside}, {"withheld", c.withheld, r.withheld}} {
			var want []string
			for _, path := range strings.Fields(got.want) {
				want = append(want, filepath.Join(dir, path))
			}
			slices.Sort(want)
			if slices.Sort(got.paths); !slices.Equal(got.paths, want) {
				t.Errorf("%s: %s %q, want %q", c.data, got.what, got.paths, want)
			}
		}
		if words := strings.Join(r.words("it"), "\n"); strings.Contains(words, "may read ") != (c.outside != "") || strings.Contains(words, "may not read: ") != (c.withheld != "") {
			t.Errorf("%s: said %q", c.data, words)
		}
	}
}

// A folder is a plugin's own unless it holds all that a user, or the host, has.
// A script's interpreter may be in an environment of the user's.
func TestOwnFiles(t *testing.T) {
	dir := files(t, "bin/plugin", "plugin", "runs/run", "cache/build", "python/bin/python3.12", "python/lib/os.py", "venv/pyvenv.cfg", "venv/bin/pip")
	if err := os.Symlink("../../python/bin/python3.12", filepath.Join(dir, "venv", "bin", "python")); err != nil {
		t.Skip("there are no links here: ", err)
	}
	if err := os.Chmod(filepath.Join(dir, "python", "bin", "python3.12"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", filepath.Join(dir, "venv", "bin"))
	for name, line := range map[string]string{"script": "#!" + filepath.Join(dir, "venv/bin/python") + " -u\n", "bin/script": "#!/usr/bin/env python\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(line), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h := &Host{dir: filepath.Join(dir, "runs"), cache: filepath.Join(dir, "cache")}
	python := []string{"venv/bin/python", "venv", "python/bin/python3.12", "python"}
	for name, want := range map[string][]string{
		"bin/plugin": {"bin/plugin"}, // what lies beside it, in Downloads maybe, is not its
		"plugin":     {"plugin"},
		"script":     append([]string{"script"}, python...),
		"bin/script": append([]string{"bin/script", "bin"}, python...),
	} {
		got := map[string]bool{}
		for _, path := range h.ownFiles(registry.Executable{Path: filepath.Join(dir, name)}) {
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				t.Fatal(err)
			}
			got[filepath.ToSlash(rel)] = true
		}
		for _, w := range want {
			if !got[w] {
				t.Errorf("%s lacks %s", name, w)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has %v, want %q", name, got, want)
		}
	}
	if got := h.ownFiles(registry.Executable{Path: "/usr/bin/sh", Dir: dir}); !slices.Contains(got, dir) {
		t.Errorf("a package has %q", got)
	}
}

// Where no sandbox can be had, one that is required is an error of models.toml.
func TestRequiredWithoutGate(t *testing.T) {
	h := &Host{}
	required := registry.Grant{Sandbox: registry.SandboxRequire}
	_, used := h.launcher(registry.Plugin{Name: "p", Grant: required}, registry.Executable{})(t.Context(), quick)
	_, installed := h.ask(t.Context(), "p", required, registry.Executable{})
	for _, err := range []error{used, installed} {
		if !errors.Is(err, registry.ErrConfig) || !errors.Is(err, sandbox.ErrLacking) {
			t.Errorf("got %v", err)
		}
	}
}

// A sly modality writes something else than it was asked to.
type sly struct {
	sdk.Modality
	write func(dir string) string
}

func (s sly) Write(_ context.Context, _ sdk.Space, _ sdk.Batch, dir string, _ []string) ([]string, error) {
	return []string{s.write(dir)}, nil
}

// The host takes from a plugin's folder files that it has asked for, and
// nothing that they only lead to.
func TestTakesWhatItAskedFor(t *testing.T) {
	h := &Host{cache: t.TempDir()}
	secret := filepath.Join(files(t, "secret"), "secret")
	link := func(from, to string) {
		if err := os.Symlink(from, to); err != nil {
			t.Skip("there are no links here: ", err)
		}
	}
	for name, write := range map[string]func(dir string) string{
		"another folder": func(string) string { return secret },
		"the way out":    func(dir string) string { return filepath.Join(dir, "..", "7-000000.txt") },
		"another name": func(dir string) string {
			path := filepath.Join(dir, ".bashrc")
			os.WriteFile(path, nil, 0o666)
			return path
		},
		"a link": func(dir string) string {
			path := filepath.Join(dir, "7-000000.txt")
			link(secret, path)
			return path
		},
		"a linked folder": func(dir string) string {
			link(filepath.Dir(secret), filepath.Join(dir, "7-000000"))
			return filepath.Join(dir, "7-000000", "secret")
		},
		"a folder": func(dir string) string {
			path := filepath.Join(dir, "7-000000.d")
			os.Mkdir(path, 0o777)
			return path
		},
	} {
		s, err := h.newStage()
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{modality: sly{write: write}, stage: s}
		out := t.TempDir()
		_, err = r.write(t.Context(), sdk.Space{}, sdk.Batch{}, out, []string{"7-000000"})
		if err == nil {
			t.Errorf("%s: taken", name)
		}
		if left, _ := os.ReadDir(out); len(left) > 0 {
			t.Errorf("%s: there is %v", name, left)
		}
		s.remove()
		if strings.Contains(name, "link") {
			if _, err := os.Stat(secret); err != nil {
				t.Errorf("%s: the secret is gone", name)
			}
		}
	}
}

// A file goes from a stage into the cache; a link that leads out of it does not.
func TestMoveTakesFiles(t *testing.T) {
	h := &Host{cache: t.TempDir()}
	secret := filepath.Join(files(t, "secret"), "secret")
	s, err := h.newStage()
	if err != nil {
		t.Fatal(err)
	}
	defer s.remove()
	if err := os.WriteFile(filepath.Join(s.dir, "rows"), []byte("rows"), 0o666); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(h.cache, "rows")
	if err := s.move("rows", path); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "rows" {
		t.Errorf("got %q, %v", b, err)
	}
	if err := os.Symlink(secret, filepath.Join(s.dir, "link")); err != nil {
		t.Skip("there are no links here: ", err)
	}
	path = filepath.Join(h.cache, "link")
	if err := s.move("link", path); !errors.Is(err, sdk.ErrProtocol) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is there: %v", err)
	}
}
