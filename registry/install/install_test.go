package install

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"aead.dev/minisign"

	"github.com/genhost/genhost/registry"
	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/lock"
	"github.com/genhost/genhost/registry/manifest"
	"github.com/genhost/genhost/registry/pack"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// A shop is a folder that plugins are installed into, with a store. A program is
// here a file that says, in JSON, what it would say when asked.
type shop struct {
	*testing.T
	dir string
	in  Installer

	asking sync.Mutex
	asked  []registry.Grant // what programs could do when they were asked
}

func newShop(t *testing.T) *shop {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	s := &shop{T: t, dir: dir}
	s.in = Installer{
		Dir: ".", Protocol: 1,
		Describe: func(_ context.Context, _ string, grant registry.Grant, exe registry.Executable) (sdk.Plugin, error) {
			s.asking.Lock()
			s.asked = append(s.asked, grant)
			s.asking.Unlock()
			text, err := os.ReadFile(exe.Path)
			if err != nil {
				return sdk.Plugin{}, err
			}
			var p sdk.Plugin
			return p, json.Unmarshal(text, &p)
		},
	}
	s.otherMachine()
	return s
}

// otherMachine goes on where nothing is installed yet.
func (s *shop) otherMachine() {
	cache := s.TempDir()
	s.in.Builder.Cache = cache
	s.Cleanup(func() { // what a store holds is read-only
		filepath.WalkDir(cache, func(path string, d os.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				os.Chmod(path, 0o755)
			}
			return nil
		})
	})
}

func (s *shop) write(path, text string) {
	s.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		s.Fatal(err)
	}
}

func (s *shop) read(path string) string {
	s.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		s.Fatal(err)
	}
	return string(b)
}

// toy is a plugin with a model of its name.
func toy(name, version string) sdk.Plugin {
	return sdk.Plugin{Name: name, Version: version, Doc: "a toy", Models: []sdk.ModelSpec{{Name: name, Family: "toy", Doc: "a model"}}}
}

// here is this machine, and elsewhere another.
var here, elsewhere = manifest.Here(), manifest.Platform{OS: "plan9", Arch: "mips"}

// folder makes a package of a plugin for a machine.
func (s *shop) folder(path string, p sdk.Plugin, platform manifest.Platform, change func(*manifest.Manifest)) string {
	s.Helper()
	m, err := manifest.Describe(p, 1, manifest.Manifest{})
	if err != nil {
		s.Fatal(err)
	}
	m.Targets = []manifest.Target{{Platform: platform, Command: []string{"bin/toy"}}}
	if change != nil {
		change(&m)
	}
	text, err := json.Marshal(p)
	if err != nil {
		s.Fatal(err)
	}
	s.write(filepath.Join(path, "bin", "toy"), string(text))
	s.write(filepath.Join(path, manifest.File), m.Text())
	return path
}

// archive makes a bundle of a plugin for two machines.
func (s *shop) archive(file string, p sdk.Plugin) string {
	s.Helper()
	temp := s.TempDir()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		s.Fatal(err)
	}
	m, err := manifest.Describe(p, 1, manifest.Manifest{})
	if err != nil {
		s.Fatal(err)
	}
	b := pack.Bundle{Manifest: m}
	for i, platform := range []manifest.Platform{here, elsewhere} {
		dir := filepath.Join(temp, fmt.Sprint(i))
		s.folder(dir, p, platform, nil)
		if i == 1 {
			s.write(filepath.Join(dir, "more"), "for that machine")
		}
		one, err := pack.Open(s.Context(), dir, s.empty())
		if err != nil {
			s.Fatal(err)
		}
		b.Packages = append(b.Packages, one.Packages[0])
		b.Manifest.Targets = append(b.Manifest.Targets, manifest.Target{Platform: platform, Folder: fmt.Sprint("t", i), Tree: one.Packages[0].Tree})
	}
	if err := b.Write(s.Context(), file, temp); err != nil {
		s.Fatal(err)
	}
	return file
}

func (s *shop) empty() string { return s.TempDir() }

