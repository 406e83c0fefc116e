package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
)

func plan() Plan {
	return Plan{
		Config: Config{
			Genhost: "0.1.0", Seed: 7, Threads: 2, MaxSteps: 100, CheckpointEvery: time.Minute, Previews: 64, HeldOut: 500, Patience: 7,
			Model:    Model{Name: "mine", Plugin: "vae", As: "vae", Family: "vae"},
			Source:   Source{From: "fashion", Dataset: "fashion", Train: "train", Test: "test", Modality: "image", Plugin: "image"},
			Settings: sdk.Settings{"latent": json.RawMessage("32"), "hidden": json.RawMessage("[256,128]"), "rate": json.RawMessage("0.001")},
			Reading:  sdk.Settings{"gray": json.RawMessage("true")},
		},
		Data: Dataset{
			Source: "fashion", Name: "fashion", Licence: "MIT",
			Splits: []Split{{"train", 60000, "ab"}, {"test", 10000, "cd"}},
			Space: sdk.Space{
				Modality: "image", Shape: []int{2, 2, 1}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 4}},
				Conditions: []sdk.Condition{{Name: "label", Values: []string{"a", "b"}}},
			},
		},
		Env: ThisMachine("0.1.0", 2),
	}
}

func create(t *testing.T, root string) *Run {
	t.Helper()
	r, err := createIn(root, "vae", plan())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.lock.release() })
	return r
}

func TestOpenReturnsWhatWasCreated(t *testing.T) {
	root := filepath.Join(t.TempDir(), "deep", "runs")
	made := *create(t, root)
	made.lock = nil
	for _, name := range []string{"vae-1", filepath.Join(root, "vae-1"), filepath.Join(root, "vae-1") + "/", "latest"} {
		got, err := Open(root, name)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(*got, made) {
			t.Errorf("Open(%q):\ngot  %+v\nwant %+v", name, got, made)
		}
	}
}

