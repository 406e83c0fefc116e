package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"aead.dev/minisign"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/safetensors"
)

// pushed trains a toy on data of one's own and gives it away to a layout.
func pushed(t *testing.T, req PushRequest) (reference, layout string, r *run.Run) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "diary.txt")
	if err := os.WriteFile(data, []byte("dear diary"), 0o666); err != nil {
		t.Fatal(err)
	}
	h, r, _ := trainToy(t, &toy{}, TrainRequest{Epochs: 3, Run: "mine", Data: data})
	if _, err := h.Evaluate(t.Context(), EvaluateRequest{Run: "mine", N: 10, Samples: 1, Metrics: []string{"mse"}}); err != nil {
		t.Fatal(err)
	}
	layout = filepath.Join(t.TempDir(), "layout")
	req.Run, req.To = "mine", oci.LayoutPrefix+layout
	reference, err := h.Push(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	return reference, layout, r
}

// A model that is given away makes the same rows elsewhere, where its plugin is
// registered under another name.
func TestPushAndPull(t *testing.T) {
	reference, _, mine := pushed(t, PushRequest{Licence: "MIT"})
	y, said := &toy{}, []string{}
	h := newHost(t, y, &said)
	h.registry.Plugins[0].Name = "toy-of-theirs"
	r, err := h.Pull(t.Context(), PullRequest{From: reference, Run: "theirs"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Config.Model.Plugin != "toy-of-theirs" || r.Config.Source.Plugin != "toy-of-theirs" {
		t.Errorf("its plugins are %s and %s", r.Config.Model.Plugin, r.Config.Source.Plugin)
	}
	if o, ok, err := r.Origin(); err != nil || !ok || o.Run != "mine" || o.Reference != reference || !strings.HasSuffix(reference, o.Digest) {
		t.Errorf("origin %+v, %v, %v", o, ok, err)
	}
	s, err := r.Status()
	if err != nil || s.State != run.Done || s.Step != 6 {
		t.Errorf("status %+v, %v", s, err)
	}
	want, err := os.ReadFile(weights(t, mine))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(weights(t, r)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the weights differ, %v", err)
	}
	if found, err := ReadReport(r); err != nil || found.Run != "theirs" || len(found.Figures) != 1 {
		t.Errorf("report %+v, %v", found, err)
	}
	n := 0
	if err := h.Generate(t.Context(), GenerateRequest{Run: "theirs", N: 3}, func(string) { n++ }); err != nil || n != 4 {
		t.Errorf("%d files, %v", n, err)
	}
	card, err := os.ReadFile(r.CardPath())
	for _, words := range []string{"# mine", `license: "mit"`, "The licence of the weights is MIT.", "| mse |", "diary, of which the licence is not known", "![what it makes](samples/shared.png)", "one of a, b"} {
		if err != nil || !strings.Contains(string(card), words) {
			t.Errorf("the card does not say %q: %v\n%s", words, err, card)
		}
	}
	if list, err := run.List(h.runs()); err != nil || len(list) != 1 || list[0].Damage != "" {
		t.Errorf("list %+v, %v", list, err)
	}
}

func weights(t *testing.T, r *run.Run) string {
	t.Helper()
	c, err := r.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	return c.Weights
}

// Nothing that is given away names a path of this machine, or holds a row.
func TestPushIsPrivate(t *testing.T) {
	_, layout, mine := pushed(t, PushRequest{})
	secrets := append([]string{mine.Config.Source.Path, filepath.Dir(mine.Config.Source.Path), mine.Dir, "dear diary", `"boot":`, `"id"`}, mine.Data.Files...)
	home, err := os.UserHomeDir()
	if err != nil || len(mine.Data.Files) == 0 {
		t.Fatalf("home %v, files %q", err, mine.Data.Files)
	}
	files := 0
	err = filepath.WalkDir(layout, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for _, s := range append(secrets, home) {
			if bytes.Contains(b, []byte(s)) {
				t.Errorf("%s holds %s: %s", path, s, b)
			}
		}
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d files, %v", files, err)
	}
}

// The layout that a model goes to may lie among the user's own files: the card
// names it, and not where it lies.
func TestPushToOnesOwn(t *testing.T) {
	h, _, _ := trainToy(t, &toy{}, TrainRequest{Epochs: 1, Run: "mine"})
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	if _, err := h.Push(t.Context(), PushRequest{Run: "mine", To: oci.LayoutPrefix + filepath.Join(home, "models", "layout")}); err != nil {
		t.Fatal(err, sdk.Hints(err))
	}
	reference := oci.LayoutPrefix + filepath.Join(home, "models", "layout") + ":mine"
	var said []string
	r, err := newHost(t, &toy{}, &said).Pull(t.Context(), PullRequest{From: reference})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(r.CardPath())
	if err != nil || !strings.Contains(string(page), oci.LayoutPrefix+"layout:mine") || strings.Contains(string(page), home) {
		t.Errorf("%v\n%s", err, page)
	}
}

func TestPushRefusesPaths(t *testing.T) {
	h, r, _ := trainToy(t, &toy{}, TrainRequest{Epochs: 1, Run: "mine"})
	notes, layout := filepath.Join(t.TempDir(), "notes.md"), filepath.Join(t.TempDir(), "layout")
	dir, err := filepath.Abs(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(notes, []byte("It lies in "+dir+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	_, err = h.Push(t.Context(), PushRequest{Run: "mine", To: oci.LayoutPrefix + layout, Notes: notes})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "README.md would give away a path of this machine: "+dir) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(layout); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something was given away before")
	}
}

// A run that came without its rows says so, and works with others.
func TestPulledWithoutItsRows(t *testing.T) {
	reference, _, mine := pushed(t, PushRequest{})
	var said []string
	h := newHost(t, &toy{}, &said)
	if _, err := h.Pull(t.Context(), PullRequest{From: reference}); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "z.npy")
	err := h.Encode(t.Context(), EncodeRequest{Run: "mine", Out: out})
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "came without the rows that it learned from, diary.txt") || len(sdk.Hints(err)) != 1 {
		t.Errorf("encode: %v, hints %q", err, sdk.Hints(err))
	}
	if err := h.Encode(t.Context(), EncodeRequest{Run: "mine", Out: out, Data: "ten"}); err != nil {
		t.Errorf("encode: %v", err)
	}
	ask := EvaluateRequest{Run: "mine", N: 10, Samples: 1, Metrics: []string{"mse"}}
	if _, err := h.Evaluate(t.Context(), ask); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) != 1 {
		t.Errorf("evaluate: %v, hints %q", err, sdk.Hints(err))
	}
	// The very rows are known by their digest, wherever they lie.
	ask.Data = mine.Config.Source.Path
	found, err := h.Evaluate(t.Context(), ask)
	if err != nil || found.Test.Split != "test" || found.Train.SHA256 != mine.Data.Splits[0].SHA256 {
		t.Errorf("evaluate: %+v, %v", found, err)
	}
	if slices.ContainsFunc(found.Notes, func(n string) bool { return strings.Contains(n, "stand for them") }) {
		t.Errorf("notes %q", found.Notes)
	}
}

