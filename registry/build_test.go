package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A shop is a folder with a models.toml, a plugin's module and a cache.
type shop struct {
	t       *testing.T
	builder Builder
	mu      sync.Mutex
	notices []string
}

const mainGo = `package main

import (
	_ "embed"

	"example.com/toy/greet"
)

//go:embed words.txt
var words string

func main() { println(greet.Hello + words) }
`

// newShop writes a module of two packages: a plugin, which embeds a file, and
// what it imports.
func newShop(t *testing.T) *shop {
	t.Helper()
	inFolder(t, "schema = 1\n\n[plugins.toy]\nsource = './src/cmd/toy'\n")
	write(t, "src/go.mod", "module example.com/toy\n\ngo 1.21\n")
	write(t, "src/cmd/toy/main.go", mainGo)
	write(t, "src/cmd/toy/words.txt", "world")
	write(t, "src/cmd/toy/main_test.go", "package main\n")
	write(t, "src/greet/greet.go", "package greet\n\nconst Hello = \"hello \"\n")
	write(t, "src/other/other.go", "package other\n")
	for name, value := range map[string]string{"GOFLAGS": "", "GOWORK": "", "GOPROXY": "off", "CGO_ENABLED": "0"} {
		t.Setenv(name, value)
	}
	s := &shop{t: t}
	s.builder = Builder{Cache: "cache", Notice: func(text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.notices = append(s.notices, text)
	}}
	return s
}

func (s *shop) plugin() Plugin {
	s.t.Helper()
	r, err := Load("models.toml")
	if err != nil {
		s.t.Fatal(err)
	}
	return r.Plugins[0]
}

// get returns the plugin's executable and whether it was built for that.
func (s *shop) get() (Executable, bool) {
	s.t.Helper()
	before := len(s.notices)
	exe, err := s.builder.Executable(s.t.Context(), s.plugin())
	if err != nil {
		s.t.Fatal(err)
	}
	return exe, len(s.notices) > before
}

// fail returns the error that getting the plugin's executable must give.
func (s *shop) fail() error {
	s.t.Helper()
	exe, err := s.builder.Executable(s.t.Context(), s.plugin())
	if err == nil {
		s.t.Fatalf("got %v and no error", exe)
	}
	if exe.Path != "" {
		s.t.Errorf("got %v beside an error", exe)
	}
	return err
}

func same(a, b Executable) bool { return a.Path == b.Path && a.SHA256 == b.SHA256 }

