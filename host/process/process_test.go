//go:build unix && !aix && !solaris

package process

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/sdk"
)

// spec makes the test binary a plugin of some kind, in a sandbox.
func spec(t *testing.T, as string) Spec {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Spec{Name: "fake", Path: exe, Env: []string{asVariable + "=" + as}, Sandbox: &sandbox.Sandbox{}}
}

func start(t *testing.T, s Spec) *Process {
	t.Helper()
	p, err := Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop() })
	return p
}

var space = sdk.Space{Modality: "x", Shape: []int{2}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: 2}}}

// model makes one that does as it is told.
func model(t *testing.T, p *Process, do string) sdk.Model {
	t.Helper()
	m, err := p.Plugin().Models[0].New(t.Context(), sdk.Settings{"do": fmt.Appendf(nil, "%q", do)}, space)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func generate(ctx context.Context, m sdk.Model) error {
	_, err := m.Generate(ctx, sdk.GenerateRequest{N: 1})
	return err
}

// eventually waits until ok, and fails the test when that never comes.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// gone reports whether a process has ended, even if nobody has asked how.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) == syscall.ESRCH {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, _ := strings.Cut(string(stat), ") ")
	return err == nil && strings.HasPrefix(state, "Z")
}

func TestStartCallStop(t *testing.T) {
	base, err := baseFolder()
	if err != nil {
		t.Fatal(err)
	}
	goroutines := runtime.NumGoroutine()
	p := start(t, spec(t, "good"))
	if d := p.Plugin().Doc; d != "good" {
		t.Errorf("Doc is %q", d)
	}
	m := model(t, p, "")
	if b, err := m.Generate(t.Context(), sdk.GenerateRequest{N: 1}); err != nil || b.Len() != 1 {
		t.Errorf("got %v, %v", b, err)
	}
	if info, err := os.Stat(p.folder.Path); err != nil || info.Mode().Perm() != 0o700 || filepath.Dir(p.folder.Path) != base {
		t.Errorf("folder: %v, %v", info, err)
	}
	for range 2 {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	}
	select {
	case <-p.Exited():
	default:
		t.Error("stopped, but not exited")
	}
	if state := p.program.cmd.ProcessState.String(); state != "exit status 0" {
		t.Errorf("did not end when asked: %s", state)
	}
	if err := generate(t.Context(), m); !errors.Is(err, sdk.ErrCrashed) || err.Error() != "the fake plugin was stopped" {
		t.Errorf("after Stop: got %v", err)
	}
	if _, err := os.Stat(p.folder.Path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	eventually(t, "all goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines })
}

func TestCannotStart(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode fs.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	elf := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\xf3\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 44)
	for _, c := range []struct {
		path string
		kind error
		text string
		hint string
	}{
		{filepath.Join(dir, "gone"), fs.ErrNotExist, "gone: file does not exist", "build it"},
		{dir, sdk.ErrBadInput, "is no file", ""},
		{file("plain", "hello", 0o644), fs.ErrPermission, "is not executable", "chmod +x"},
		{file("text", "hello\n", 0o755), sdk.ErrProtocol, "text is no program", ""},
		{file("script", "#!/no/such/interpreter\n", 0o755), fs.ErrNotExist, "needs an interpreter", "first line"},
		{file("foreign", elf, 0o755), sdk.ErrProtocol, "is built for linux/riscv64, this machine is " + runtime.GOOS, "get it for"},
		{file("true", "#!/bin/sh\nexit 0\n", 0o755), sdk.ErrProtocol, "ended before its handshake: exit status 0", "a genhost plugin?"},
		{file("sorry", "#!/bin/sh\necho sorry >&2; exit 127\n", 0o755), sdk.ErrProtocol, "ended before its handshake: exit status 127: sorry", ""},
		{file("suicide", "#!/bin/sh\nkill -9 $$\n", 0o755), sdk.ErrCrashed, "ended before its handshake: signal: killed", "memory"},
	} {
		for name, held := range map[string]*sandbox.Sandbox{"": nil, ", in a sandbox": {}} {
			_, err := Start(t.Context(), Spec{Name: "fake", Path: c.path, Sandbox: held})
			checkError(t, filepath.Base(c.path)+name, err, c.kind, c.text, c.hint)
		}
	}
}

func checkError(t *testing.T, name string, err, kind error, text, hint string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), "the fake plugin") {
		t.Errorf("%s: got %v", name, err)
	}
	if err != nil && (strings.Contains(err.Error(), "rpc error") || strings.Contains(err.Error(), "\n")) {
		t.Errorf("%s: no sentence of ours: %v", name, err)
	}
	if hints := strings.Join(sdk.Hints(err), "\n"); !strings.Contains(hints, hint) {
		t.Errorf("%s: hints %q, want %q", name, hints, hint)
	}
}