func (s *shop) install(req Request) Installed {
	s.Helper()
	i, err := s.in.Install(s.Context(), req)
	if err != nil {
		s.Fatal(err)
	}
	return i
}

// refuse has an installation fail, of a kind and with a word of why, and sees
// to it that nothing of it is left.
func (s *shop) refuse(req Request, kind error, why string) {
	s.Helper()
	state := func() string {
		trees, _ := s.in.Builder.Store().List()
		models, _ := os.ReadFile("models.toml")
		locked, _ := os.ReadFile(lock.Name)
		left, _ := filepath.Glob(filepath.Join(s.in.Builder.Cache, "plugins", "temp", "*"))
		return fmt.Sprint(trees, string(models), string(locked), left)
	}
	before := state()
	_, err := s.in.Install(s.Context(), req)
	s.mustBe(err, kind, why)
	if after := state(); after != before {
		s.Errorf("%s: left\n%s\nwhere there was\n%s", req.Source, after, before)
	}
}

// mustBe holds an error to its kind and to a word in it or its hints.
func (s *shop) mustBe(err, kind error, why string) {
	s.Helper()
	if err == nil || kind != nil && !errors.Is(err, kind) || !strings.Contains(err.Error()+" "+strings.Join(sdk.Hints(err), " "), why) {
		s.Errorf("got %v, %q, want %v with %q", err, sdk.Hints(err), kind, why)
	}
}

// program is the plugin's program, as whoever uses it gets it.
func (s *shop) program(name string) (registry.Executable, error) {
	r, err := registry.Load("models.toml")
	if err != nil {
		return registry.Executable{}, err
	}
	p, err := r.Plugin(name)
	if err != nil {
		return registry.Executable{}, err
	}
	return s.in.Builder.Executable(s.Context(), p)
}

func TestInstall(t *testing.T) {
	s := newShop(t)
	s.archive("toy.tar.gz", toy("toy", "1.2.3"))
	s.in.Data = func(context.Context, manifest.Model) (string, string) { return "image", "fashion" }
	i := s.install(Request{Source: "toy.tar.gz", Version: "~> 1.2"})
	if i.Name != "toy" || i.Version != "1.2.3" || i.Source != "./toy.tar.gz" || !i.Changed || len(i.Added) != 1 || len(i.Warnings) != 1 {
		t.Errorf("got %+v", i)
	}
	if want := `schema = 1

# toy 1.2.3: a toy
[plugins.toy]
source = "./toy.tar.gz"
version = "~> 1.2"

[models.toy]
plugin = "toy"
modality = "image"
data = "fashion" # or a path
`; s.read("models.toml") != want {
		t.Errorf("models.toml is\n%s", s.read("models.toml"))
	}
	f, err := lock.Read(lock.Name)
	if err != nil {
		t.Fatal(err)
	}
	pin, ok := f.Plugin("toy")
	if !ok || pin.Version != "1.2.3" || len(pin.Trees) != 2 || pin.Trees["plan9/mips"] == pin.Trees[here.String()] {
		t.Errorf("pinned: %+v", pin)
	}
	if exe, err := s.program("toy"); err != nil || exe.Tree != pin.Trees[here.String()] {
		t.Errorf("the program: %+v, %v", exe, err)
	}
	again := s.install(Request{Source: "./toy.tar.gz", Version: "~> 1.2"})
	if len(again.Added) != 0 {
		t.Errorf("again: %+v", again)
	}
	s.refuse(Request{Source: s.archive("other.tar.gz", toy("toy", "1.3.0"))}, fault.ErrConfig, "--as NAME")
	i = s.install(Request{Source: "other.tar.gz", As: "toy2"})
	if i.Added[0] != "toy2" {
		t.Errorf("by another name: %+v", i)
	}
	if _, err := s.program("toy2"); err != nil {
		t.Error(err)
	}
}