func says(t *testing.T, exe Executable) string {
	t.Helper()
	if !filepath.IsAbs(exe.Path) {
		t.Errorf("%s is not absolute", exe.Path)
	}
	data, err := os.ReadFile(exe.Path)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != exe.SHA256 {
		t.Errorf("SHA-256 of %s is not %s", exe.Path, exe.SHA256)
	}
	out, err := exec.Command(exe.Path).CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// A plugin is built when something that goes into it has changed, and only
// then.
func TestBuild(t *testing.T) {
	s := newShop(t)
	t.Setenv("GOOS", "plan9") // of no concern: it must run here
	first, built := s.get()
	if !built || says(t, first) != "hello world" {
		t.Errorf("first: built %v, says %q", built, says(t, first))
	}
	if want := "building plugin toy (first use)"; s.notices[0] != want {
		t.Errorf("notice %q, want %q", s.notices[0], want)
	}
	if !strings.HasPrefix(filepath.Base(first.Path), "toy") {
		t.Errorf("the executable is called %s", filepath.Base(first.Path))
	}
	same := func(what string) {
		t.Helper()
		if exe, built := s.get(); built || !same(exe, first) {
			t.Errorf("%s: built %v, got %v, want %v", what, built, exe, first)
		}
	}
	same("nothing changed")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes("src/cmd/toy/main.go", later, later); err != nil {
		t.Fatal(err)
	}
	same("touched")
	write(t, "src/other/other.go", "package other // changed\n")
	write(t, "src/cmd/toy/main_test.go", "package main // changed\n")
	write(t, "src/cmd/toy/README.md", "new")
	same("files that do not go into it")

	changed := func(file, text, want string) {
		t.Helper()
		write(t, file, text)
		exe, built := s.get()
		if !built || exe.Path == first.Path || says(t, exe) != want {
			t.Errorf("%s changed: built %v, says %q, want %q", file, built, says(t, exe), want)
		}
	}
	changed("src/greet/greet.go", "package greet\n\nconst Hello = \"good \"\n", "good world")
	if got := s.notices[len(s.notices)-1]; got != "building plugin toy (it has changed)" {
		t.Errorf("notice %q", got)
	}
	changed("src/cmd/toy/words.txt", "bye", "good bye")
	changed("src/cmd/toy/more.go", "package main\n\nfunc init() { words = \"night\" }\n", "good night")
	changed("src/go.mod", "module example.com/toy\n\ngo 1.22\n", "good night")

	if err := os.Remove("src/cmd/toy/more.go"); err != nil {
		t.Fatal(err)
	}
	write(t, "src/go.mod", "module example.com/toy\n\ngo 1.21\n")
	write(t, "src/cmd/toy/words.txt", "world")
	write(t, "src/greet/greet.go", "package greet\n\nconst Hello = \"hello \"\n")
	same("changed back")
	t.Setenv("GOFLAGS", "-ldflags=-s")
	if exe, built := s.get(); !built || exe.SHA256 == first.SHA256 {
		t.Error("other flags: not built again")
	}
}

// What another module on this machine holds goes into the key too.
func TestBuildReplacedModule(t *testing.T) {
	s := newShop(t)
	write(t, "far/go.mod", "module example.com/far\n\ngo 1.21\n")
	write(t, "far/far.go", "package far\n\nconst Hello = \"far \"\n")
	write(t, "src/greet/greet.go", "package greet\n\nimport \"example.com/far\"\n\nconst Hello = far.Hello\n")
	write(t, "src/go.mod", "module example.com/toy\n\ngo 1.21\n\nrequire example.com/far v1.0.0\n\nreplace example.com/far => ../far\n")
	if exe, _ := s.get(); says(t, exe) != "far world" {
		t.Errorf("says %q", says(t, exe))
	}
	write(t, "far/far.go", "package far\n\nconst Hello = \"further \"\n")
	if exe, _ := s.get(); says(t, exe) != "further world" {
		t.Errorf("after a change says %q", says(t, exe))
	}
}

// The same of a workspace.
func TestBuildWorkspace(t *testing.T) {
	s := newShop(t)
	write(t, "far/go.mod", "module example.com/far\n\ngo 1.21\n")
	write(t, "far/far.go", "package far\n\nconst Hello = \"far \"\n")
	write(t, "src/greet/greet.go", "package greet\n\nimport \"example.com/far\"\n\nconst Hello = far.Hello\n")
	write(t, "go.work", "go 1.21\n\nuse (\n\t./src\n\t./far\n)\n")
	first, _ := s.get()
	if says(t, first) != "far world" {
		t.Errorf("says %q", says(t, first))
	}
	write(t, "far/far.go", "package far\n\nconst Hello = \"further \"\n")
	if exe, _ := s.get(); says(t, exe) != "further world" {
		t.Errorf("after a change says %q", says(t, exe))
	}
	write(t, "go.work", "go 1.22\n\nuse (\n\t./src\n\t./far\n)\n")
	if _, built := s.get(); !built {
		t.Error("after a change of go.work: not built again")
	}
}

// A build that lies damaged in the cache is not used.
func TestDamagedBuild(t *testing.T) {
	s := newShop(t)
	first, _ := s.get()
	for name, damage := range map[string]func() error{
		"cut short": func() error { return os.Truncate(first.Path, 1000) },
		"altered":   func() error { return appendTo(first.Path) },
		"gone":      func() error { return os.Remove(first.Path) },
		"sum gone":  func() error { return os.Remove(filepath.Join(filepath.Dir(first.Path), sumFile)) },
		"all gone":  func() error { return os.RemoveAll("cache") },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if exe, built := s.get(); !built || !same(exe, first) || says(t, exe) != "hello world" {
			t.Errorf("%s: built %v, got %v, want %v", name, built, exe, first)
		}
	}
}

func appendTo(path string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString("x")
	return err
}

// Ten builds at a time, and a damaged one in the way, give the same.
func TestParallelBuilds(t *testing.T) {
	s := newShop(t)
	p := s.plugin()
	key, err := contentKey(t.Context(), p.Path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join("cache", "builds", "toy", key, "toy"), "half a program")
	var wait sync.WaitGroup
	exes, errs := make([]Executable, 10), make([]error, 10)
	for i := range exes {
		wait.Go(func() { exes[i], errs[i] = s.builder.Executable(t.Context(), p) })
	}
	wait.Wait()
	for i := range exes {
		if errs[i] != nil || !same(exes[i], exes[0]) {
			t.Errorf("build %d: %v, %v; want %v", i, exes[i], errs[i], exes[0])
		}
	}
	if says(t, exes[0]) != "hello world" {
		t.Errorf("says %q", says(t, exes[0]))
	}
	if left, _ := filepath.Glob("cache/builds/toy/" + tempPrefix + "*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// A good build that another has put in its place meanwhile may be running: it
// stays.
func TestInstallTwice(t *testing.T) {
	dir := t.TempDir()
	place := filepath.Join(dir, "key")
	var made [2]Executable
	for i, text := range []string{"one", "two"} {
		temp := filepath.Join(dir, text)
		write(t, filepath.Join(temp, "toy"), text)
		exe, err := sum(filepath.Join(temp, "toy"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(temp, sumFile), exe.SHA256+" toy")
		if made[i], err = install(temp, place, exe); err != nil {
			t.Fatal(err)
		}
	}
	now, err := sum(filepath.Join(place, "toy"))
	if err != nil || !same(made[0], now) || !same(made[1], now) {
		t.Errorf("got %v, there is %v, %v", made, now, err)
	}
}

// The source changes while it is compiled: what comes out is the new one, and
// nothing wrong stays under the old one's key.
func TestChangeDuringBuild(t *testing.T) {
	s := newShop(t)
	s.builder.Notice = func(string) { write(t, "src/cmd/toy/words.txt", "moon") }
	exe, err := s.builder.Executable(t.Context(), s.plugin())
	if err != nil || says(t, exe) != "hello moon" {
		t.Fatalf("says %q, %v", says(t, exe), err)
	}
	s.builder.Notice = nil
	write(t, "src/cmd/toy/words.txt", "world")
	if exe, _ := s.get(); says(t, exe) != "hello world" {
		t.Errorf("changed back, says %q", says(t, exe))
	}
}

func TestCompileErrors(t *testing.T) {
	s := newShop(t)
	write(t, "src/cmd/toy/main.go", "package main\n\nfunc main() {\n\tcheese()\n\tvar n int = \"x\"\n}\n")
	err := s.fail()
	dir := s.plugin().Path
	want := "models.toml:3: plugin toy: cannot be built: go build in " + dir + ":\n# example.com/toy/cmd/toy\n" +
		"./main.go:4:2: undefined: cheese\n"
	if !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "./main.go:5:") {
		t.Errorf("got\n%s\nwant\n%s...", err, want)
	}
	if errors.Is(err, ErrConfig) || len(sdk.Hints(err)) != 1 {
		t.Errorf("kind or hints of %v: %q", err, sdk.Hints(err))
	}
	if left, _ := filepath.Glob("cache/builds/toy/*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	write(t, "src/cmd/toy/main.go", "package main\n\nfunc main( {\n")
	if err := s.fail(); !strings.Contains(err.Error(), "main.go:3:12: syntax error") && !strings.Contains(err.Error(), "main.go:3:12: expected") {
		t.Errorf("got %v", err)
	}
	write(t, "src/cmd/toy/main.go", "package main\n\nimport _ \"example.com/none\"\n\nfunc main() {}\n")
	if err := s.fail(); !strings.Contains(err.Error(), "main.go:3:8: no required module provides package example.com/none") {
		t.Errorf("got %v", err)
	}
}

func TestBadSources(t *testing.T) {
	const nothing = ""
	for name, test := range map[string]struct {
		source, want string
		kind         error
		hint         string
	}{
		"missing":       {"nowhere/toy", "source nowhere/toy: no such file or directory", ErrNotFound, "it means "},
		"broken link":   {"broken", "source broken: no such file or directory", ErrNotFound, "it means "},
		"below a file":  {"models.toml/x", "source models.toml/x: not a directory", nil, "it means "},
		"plain file":    {"models.toml", "source models.toml: the file is not executable", ErrConfig, "chmod +x"},
		"device":        {"/dev/null", "source /dev/null: neither a file nor a folder", ErrConfig, nothing},
		"no Go files":   {"src", "source src: the folder has no Go files", ErrConfig, "its executable"},
		"no module":     {"loose", "source loose: no go.mod in the folder or above it", ErrConfig, "go mod init"},
		"no program":    {"src/greet", "the folder holds package greet, not a program", ErrConfig, "package main"},
		"address":       {"https://example.com/toy", "source https://example.com/toy: it is not installed", ErrNotFound, "genhost plugin install"},
		"OCI reference": {"oci://example.com/toy:1", "source oci://example.com/toy:1: it is not installed", ErrNotFound, "genhost plugin install"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			write(t, "loose/main.go", "package main\n\nfunc main() {}\n")
			if err := os.Symlink("nowhere", "broken"); err != nil {
				t.Fatal(err)
			}
			write(t, "models.toml", "schema = 1\n[plugins.toy]\nsource = '"+test.source+"'\n")
			err := s.fail()
			if want := "models.toml:2: plugin toy: " + test.want; err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			for _, kind := range []error{ErrConfig, ErrNotFound} {
				if errors.Is(err, kind) != (kind == test.kind) {
					t.Errorf("%v: is %v: %v", err, kind, errors.Is(err, kind))
				}
			}
			if h := strings.Join(sdk.Hints(err), " "); !strings.Contains(h, test.hint) || (test.hint == nothing) != (h == nothing) {
				t.Errorf("hints: %q, want %q", h, test.hint)
			}
		})
	}
}

// An executable is taken as it is: read, not run.
func TestExecutable(t *testing.T) {
	s := newShop(t)
	dir, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	write(t, "bin/toy-1.2", "#!/bin/sh\ntouch "+dir+"/was-run\necho hello script\n")
	if err := os.Chmod("bin/toy-1.2", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("bin/toy-1.2", "toy"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", "") // not even go is needed
	write(t, "models.toml", "schema = 1\n[plugins.toy]\nsource = 'toy'\n")
	exe, built := s.get()
	if built || exe.Path != filepath.Join(dir, "bin", "toy-1.2") {
		t.Errorf("built %v, got %v", built, exe)
	}
	if _, err := os.Stat("was-run"); err == nil {
		t.Error("it was run")
	}
	if want := "hello script"; !strings.HasSuffix(says(t, exe), want) {
		t.Errorf("says %q, want %q", says(t, exe), want)
	}
}

func TestNoGo(t *testing.T) {
	s := newShop(t)
	t.Setenv("PATH", t.TempDir())
	err := s.fail()
	if want := "models.toml:3: plugin toy: cannot be built: no go command on the PATH"; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if h := sdk.Hints(err); len(h) != 1 || !strings.Contains(h[0], "https://go.dev/dl") {
		t.Errorf("hints: %q", h)
	}
}

// The context ends while a go command runs that would take an hour.
func TestCancelBuild(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the go command of this test is a shell script")
	}
	s := newShop(t)
	write(t, "bin/go", "#!/bin/sh\n/bin/sleep 3600 &\necho > started\nwait\n")
	if err := os.Chmod("bin/go", 0o755); err != nil {
		t.Fatal(err)
	}
	abs, err := filepath.Abs("bin")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", abs)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := s.builder.Executable(ctx, s.plugin())
		done <- err
	}()
	for range 3000 {
		if _, err := os.Stat("src/cmd/toy/started"); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "models.toml:3: plugin toy: ") {
			t.Errorf("got %v, want context.Canceled", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("still building")
	}
}

// The cache cannot be made where a file is.
func TestNoCache(t *testing.T) {
	s := newShop(t)
	write(t, "cache", "a file")
	if err := s.fail(); !strings.HasPrefix(err.Error(), "models.toml:3: plugin toy: ") || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("got %v", err)
	}
}

func TestPrune(t *testing.T) {
	now := time.Now()
	dir := t.TempDir()
	ages := map[string]time.Duration{
		"many/1": 2 * time.Hour, "many/2": 3 * time.Hour, "many/3": 4 * time.Hour, "many/4": 5 * time.Hour, "many/5": 6 * time.Hour,
		"many/6": 7 * time.Hour, "many/current": 999 * time.Hour,
		"busy/1": time.Minute, "busy/2": 2 * time.Minute, "busy/3": 3 * time.Minute, "busy/4": 4 * time.Minute, "busy/5": 5 * time.Minute, "busy/6": 6 * time.Minute,
		"old/1": 29 * 24 * time.Hour, "old/2": 31 * 24 * time.Hour,
		"temp/.tmp-1": time.Minute, "temp/.tmp-2": 2 * time.Hour,
	}
	for name, age := range ages {
		write(t, filepath.Join(dir, name, "toy"), "x")
		if err := os.Chtimes(filepath.Join(dir, name), now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	prune(dir, filepath.Join(dir, "many", "current"), now)
	gone := map[string]bool{"many/6": true, "old/2": true, "temp/.tmp-2": true}
	for name := range ages {
		if _, err := os.Stat(filepath.Join(dir, name, "toy")); (err != nil) != gone[name] {
			t.Errorf("%s: %v, want it gone: %v", name, err, gone[name])
		}
	}
}