func TestPullWithOtherPlugins(t *testing.T) {
	reference, _, _ := pushed(t, PushRequest{})
	for version, want := range map[string]string{
		"0.1.0": "",
		"0.1.9": "warning: plugin toy is 0.1.9 here, and 0.1.0 trained it",
		"0.2.0": "plugin toy is 0.2.0 here, and 0.1.0 trained it, which may understand weights otherwise",
	} {
		var said []string
		h := newHost(t, &toy{version: version}, &said)
		_, err := h.Pull(t.Context(), PullRequest{From: reference})
		if all := strings.Join(said, "\n"); err == nil && !strings.Contains(all, want) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: said %q, %v; want %q", version, all, err, want)
		}
		if refused := version == "0.2.0"; refused != errors.Is(err, sdk.ErrProtocol) {
			t.Errorf("%s: %v", version, err)
		}
		if err != nil {
			if _, err := h.Pull(t.Context(), PullRequest{From: reference, AnyPlugin: true}); err != nil {
				t.Errorf("%s with any plugin: %v", version, err)
			}
		}
	}
	// The same release may be another program, on another machine.
	pin := &lock.Plugin{Pinned: true, Version: "0.1.0", Archive: "sha256:" + strings.Repeat("0", 64), Source: "oci://ghcr.io/acme/toy"}
	in := installed{Plugin: registry.Plugin{Pin: pin}, sdk: (&toy{}).Plugin()}
	if p := in.program(); p.Release != pin.Archive || p.Source != "oci://ghcr.io/acme/toy:0.1.0@"+pin.Archive {
		t.Errorf("it is remembered as %+v", p)
	}
	var heard []string
	there := newHost(t, &toy{}, &heard)
	there.install = func(context.Context, registry.Plugin) (installed, error) { return in, nil }
	want := in.program()
	for _, sum := range []string{in.exe.SHA256, "of another machine's"} {
		want.SHA256 = sum
		if _, err := there.likeness(t.Context(), want, false, func(sdk.Plugin) error { return nil }); err != nil || len(heard) > 0 {
			t.Errorf("of the same release: said %q, %v", heard, err)
		}
	}
	want.Release = "sha256:" + strings.Repeat("1", 64)
	if _, err := there.likeness(t.Context(), want, false, func(sdk.Plugin) error { return nil }); err != nil || len(heard) != 1 || !strings.Contains(heard[0], "is another build here") {
		t.Errorf("of another release: said %q, %v", heard, err)
	}
	for _, private := range []string{"./toy.tar.gz", "oci-layout:./toy", "https://ann:secret@example.com/toy.tar.gz", "https://example.com/toy?token=1",
		"oci://localhost:5000/toy", "oci://127.0.0.1/toy", "oci://10.0.0.7:5000/toy", "https://nas/toy.tar.gz", "https://nas.local/toy.tar.gz", "https://[::1]/toy.tar.gz"} {
		pin.Source = private
		if p := in.program(); p.Source != "" {
			t.Errorf("%s is remembered as %+v", private, p)
		}
	}
	var said []string
	h := newHost(t, &toy{}, &said)
	h.registry.Plugins = nil
	_, err := h.Pull(t.Context(), PullRequest{From: reference})
	if !errors.Is(err, registry.ErrNotFound) || !strings.Contains(err.Error(), "no plugin that calls itself toy") {
		t.Errorf("with no plugin: %v", err)
	}
	nothingLeft(t, h)
}