func TestBadHandshakes(t *testing.T) {
	for _, c := range []struct {
		as   string
		kind error
		text string
		hint string
	}{
		{"chatty", sdk.ErrProtocol, `printed "Hello from the imported library" where its handshake belongs`, "stderr"},
		{"1|99|unix|/none|grpc|CERT", sdk.ErrProtocol, "speaks protocol 99, this genhost speaks 1", "a newer genhost"},
		{"1|0|unix|/none|grpc|CERT", sdk.ErrProtocol, "speaks protocol 0, this genhost speaks 1", "build the plugin again"},
		{"1|1|unix|/none|netrpc|CERT", sdk.ErrProtocol, "does not speak gRPC", "build the plugin again"},
		{"1|1|unix|/none|grpc|", sdk.ErrProtocol, "no certificate", "build the plugin again"},
		{"1|1|unix|/none|grpc|" + strings.Repeat("A", 100), sdk.ErrProtocol, "certificate", ""},
		{"1|1|unix|/none|grpc|CERT", sdk.ErrCrashed, "connection to the fake plugin broke: error while dialing", ""},
		{"plain", sdk.ErrProtocol, "does not encrypt its connection", "build the plugin again"},
		{"invalid", sdk.ErrProtocol, `exit status 1: plugin fake: version ""`, ""},
		{"panics", sdk.ErrCrashed, "exit status 2: panic: no cheese at all", ""},
	} {
		p, err := Start(t.Context(), spec(t, c.as))
		if err == nil {
			p.Stop()
		}
		checkError(t, c.as, err, c.kind, c.text, c.hint)
	}
}

func TestStartIsBounded(t *testing.T) {
	for _, as := range []string{"silent", "mute"} {
		s := spec(t, as)
		s.Timeout = 300 * time.Millisecond
		_, err := Start(t.Context(), s)
		checkError(t, as, err, sdk.ErrProtocol, "did not answer within 300ms", "")
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		_, err = Start(ctx, spec(t, as))
		cancel()
		checkError(t, as+", cancelled", err, context.DeadlineExceeded, "start the fake plugin", "")
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		s.Timeout = time.Hour
		_, err = Start(ctx, s)
		checkError(t, as+", cancelled before", err, context.Canceled, "start the fake plugin", "")
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("SECRET", "do not tell")
	t.Setenv("LC_TIME", "C")
	s := spec(t, "environment")
	s.Threads, s.Env = 3, append(s.Env, "EXTRA=given")
	env, err := strconv.Unquote(start(t, s).Plugin().Doc)
	if err != nil {
		t.Fatal(err)
	}
	env = "\n" + env + "\n"
	for _, want := range []string{"\nLC_TIME=C\n", "\nGOMAXPROCS=3\n", "\nOMP_NUM_THREADS=3\n", "\nEXTRA=given\n", "\nPATH="} {
		if !strings.Contains(env, want) {
			t.Errorf("%q is missing", strings.TrimSpace(want))
		}
	}
	if strings.Contains(env, "SECRET") {
		t.Error("the plugin sees the host's secret")
	}
}

func TestLongTemporaryFolder(t *testing.T) {
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", long)
	t.Setenv("XDG_RUNTIME_DIR", "/proc/no/such/folder")
	if d := start(t, spec(t, "good")).Plugin().Doc; d != "good" {
		t.Errorf("Doc is %q", d)
	}
}

// A notebook is a log that can be read while it is written.
type notebook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.Write(p)
}

func (n *notebook) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

func TestDeaths(t *testing.T) {
	for _, c := range []struct {
		do, text, hint string
		call           func(context.Context, sdk.Model) error
	}{
		{"panic", "the fake plugin died: exit status 2: panic: out of cheese", "", generate},
		{"exit", "the fake plugin died: exit status 3: these are my last words", "",
			func(ctx context.Context, m sdk.Model) error {
				return (&sdk.Job{Data: sdk.InMemory(space, sdk.MakeBatch(9, 2))}).Run(ctx, m)
			}},
	} {
		var log notebook
		s := spec(t, "good")
		s.Log, s.Sandbox.Read = &log, []string{os.TempDir()} // where a job's rows are
		p := start(t, s)
		m := model(t, p, c.do)
		checkError(t, c.do, c.call(t.Context(), m), sdk.ErrCrashed, c.text, c.hint)
		<-p.Exited()
		checkError(t, c.do+", afterwards", generate(t.Context(), m), sdk.ErrCrashed, c.text, c.hint)
		_, err := p.Plugin().Models[0].New(t.Context(), nil, space)
		checkError(t, c.do+", a new model", err, sdk.ErrCrashed, c.text, c.hint)
		if word := c.text[strings.LastIndex(c.text, ": ")+2:]; !strings.Contains(log.String(), word) {
			t.Errorf("%s: the log is %q", c.do, log.String())
		}
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	}
}