// What people have written in models.toml stays.
func TestCommentsStay(t *testing.T) {
	s := newShop(t)
	const before = "# Ours.\nschema = 1 # one\n\n[plugins.mine] # made here\nsource = \"./mine\"\n"
	s.write("models.toml", before)
	if err := os.Chmod("models.toml", 0o640); err != nil {
		t.Fatal(err)
	}
	s.install(Request{Source: s.folder("toy", toy("toy", "1.0.0"), here, nil)})
	if got := s.read("models.toml"); !strings.HasPrefix(got, before) {
		t.Errorf("models.toml is\n%s", got)
	}
	if info, err := os.Stat("models.toml"); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("its mode is %v", info.Mode())
	}
	removed, err := s.in.Remove(t.Context(), "toy", false)
	if got := s.read("models.toml"); err != nil || got != before || !slices.Equal(removed, []string{"toy"}) {
		t.Errorf("removed %v, %v; models.toml is\n%s", removed, err, got)
	}
	s.write("models.toml", "schema = 1\nplugins = { mine = { source = './mine' } }\n")
	_, err = s.in.Remove(t.Context(), "mine", false)
	s.mustBe(err, fault.ErrConfig, "by hand")
}

// TestBadPackages has everything refused that is not right, and nothing left.
func TestBadPackages(t *testing.T) {
	s := newShop(t)
	p := toy("toy", "1.0.0")
	says := func(change func(*manifest.Manifest)) string {
		return s.folder(s.empty(), p, here, change)
	}
	s.refuse(Request{}, fault.ErrConfig, "empty")
	s.refuse(Request{Source: says(nil), As: "My_Toy"}, fault.ErrConfig, "call it my-toy")
	s.refuse(Request{Source: "nowhere.tar.gz"}, fault.ErrNotFound, "no such file")
	s.refuse(Request{Source: s.folder("far", p, elsewhere, nil)}, fault.ErrNotFound, "there is plan9/mips")
	s.refuse(Request{Source: says(func(m *manifest.Manifest) { m.Protocol = []int{2, 3} })}, sdk.ErrProtocol, "newer genhost")
	s.refuse(Request{Source: says(func(m *manifest.Manifest) { m.Version = "1.0.1" })}, fault.ErrVerify, "the program says 1.0.0")
	s.refuse(Request{Source: says(func(m *manifest.Manifest) { m.Models[0].Family = "gan" })}, fault.ErrVerify, "family")
	s.refuse(Request{Source: says(func(m *manifest.Manifest) { m.Targets[0].Command = []string{"bin/none"} })}, fault.ErrVerify, "no file bin/none")
	s.refuse(Request{Source: says(nil), Version: "~> 2.0"}, fault.ErrNotFound, "there is 1.0.0")
	s.refuse(Request{Source: says(nil), Version: "two"}, fault.ErrConfig, "no constraint")
	s.refuse(Request{Source: s.archive("toy.tar.gz", p), SHA256: strings.Repeat("0", 64)}, fault.ErrVerify, "SHA-256")
	s.refuse(Request{Source: "toy.tar.gz", Accelerator: "cuda12"}, fault.ErrNotFound, "there is ")
	s.refuse(Request{Source: "ftp://example.com/toy.tar.gz"}, fault.ErrConfig, "ftp://")
	s.refuse(Request{Source: "http://example.com/toy.tar.gz"}, fault.ErrConfig, "use https://")

	b := []byte(s.read("toy.tar.gz"))
	b[len(b)/2] ^= 1
	s.write("bad.tar.gz", string(b))
	s.refuse(Request{Source: "bad.tar.gz"}, fault.ErrVerify, "damaged")
	s.write("cut.tar.gz", string(b[:len(b)/2-10]))
	s.refuse(Request{Source: "cut.tar.gz"}, fault.ErrVerify, "damaged")
	s.write("text.tar.gz", "404: not found")
	s.refuse(Request{Source: "text.tar.gz"}, sdk.ErrCorrupt, "it is no archive")
	s.write("plain/x", "")
	if err := (pack.Package{Dir: "plain"}).WriteTo(t.Context(), "plain.tar.gz"); err != nil {
		t.Fatal(err)
	}
	s.refuse(Request{Source: "plain.tar.gz"}, fault.ErrConfig, "no genhost-plugin.toml")
}