func nothingLeft(t *testing.T, h *Host) {
	t.Helper()
	if left, _ := os.ReadDir(h.runs()); len(left) > 0 {
		t.Errorf("%s is left", left[0].Name())
	}
}

// A model is taken by the policy of models.toml: signed by a key that it trusts,
// or not.
func TestPullOfSignedModels(t *testing.T) {
	secret, key := newKey(t)
	_, other := newKey(t)
	signed, _, _ := pushed(t, PushRequest{Secret: &secret})
	unsigned, _, _ := pushed(t, PushRequest{})
	for _, c := range []struct {
		from   string
		policy sign.Policy
		key    sign.Key
		says   string // or the error does
	}{
		{signed, sign.Require, key, "mine: signed by acme"},
		{signed, sign.Warn, key, "mine: signed by acme"},
		{signed, sign.Require, other, "models.toml does not know"},
		{signed, sign.Warn, other, "warning: mine: it is signed with key"},
		{unsigned, sign.Require, key, "it is not signed"},
		{unsigned, sign.Warn, key, "warning: mine: it is not signed"},
		{unsigned, sign.Off, key, ""},
	} {
		var said []string
		h := newHost(t, &toy{}, &said)
		h.registry.Verify, h.registry.Keys = c.policy, []sign.Key{c.key}
		r, err := h.Pull(t.Context(), PullRequest{From: c.from})
		if refused := c.policy == sign.Require && c.says != "mine: signed by acme"; refused != errors.Is(err, registry.ErrVerify) {
			t.Errorf("%+v: error %v", c, err)
		}
		if err != nil {
			said = append(said, err.Error())
			nothingLeft(t, h)
		} else if o, _, err := r.Origin(); err != nil || (o.Signer == "acme") != (c.says == "mine: signed by acme") {
			t.Errorf("%+v: origin %+v, %v", c, o, err)
		}
		if all := strings.Join(said, "\n"); !strings.Contains(all, c.says) || c.policy == sign.Off && strings.Contains(all, "sign") {
			t.Errorf("%+v: said %q", c, all)
		}
	}
}