func TestCreateRaces(t *testing.T) {
	root, n := t.TempDir(), 20
	names, runs := make([]string, n), make([]*Run, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if r, err := createIn(root, "vae", plan()); err != nil {
				t.Error(err)
			} else {
				names[i], runs[i] = r.Name, r
			}
		})
	}
	// Whoever looks meanwhile sees complete runs only.
	for range 50 {
		all, err := List(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			if s.Damage != "" || s.State != Training {
				t.Fatalf("a half-made run: %+v", s)
			}
		}
	}
	wg.Wait()
	for _, r := range runs {
		r.lock.release()
	}
	slices.SortFunc(names, byNumber)
	for i, name := range names {
		if want := fmt.Sprintf("vae-%d", i+1); name != want {
			t.Errorf("run %d is called %s, want %s", i, name, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestCreateCountsFromTheHighest(t *testing.T) {
	root := t.TempDir()
	for _, taken := range []string{"vae-3", "vae-x", "vae-12-old", "gan-9"} {
		if err := os.WriteFile(filepath.Join(root, taken), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if r := create(t, root); r.Name != "vae-4" {
		t.Errorf("got %s, want vae-4", r.Name)
	}
}

func TestCreateNamed(t *testing.T) {
	root := t.TempDir()
	if r, err := createNamedIn(root, "first.try", plan()); err != nil || r.Name != "first.try" {
		t.Fatal(r, err)
	}
	_, err := createNamedIn(root, "first.try", plan())
	if !errors.Is(err, fs.ErrExist) || len(sdk.Hints(err)) == 0 {
		t.Errorf("a name taken twice: %v, hints %v", err, sdk.Hints(err))
	}
	for _, bad := range []string{"", ".", "..", ".x", "-x", "a/b", `a\b`, "a b", "latest", "é", "x\x00", strings.Repeat("x", 101)} {
		if _, err := createNamedIn(root, bad, plan()); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("name %q: %v", bad, err)
		}
		if _, err := createIn(root, "/"+bad, plan()); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("stem %q: %v", "/"+bad, err)
		}
	}
}

func TestCreateWhereNoFolderCanBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := createIn(filepath.Join(file, "runs"), "vae", plan()); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v, want an error that names %s", err, file)
	}
}

// Settings come back as equal JSON, whatever strings and numbers they hold.
func TestConfigRoundTrip(t *testing.T) {
	c := plan().Config
	c.Created = time.Date(2026, 11, 23, 22, 8, 0, 123e6, time.UTC)
	c.Seed = math.MaxUint64
	c.Source.Dataset = ""
	c.Source.Path = "/tmp/a \"quoted\"\tpath\\ with \x7f and ünï"
	c.Settings = sdk.Settings{
		"text": json.RawMessage(`"a\u001f\"\\\n\u007f\ud83d\ude00<&>"`), "empty": json.RawMessage(`""`), "none": json.RawMessage(`[]`),
		"small": json.RawMessage(`1e-12`), "large": json.RawMessage(`123456789012345678901234567890`), "whole": json.RawMessage(`-9007199254740992`),
		"flag": json.RawMessage(` false `), "names": json.RawMessage(`["a", "b"]`), "odd key.ü": json.RawMessage(`1`), "": json.RawMessage(`2`),
	}
	data, err := encodeConfig(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeConfig(data)
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	for name, raw := range c.Settings {
		var a, b any
		if json.Unmarshal(raw, &a) != nil || json.Unmarshal(got.Settings[name], &b) != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("setting %q: %s became %s", name, raw, got.Settings[name])
		}
	}
	got.Settings, c.Settings = nil, nil
	if !reflect.DeepEqual(got, c) {
		t.Errorf("got  %+v\nwant %+v", got, c)
	}
}

func TestConfigRefuses(t *testing.T) {
	for _, bad := range []string{"null", "{}", "[null]", "[[{}]]", "", "1 2e"} {
		c := plan().Config
		c.Settings = sdk.Settings{"odd": json.RawMessage(bad)}
		if data, err := encodeConfig(c); err == nil && bad != "1 2e" || err != nil && !strings.Contains(err.Error(), "odd") {
			t.Errorf("setting %q: %v\n%s", bad, err, data)
		}
	}
	c := plan().Config
	c.Source.Path = "\xff"
	if _, err := encodeConfig(c); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("a path that is not UTF-8: %v", err)
	}
	c = plan().Config
	c.Settings = sdk.Settings{"\xff": json.RawMessage("1")}
	if _, err := encodeConfig(c); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("a name that is not UTF-8: %v", err)
	}
	good, err := encodeConfig(plan().Config)
	if err != nil {
		t.Fatal(err)
	}
	for old, bad := range map[string]string{
		"seed = 7":             "seed = -7",
		"threads = 2":          `threads = "two"`,
		"previews = 64":        "previews = 64\nrows = 3",
		"latent = 32":          "latent = 2026-01-01",
		"rate = 0.001":         "rate = nan",
		"hidden = [256,":       "hidden = [{a = 1},",
		`family = "vae"`:       "",
		`path = ""`:            `path = "/home/me/.ssh"`, // where it has a dataset
		`checkpoint_every = "`: `checkpoint_every = "soon`,
	} {
		if !strings.Contains(string(good), old) {
			t.Fatalf("there is no %q in\n%s", old, good)
		}
		if _, err := decodeConfig([]byte(strings.Replace(string(good), old, bad, 1))); err == nil {
			t.Errorf("%q for %q: no error", bad, old)
		}
	}
}

// However many bytes are left of a run.toml, it is refused, or nothing that
// matters is missing.
func TestConfigText(t *testing.T) {
	r := create(t, t.TempDir())
	want, err := encodeConfig(r.Config)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.ConfigText(); err != nil || got != string(want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if err := os.Remove(r.path(configFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ConfigText(); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), r.path(configFile)) {
		t.Errorf("no %s: %v", configFile, err)
	}
}

func TestTruncatedConfig(t *testing.T) {
	whole, err := encodeConfig(plan().Config)
	if err != nil {
		t.Fatal(err)
	}
	want, err := decodeConfig(whole)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for n := range whole {
		got, err := decodeConfig(whole[:n])
		if err != nil {
			refused++
		} else if !reflect.DeepEqual(got, want) {
			t.Errorf("cut after %d of %d bytes, it gives %+v", n, len(whole), got)
		}
	}
	if refused < len(whole)-20 {
		t.Errorf("refused %d of %d", refused, len(whole))
	}
}

func TestDamagedRunsAreNamed(t *testing.T) {
	for _, file := range []string{configFile, dataFile, envFile, statusFile} {
		for kind, damage := range map[string]func(path string) error{
			"truncated": func(p string) error { return os.Truncate(p, 40) },
			"empty":     func(p string) error { return os.Truncate(p, 0) },
			"huge":      func(p string) error { return os.Truncate(p, maxFile+1) },
			"null":      func(p string) error { return os.WriteFile(p, []byte("null"), 0o666) },
		} {
			if file == envFile && kind == "null" {
				continue // says nothing, and nothing depends on it
			}
			root := t.TempDir()
			r := create(t, root)
			if err := damage(r.path(file)); err != nil {
				t.Fatal(err)
			}
			_, err := Open(root, "vae-1")
			if file == statusFile {
				_, err = r.Status()
			}
			if !errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), r.path(file)) ||
				kind == "huge" && !strings.Contains(err.Error(), "larger than") {
				t.Errorf("%s %s: %v", kind, file, err)
			}
			if all, err := List(root); err != nil || len(all) != 1 || !strings.Contains(all[0].Damage, file) {
				t.Errorf("%s %s is listed as %+v, %v", kind, file, all, err)
			}
		}
	}
}