// A bundle whose parts are not what its manifest says is refused.
func TestBadBundle(t *testing.T) {
	s := newShop(t)
	dir := "bundle"
	s.folder(filepath.Join(dir, "one"), toy("toy", "1.0.0"), here, nil)
	m, err := manifest.Describe(toy("toy", "1.0.0"), 1, manifest.Manifest{})
	if err != nil {
		t.Fatal(err)
	}
	m.Targets = []manifest.Target{{Platform: here, Folder: "one", Tree: "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}}
	s.write(filepath.Join(dir, manifest.File), m.Text())
	s.refuse(Request{Source: dir}, fault.ErrVerify, "says h1:AAAA")
}

func TestTampered(t *testing.T) {
	s := newShop(t)
	s.install(Request{Source: s.archive("toy.tar.gz", toy("toy", "1.0.0"))})
	exe, err := s.program("toy")
	if err != nil {
		t.Fatal(err)
	}
	file, release, err := exe.Open(t.Context())
	if err != nil || file == nil {
		t.Fatalf("opened %v, %v", file, err)
	}
	opened, err := os.Stat(fmt.Sprintf("/proc/self/fd/%d", file.Fd()))
	if named, e := os.Stat(exe.Path); err == nil && (e != nil || !os.SameFile(opened, named)) {
		t.Error("what is open is another file")
	}
	file.Close()
	release()
	if err := os.Chmod(exe.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	good := s.read(exe.Path)
	s.write(exe.Path, good+" ")
	if _, _, err := exe.Open(t.Context()); !errors.Is(err, fault.ErrVerify) {
		t.Errorf("opened: %v", err)
	}
	_, err = s.program("toy")
	s.mustBe(err, fault.ErrVerify, "has changed since it was installed")
	if all, err := s.in.Verify(t.Context()); !errors.Is(err, fault.ErrVerify) || all[0].State != "bad" {
		t.Errorf("verify: %+v, %v", all, err)
	}
	if steps, err := s.in.Why(t.Context(), "toy"); !errors.Is(err, fault.ErrVerify) || steps[len(steps)-1].OK {
		t.Errorf("why: %+v, %v", steps, err)
	}
	if _, err := s.in.Restore(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.read(exe.Path) != good {
		t.Error("it is not as it was")
	}
	if all, err := s.in.Verify(t.Context()); err != nil || all[0].State != Ready {
		t.Errorf("mended: %+v, %v", all, err)
	}
}

// Another machine, with models.toml and the lock file, gets the same.
func TestRestore(t *testing.T) {
	s := newShop(t)
	s.archive("toy.tar.gz", toy("toy", "1.0.0"))
	first := s.install(Request{Source: "toy.tar.gz"})
	s.otherMachine()
	_, err := s.program("toy")
	s.mustBe(err, fault.ErrNotFound, "genhost plugin install")
	s.in.Frozen = true
	all, err := s.in.Restore(t.Context())
	if err != nil || len(all) != 1 || all[0].Tree != first.Tree {
		t.Fatalf("got %+v, %v", all, err)
	}
	s.otherMachine()
	s.archive("toy.tar.gz", toy("toy", "1.0.1")) // the publisher's file is another now
	_, err = s.in.Restore(t.Context())
	s.mustBe(err, fault.ErrVerify, "genhost plugin upgrade toy")
	_, err = s.in.Upgrade(t.Context(), "toy", Request{})
	s.mustBe(err, fault.ErrConfig, "frozen")
	s.in.Frozen = false
	up, err := s.in.Upgrade(t.Context(), "toy", Request{Version: "~> 1.0.1"})
	if err != nil || up.Version != "1.0.1" || !up.Changed || !strings.Contains(s.read("models.toml"), `version = "~> 1.0.1"`) {
		t.Errorf("got %+v, %v", up, err)
	}
	_, err = s.in.Upgrade(t.Context(), "toy", Request{Version: "~> 2"})
	s.mustBe(err, fault.ErrNotFound, "there is 1.0.1")
}

// A package stays in the store for as long as one of those who use it names it:
// who has installed it, and who has but used it.
func TestPrune(t *testing.T) {
	s := newShop(t)
	i := s.install(Request{Source: s.folder("toy", toy("toy", "1.0.0"), here, nil)})
	for _, name := range []string{"models.toml", lock.Name} {
		s.write(filepath.Join("clone", name), s.read(name))
	}
	s.folder("clone/toy", toy("toy", "1.0.0"), here, nil)
	t.Chdir("clone")
	if _, err := s.program("toy"); err != nil {
		t.Fatal(err)
	}
	t.Chdir("..")
	if _, err := s.in.Remove(t.Context(), "toy", false); err != nil {
		t.Fatal(err)
	}
	if removed, err := s.in.Prune(t.Context()); err != nil || len(removed) != 0 {
		t.Errorf("it is used elsewhere, and removed: %v, %v", removed, err)
	}
	if err := os.RemoveAll("clone"); err != nil {
		t.Fatal(err)
	}
	if removed, err := s.in.Prune(t.Context()); err != nil || !slices.Equal(removed, []string{i.Tree}) {
		t.Errorf("nobody uses it, and removed is %v, %v", removed, err)
	}
}

func TestLock(t *testing.T) {
	s := newShop(t)
	s.install(Request{Source: s.folder("toy", toy("toy", "1.0.0"), here, nil)})
	if err := s.in.Lock(t.Context(), true); err != nil {
		t.Error(err)
	}
	models := s.read("models.toml")
	s.write("models.toml", strings.Replace(models, `source = "./toy"`, `source = "./joy"`, 1))
	s.mustBe(s.in.Lock(t.Context(), true), fault.ErrConfig, "genhost plugin install")
	_, err := s.program("toy")
	s.mustBe(err, fault.ErrConfig, "its source is ./joy")
	s.write("models.toml", "schema = 1\n")
	s.mustBe(s.in.Lock(t.Context(), true), fault.ErrConfig, "pins toy, which models.toml does not have")
	if err := s.in.Lock(t.Context(), false); err != nil || strings.Contains(s.read(lock.Name), "toy") {
		t.Errorf("got %v", err)
	}
	s.write("models.toml", models)
	s.mustBe(s.in.Lock(t.Context(), true), fault.ErrConfig, "has no plugin toy")

	// What is built from source is in it too, and is left as it was installed.
	s.write("models.toml", "schema = 1\n[plugins.mine]\nsource = './mine'\n")
	s.mustBe(s.in.Lock(t.Context(), true), fault.ErrConfig, "does not say of mine")
	if err := s.in.Lock(t.Context(), false); err != nil || !strings.Contains(s.read(lock.Name), "pinned = false") {
		t.Errorf("got %v", err)
	}
	locked := strings.Replace(s.read(lock.Name), "pinned =", "package = \"toy\"\npinned =", 1)
	s.write(lock.Name, locked)
	if err := s.in.Lock(t.Context(), true); err != nil {
		t.Error(err)
	}
	if err := s.in.Lock(t.Context(), false); err != nil || s.read(lock.Name) != locked {
		t.Errorf("got %v and\n%s", err, s.read(lock.Name))
	}
}

// TestManyAtATime has 20 installations of two plugins under names of their own
// in one folder at once.
func TestManyAtATime(t *testing.T) {
	s := newShop(t)
	s.archive("a.tar.gz", toy("toy", "1.0.0"))
	s.archive("b.tar.gz", toy("toy", "2.0.0"))
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			source := []string{"a.tar.gz", "b.tar.gz"}[i%2]
			if _, err := s.in.Install(t.Context(), Request{Source: source, As: fmt.Sprint("toy-", i)}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	r, err := registry.Load("models.toml")
	if err != nil || len(r.Plugins) != 20 || len(r.Models) != 20 || len(r.Lock.Plugins) != 20 {
		t.Fatalf("%d plugins, %d models, %d pinned, %v", len(r.Plugins), len(r.Models), len(r.Lock.Plugins), err)
	}
	for _, p := range r.Plugins {
		if exe, err := s.in.Builder.Executable(t.Context(), p); err != nil || !strings.Contains(s.read(exe.Path), p.Pin.Version) {
			t.Errorf("%s: %v", p.Name, err)
		}
	}
	if trees, err := s.in.Builder.Store().List(); err != nil || len(trees) != 2 {
		t.Errorf("the store has %v, %v", trees, err)
	}
}

// What is upgraded while it runs stays until it is over.
func TestUpgradeWhileItRuns(t *testing.T) {
	s := newShop(t)
	s.install(Request{Source: s.archive("toy.tar.gz", toy("toy", "1.0.0"))})
	exe, err := s.program("toy")
	if err != nil {
		t.Fatal(err)
	}
	file, release, err := exe.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	s.archive("toy.tar.gz", toy("toy", "1.1.0"))
	if _, err := s.in.Upgrade(t.Context(), "toy", Request{}); err != nil {
		t.Fatal(err)
	}
	if removed, err := s.in.Prune(t.Context()); err != nil || len(removed) != 0 || !strings.Contains(s.read(exe.Path), "1.0.0") {
		t.Errorf("while it runs: %v, %v", removed, err)
	}
	release()
	if removed, err := s.in.Prune(t.Context()); err != nil || !slices.Equal(removed, []string{exe.Tree}) {
		t.Errorf("afterwards: %v, %v", removed, err)
	}
	if now, err := s.program("toy"); err != nil || !strings.Contains(s.read(now.Path), "1.1.0") {
		t.Errorf("now: %v", err)
	}
}

// A signer makes keys and signs files.
type signer struct {
	secret sign.Secret
	public string
}

func (s *shop) signer() signer {
	s.Helper()
	public, private, err := minisign.GenerateKey(nil)
	if err != nil {
		s.Fatal(err)
	}
	text, err := private.MarshalText()
	if err != nil {
		s.Fatal(err)
	}
	file := filepath.Join(s.empty(), "key")
	s.write(file, string(text))
	secret, err := sign.ReadSecret(file, nil)
	if err != nil {
		s.Fatal(err)
	}
	return signer{secret, public.String()}
}

func (s *shop) sign(by signer, file string) {
	s.Helper()
	if _, err := by.secret.SignFile(file); err != nil {
		s.Fatal(err)
	}
}

func TestSignatures(t *testing.T) {
	s := newShop(t)
	acme, other := s.signer(), s.signer()
	models := func(policy, more string) {
		s.write("models.toml", "schema = 1\nverify = '"+policy+"'\n[keys.acme]\nkey = '"+acme.public+"'\n"+more)
	}
	s.archive("toy.tar.gz", toy("toy", "1.0.0"))

	models("require", "")
	s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrVerify, "it is not signed")
	s.refuse(Request{Source: s.folder("loose", toy("toy", "1.0.0"), here, nil)}, fault.ErrVerify, "it is not signed")
	s.sign(other, "toy.tar.gz")
	s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrVerify, "which models.toml does not know")
	s.sign(acme, "toy.tar.gz")
	models("require", "expires = 2020-01-01\n")
	s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrVerify, "expired on 2020-01-01")
	models("require", "plugins = ['acme-*']\n")
	s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrVerify, `add "toy" to plugins in [keys.acme]`)
	signature := s.read("toy.tar.gz.minisig")
	s.archive("toy.tar.gz", toy("toy", "1.0.1"))
	models("warn", "")
	s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrVerify, "the signature of acme is not for it")
	if err := os.Chmod("toy.tar.gz.minisig", 0); err == nil && os.Geteuid() != 0 {
		models("require", "")
		s.refuse(Request{Source: "toy.tar.gz"}, fault.ErrVerify, "cannot be had")
	}
	os.Remove("toy.tar.gz.minisig")

	s.archive("toy.tar.gz", toy("toy", "1.0.0"))
	s.write("toy.tar.gz.minisig", signature)
	models("require", "")
	i := s.install(Request{Source: "toy.tar.gz"})
	if i.Signer != "acme" || len(i.Warnings) != 0 || !strings.Contains(s.read(lock.Name), acme.public) {
		t.Errorf("got %+v", i)
	}
	if _, err := s.program("toy"); err != nil {
		t.Error(err)
	}

	// Who signs may not change in silence, not even to nobody.
	s.archive("toy.tar.gz", toy("toy", "1.1.0"))
	os.Remove("toy.tar.gz.minisig")
	s.write("models.toml", strings.Replace(s.read("models.toml"), "require", "warn", 1))
	_, err := s.in.Upgrade(t.Context(), "toy", Request{})
	s.mustBe(err, fault.ErrVerify, "--accept-new-signer")
	if up, err := s.in.Upgrade(t.Context(), "toy", Request{AcceptSigner: true}); err != nil || up.Signer != "" || len(up.Warnings) != 1 {
		t.Errorf("got %+v, %v", up, err)
	}

	// What was installed unsigned does not run where signatures are required.
	s.write("models.toml", strings.Replace(s.read("models.toml"), "warn", "require", 1))
	_, err = s.program("toy")
	s.mustBe(err, fault.ErrVerify, "it is not signed")
}