// newKey makes a pair of keys, of which acme has the public one.
func newKey(t *testing.T) (sign.Secret, sign.Key) {
	t.Helper()
	_, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := private.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	secret, err := sign.ReadSecret(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := sign.ParseKey(secret.Public())
	if err != nil {
		t.Fatal(err)
	}
	key.Name = "acme"
	return secret, key
}

// Weights that are altered after they have come are not loaded.
func TestPulledWeightsAreChecked(t *testing.T) {
	reference, _, _ := pushed(t, PushRequest{})
	var said []string
	h := newHost(t, &toy{}, &said)
	r, err := h.Pull(t.Context(), PullRequest{From: reference})
	if err != nil {
		t.Fatal(err)
	}
	other := []safetensors.Tensor{{Name: "w", Shape: []int{1}, Data: []float32{2}}} // whole, but not what came
	if err := safetensors.WriteFile(weights(t, r), other, nil); err != nil {
		t.Fatal(err)
	}
	err = h.Generate(t.Context(), GenerateRequest{Run: "mine", N: 1}, func(string) {})
	if !errors.Is(err, sdk.ErrCorrupt) || len(sdk.Hints(err)) != 1 || sdk.Hints(err)[0] != "pull it again: "+reference {
		t.Errorf("error %v, hints %q", err, sdk.Hints(err))
	}
}

// What was altered on its way, or does not belong together, makes no run.
func TestPullOfDamage(t *testing.T) {
	reference, layout, mine := pushed(t, PushRequest{})
	blob := "blobs/" + strings.ReplaceAll(digestOf(t, weights(t, mine)), ":", "/")
	path := filepath.Join(layout, filepath.FromSlash(blob))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1] ^= 1
	os.Chmod(path, 0o666)
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	var said []string
	h := newHost(t, &toy{}, &said)
	_, err = h.Pull(t.Context(), PullRequest{From: reference})
	if !errors.Is(err, registry.ErrVerify) || !strings.Contains(err.Error(), "weights.safetensors") {
		t.Errorf("error %v", err)
	}
	nothingLeft(t, h)
}

func digestOf(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return "sha256:" + digest(b)
}

// A bundle that is whole, but that no genhost has made, makes no run either.
func TestPullOfStrangeBundles(t *testing.T) {
	reference, _, _ := pushed(t, PushRequest{})
	ref, err := oci.Parse(reference)
	if err != nil {
		t.Fatal(err)
	}
	for name, alter := range map[string]func(name string, text []byte) (string, []byte){
		"status of another step": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "status.json", b, `"step": 6`, `"step": 7`)
		},
		"status still training": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "status.json", b, `"done"`, `"training"`)
		},
		"run.toml of another": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "run.toml", b, `as = "echo"`, `as = "other"`)
		},
		"run.toml cut short": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "run.toml", b, "[model]", "[mod")
		},
		"env.json of another": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "env.json", b, `"name": "toy"`, `"name": "tuy"`)
		},
		"space of nothing": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "dataset.json", b, `"len": 2`, `"len": 3`)
		},
		"weights that are none": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "checkpoints/step-00000006/weights.safetensors", b, "", "x")
		},
		"weights of another model": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "checkpoints/step-00000006/weights.safetensors", b, `"w":`, `"v":`)
		},
		"no weights":          func(name string, b []byte) (string, []byte) { return strings.ReplaceAll(name, "weights.", "other."), b },
		"report that is none": func(name string, b []byte) (string, []byte) { return name, replaceIn(name, "eval.json", b, "{", "[") },
		"metrics that are none": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "metrics.csv", b, "step,", "stop,")
		},
		"facts of another plugin": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "config", b, `"model":"echo"`, `"model":"noise"`)
		},
		"facts that move a cursor": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "config", b, `"diary"`, `"diary\u001b[2J"`)
		},
		"facts with a bad name": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "config", b, `"run":"mine"`, `"run":"../mine"`)
		},
		"facts of a newer genhost": func(name string, b []byte) (string, []byte) {
			return name, replaceIn(name, "config", b, `"schema":1`, `"schema":2`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			other := oci.Reference{Layout: filepath.Join(t.TempDir(), "layout")}
			rewrite(t, ref, other, alter)
			var said []string
			h := newHost(t, &toy{}, &said)
			r, err := h.Pull(t.Context(), PullRequest{From: other.String()})
			if !errors.Is(err, sdk.ErrCorrupt) && !errors.Is(err, sdk.ErrProtocol) && !errors.Is(err, sdk.ErrBadInput) {
				t.Errorf("run %v, error %v", r, err)
			}
			nothingLeft(t, h)
		})
	}
}