func TestMissingAndUnreadableFiles(t *testing.T) {
	root := t.TempDir()
	r := create(t, root)
	if err := os.Remove(r.path(dataFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(root, r.Name); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), dataFile) {
		t.Errorf("no %s: %v", dataFile, err)
	}
	if os.Geteuid() == 0 {
		t.Skip("root may read all")
	}
	if err := os.Chmod(r.path(configFile), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(root, r.Name); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), configFile) {
		t.Errorf("no permission: %v", err)
	}
}

func TestOpenUnknown(t *testing.T) {
	root := t.TempDir()
	if _, err := Open(root, "latest"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no runs at all: %v", err)
	}
	if _, err := Open(filepath.Join(root, "none"), "vae-1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("no root: %v", err)
	}
	create(t, root)
	for _, name := range []string{"vae-2", "", ".", "..", "../x", "\x00", filepath.Join(root, "vae-3")} {
		_, err := Open(root, name)
		if !errors.Is(err, ErrNotFound) && name != "\x00" || err == nil {
			t.Errorf("Open(%q): %v", name, err)
		}
	}
	_, err := Open(root, "vea-1")
	if hints := sdk.Hints(err); len(hints) != 1 || !strings.Contains(hints[0], "did you mean vae-1") {
		t.Errorf("hints %q", hints)
	}
	if err := os.Mkdir(filepath.Join(root, "photos"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(root, "photos"); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "is no run") {
		t.Errorf("a folder that is no run: %v", err)
	}
}

func TestListAndLatest(t *testing.T) {
	root := t.TempDir()
	if all, err := List(filepath.Join(root, "none")); err != nil || len(all) != 0 {
		t.Errorf("no root: %v, %v", all, err)
	}
	for i, name := range []string{"b", "c", "a"} {
		p := plan()
		p.Config.Created = time.Date(2026, 1, i+1, 0, 0, 0, 0, time.UTC)
		if _, err := createNamedIn(root, name, p); err != nil {
			t.Fatal(err)
		}
	}
	all, err := List(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	if want := []string{"b", "c", "a"}; !slices.Equal(names, want) {
		t.Errorf("listed %v, want %v", names, want)
	}
	if all[0].Model != "mine" || all[0].Data != "fashion" || all[0].Bytes == 0 {
		t.Errorf("summary %+v", all[0])
	}
	if r, err := Open(root, "latest"); err != nil || r.Name != "a" {
		t.Errorf("latest is %+v, %v", r, err)
	}
}

func TestEnvSaysNothingOfTheHost(t *testing.T) {
	e := ThisMachine("0.1.0", 2)
	if e.Go == "" || e.OS == "" || e.Arch == "" || e.Cores < 1 || e.Started.IsZero() {
		t.Errorf("%+v", e)
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if name, err := os.Hostname(); err == nil && strings.Contains(string(data), `"`+name+`"`) {
		t.Errorf("it names the machine: %s", data)
	}
}

// A run that came from elsewhere has no path, whatever else it says that it
// learned from: the modality would be let at it.
func TestSharedHasNoPath(t *testing.T) {
	for _, dataset := range []string{"", "fashion"} {
		r := &Run{Plan: plan()}
		r.Config.Source.Dataset, r.Config.Source.Path = dataset, "/home/me/.ssh"
		if path := r.Shared().Config.Source.Path; path != "" {
			t.Errorf("with dataset %q: %s", dataset, path)
		}
	}
}

// createIn makes a run in root, by way of a stage.
func createIn(root, stem string, p Plan) (*Run, error) {
	s, err := Prepare(root)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Create(stem, p)
}

// createNamedIn makes one with a name.
func createNamedIn(root, name string, p Plan) (*Run, error) {
	s, err := Prepare(root)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.CreateNamed(name, p)
}