func TestSearchAndMirror(t *testing.T) {
	s := newShop(t)
	s.install(Request{Source: s.archive("shelf/toy.tar.gz", toy("toy", "1.0.0"))})
	s.archive("shelf/new.tar.gz", toy("toy", "1.10.0"))
	s.folder("shelf/joy", toy("joy", "0.1.0"), here, func(m *manifest.Manifest) { m.Protocol = []int{7} })
	s.write("shelf/note.txt", "no package")
	all, err := s.in.Search(t.Context(), "shelf")
	var got []string
	for _, f := range all {
		got = append(got, f.Name+" "+f.Version)
	}
	if err != nil || !slices.Equal(got, []string{"joy 0.1.0", "toy 1.10.0", "toy 1.0.0"}) || !strings.Contains(all[0].Problem, "protocol 7") {
		t.Errorf("got %v, %v", got, err)
	}
	if all, err := s.in.Search(t.Context(), "", "TOY", "1.0"); err != nil || len(all) != 1 {
		t.Errorf("in the store: %+v, %v", all, err)
	}
	copies, err := s.in.Mirror(t.Context(), "mirror")
	if err != nil || len(copies) != 1 || copies[0].Source != filepath.Join("mirror", "toy-1.0.0.tar.gz") {
		t.Fatalf("mirrored %+v, %v", copies, err)
	}
	if s.read(copies[0].Source) != s.read("shelf/toy.tar.gz") {
		t.Error("the copy is another")
	}
	s.archive("shelf/toy.tar.gz", toy("toy", "1.0.1"))
	_, err = s.in.Mirror(t.Context(), "mirror")
	s.mustBe(err, fault.ErrVerify, "not what models.lock.toml pins")
}

func TestNeeds(t *testing.T) {
	s := newShop(t)
	s.folder("toy", toy("toy", "1.0.0"), here, func(m *manifest.Manifest) {
		m.Needs = manifest.Needs{Network: true, Env: []string{"CUDA_HOME"}, Memory: 1 << 30}
	})
	i := s.install(Request{Source: "toy"})
	if i.Granted || !strings.Contains(i.Text(), "the network, the variables CUDA_HOME, 1GiB of memory") || !strings.Contains(s.read("models.toml"), "# network = true") {
		t.Errorf("got %+v\n%s", i, s.read("models.toml"))
	}
	i = s.install(Request{Source: "toy", As: "granted", Grant: true})
	r, err := registry.Load("models.toml")
	if err != nil {
		t.Fatal(err)
	}
	if p, err := r.Plugin("granted"); err != nil || !i.Granted || !p.Network || !slices.Equal(p.Env, []string{"CUDA_HOME"}) {
		t.Errorf("got %+v, %+v, %v", i, p.Grant, err)
	}
	if p, _ := r.Plugin("toy"); p.Network {
		t.Error("it has what nobody granted")
	}
}