// What cannot be a run is refused before any of it is fetched.
func TestTooMuchToPull(t *testing.T) {
	good := oci.File{Name: "checkpoints/step-1/weights.safetensors", Size: 1 << 40}
	for _, c := range []struct {
		bad  oci.File
		says string
	}{
		{oci.File{Name: "checkpoints/step-2/weights.safetensors", Size: 1}, "weights of 2 checkpoints"},
		{oci.File{Name: "metrics.csv", Size: 1 << 30}, "metrics.csv has 1024 MiB, of at most 64"},
		{oci.File{Name: "of/a/newer/genhost", Size: 1 << 40}, ""},
	} {
		err := checkParts(oci.Bundle{Files: []oci.File{good, c.bad}})
		if (c.says == "") != (err == nil) || err != nil && (!errors.Is(err, sdk.ErrCorrupt) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v", c.bad.Name, err)
		}
	}
}

func replaceIn(name, file string, b []byte, old, with string) []byte {
	if name != file {
		return b
	}
	return []byte(strings.Replace(string(b), old, with, 1))
}

// rewrite copies a bundle with files altered.
func rewrite(t *testing.T, from, to oci.Reference, alter func(name string, text []byte) (string, []byte)) {
	t.Helper()
	source, err := oci.Open(t.Context(), from)
	if err != nil {
		t.Fatal(err)
	}
	b, err := source.FindBundle(t.Context(), from.Which())
	if err != nil {
		t.Fatal(err)
	}
	before, _ := json.Marshal(b)
	_, b.Config = alter("config", b.Config)
	for i, f := range b.Files {
		var text bytes.Buffer
		if err := source.FetchFile(t.Context(), f, &text); err != nil {
			t.Fatal(err)
		}
		name, altered := alter(f.Name, text.Bytes())
		b.Files[i] = oci.File{Name: name, Text: altered}
	}
	if after, _ := json.Marshal(b); bytes.Equal(before, after) {
		t.Fatal("nothing was altered")
	}
	target, err := oci.Create(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := target.PushBundle(t.Context(), b, "mine", true); err != nil {
		t.Fatal(err)
	}
}

// What a stranger says where a plugin is to be had is shown, for people to copy,
// only if it is an address.
func TestSourceIsAnAddress(t *testing.T) {
	for _, good := range []string{"oci://ghcr.io/acme/toy:0.1.0@sha256:" + strings.Repeat("0", 64), "https://example.com/toy-0.1.0_linux.tar.gz"} {
		if got := source(run.Program{Source: good}); got != good {
			t.Errorf("%s: %s", good, got)
		}
	}
	for _, bad := range []string{"", "x; curl example.com|sh", "https://example.com/$(reboot)", "https://example.com/a b", "https://example.com/a;reboot",
		"https://example.com/`x`", "https://example.com/a&b", "http://example.com/toy", "--as", "./toy", "oci-layout:./toy", "oci://"} {
		if got := source(run.Program{Source: bad}); got != "SOURCE" {
			t.Errorf("%q: %s", bad, got)
		}
	}
}

// A path is found however a file writes it.
func TestSpellings(t *testing.T) {
	for path, text := range map[string]string{
		`C:\Users\ann`: `{"data": "C:\\Users\\ann\\x"}`,
		`/home/a&b`:    `{"data": "/home/a\u0026b/x"}`,
		`/home/"ann"`:  `data = "/home/\"ann\"/x"`,
		"/home/ann":    "in /home/ann/x",
	} {
		if !slices.ContainsFunc(spellings([]string{path}), func(s string) bool { return strings.Contains(text, s) }) {
			t.Errorf("%s is not found in %s", path, text)
		}
	}
}