func TestKilledFromOutside(t *testing.T) {
	p := start(t, spec(t, "good"))
	m := model(t, p, "hang")
	called := make(chan error)
	go func() { called <- generate(context.Background(), m) }()
	if err := syscall.Kill(p.program.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	checkError(t, "killed", <-called, sdk.ErrCrashed, "the fake plugin died: signal: killed", "memory")
}

func TestFrozen(t *testing.T) {
	p := start(t, spec(t, "stubborn"))
	m := model(t, p, "")
	if err := syscall.Kill(p.program.cmd.Process.Pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the frozen plugin does not answer", func() bool { // it takes a moment to freeze
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		err := generate(ctx, m)
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call to a frozen plugin: got %v", err)
		}
		return err != nil
	})
	stopped := make(chan error)
	go func() { stopped <- p.Stop() }()
	select {
	case err := <-stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("Stop hangs")
	}
	if !gone(p.program.cmd.Process.Pid) {
		t.Error("the process is still there")
	}
}

func TestStopWhileBusy(t *testing.T) {
	p := start(t, spec(t, "stubborn"))
	m := model(t, p, "hang")
	called := make(chan error)
	go func() { called <- generate(context.Background(), m) }()
	time.Sleep(50 * time.Millisecond) // so that the call is under way, most likely
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	checkError(t, "busy", <-called, sdk.ErrCrashed, "the fake plugin was stopped", "")
}

func TestAllOutputIsLogged(t *testing.T) {
	var log notebook
	s := spec(t, "good")
	s.Log = &log
	p := start(t, s)
	m := model(t, p, "chat")
	for range 3 { // a pipe that nobody reads would block the second
		if err := generate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	got := log.String()
	if n := strings.Count(got, "x"); n != 3*300<<10 {
		t.Errorf("%d bytes of a long line, want %d", n, 3*300<<10)
	}
	for _, want := range []string{"on stdout\n", "on stderr\n"} {
		if n := strings.Count(got, want); n != 3 {
			t.Errorf("%q is there %d times", want, n)
		}
	}
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestALogThatCannotBeWritten(t *testing.T) {
	s := spec(t, "good")
	s.Log = fullDisk{}
	m := model(t, start(t, s), "chat")
	for range 3 {
		if err := generate(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

func TestChildrenGoWithThePlugin(t *testing.T) {
	p := start(t, spec(t, "parent"))
	child, err := strconv.Atoi(p.Plugin().Doc)
	if err != nil {
		t.Fatal(err)
	}
	if gone(child) {
		t.Fatal("the child is not there to begin with")
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	eventually(t, "the child ends", func() bool { return gone(child) })
}

func TestPluginsGoWithTheHost(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host := exec.Command(exe)
	host.Env = append(os.Environ(), asVariable+"=host")
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	var plugin, child, stranger int
	line, err := bufio.NewReader(out).ReadString('\n')
	if _, scanErr := fmt.Sscan(line, &plugin, &child, &stranger); err != nil || scanErr != nil {
		host.Process.Kill()
		t.Fatal(err, scanErr)
	}
	if gone(plugin) || gone(child) || gone(stranger) {
		t.Error("they are not there to begin with")
	}
	host.Process.Kill()
	host.Wait()
	eventually(t, "the plugin ends", func() bool { return gone(plugin) })
	eventually(t, "its child ends", func() bool { return gone(child) })
	if runtime.GOOS == "linux" {
		eventually(t, "a program that reads no lifeline ends", func() bool { return gone(stranger) })
	}
}

func TestLines(t *testing.T) {
	var got []string
	w := lineWriter{put: func(line []byte) { got = append(got, string(line)) }}
	long := strings.Repeat("x", maxLine)
	for _, s := range []string{"a", "b\nc\n", long, "y", "z\nend"} {
		w.Write([]byte(s))
	}
	w.flush()
	if want := []string{"ab\n", "c\n", long + "y", "z\n", "end"}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %.60q", got)
	}
	var last tail
	for i := range 2 * tailLines {
		last.put(fmt.Appendf(nil, "line %d\n", i))
	}
	last.put([]byte(" \n"))
	if len(last.lines) != tailLines || !strings.HasSuffix(last.lastWords(), "line 8\nline 9") {
		t.Errorf("%d lines: %q", len(last.lines), last.lastWords())
	}
	last.put([]byte("panic: at the disco\n"))
	last.put([]byte("goroutine 1 [running]:\n"))
	if last.lastWords() != "panic: at the disco" {
		t.Errorf("the last words are %q", last.lastWords())
	}
}
