package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A session is a genhost that trains a slow model, in a folder of its own.
type session struct {
	dir    string
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// trainSlow starts a training that takes minutes, and returns when it is well
// under way.
func trainSlow(t *testing.T) *session {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("GENHOST_CACHE", filepath.Join(dir, "cache"))
	if err := os.Symlink(plugins(t), filepath.Join(dir, "bin")); err != nil {
		t.Fatal(err)
	}
	host := filepath.Join(dir, "genhost")
	command(t, ".", "go", "build", "-o", host, ".")
	write(t, filepath.Join(dir, "models.toml"), `schema = 1
plugins = { slow.source = "./bin/slow", image.source = "./bin/image" }
models.slow = { plugin = "slow", data = "./a.pgm", settings.epochs = 20000 }
`)
	write(t, filepath.Join(dir, "a.pgm"), "P2\n2 2\n1\n1 0 0 1\n")
	s := &session{dir: dir, cmd: exec.Command(host, "train", "--model", "slow", "--run", "s", "--progress", "quiet")}
	s.cmd.Dir, s.cmd.Stderr = dir, &s.stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	metrics := filepath.Join(dir, "runs", "s", "metrics.csv")
	eventually(t, "metrics are written", func() bool {
		b, _ := os.ReadFile(metrics)
		return bytes.Count(b, []byte("\n")) > 1
	})
	if s.plugin("slow") == 0 || s.plugin("image") == 0 {
		t.Fatalf("plugins are %v", s.plugins())
	}
	return s
}

// wait returns the exit code.
func (s *session) wait(t *testing.T) int {
	t.Helper()
	done := make(chan struct{})
	go func() { s.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		t.Fatalf("genhost is still there\n%s", &s.stderr)
	}
	return s.cmd.ProcessState.ExitCode()
}

// plugin returns the process of one of the session's plugins, 0 for none.
func (s *session) plugin(name string) int {
	for _, pid := range s.plugins() {
		if exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid)); err == nil && filepath.Base(exe) == name {
			return pid
		}
	}
	return 0
}

// plugins returns the processes of the session's plugins, those of a host that
// is gone among them, if they were seen before.
func (s *session) plugins() (pids []int) {
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		exe, err := os.Readlink(filepath.Join(p, "exe"))
		pid, _ := strconv.Atoi(filepath.Base(p))
		if err == nil && strings.HasPrefix(exe, pluginDir) && ownedBy(pid, s.cmd.Process.Pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

var owners = map[int]int{} // by plugin, while their hosts were alive

// ownedBy reports whether a process is, or was, a child of host.
func ownedBy(pid, host int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	var state string
	var parent int
	fmt.Sscan(rest, &state, &parent)
	if parent == host {
		owners[pid] = host
	}
	return owners[pid] == host
}

// A host that is killed leaves no plugin behind, and a run that says so.
func TestKillHost(t *testing.T) {
	s := trainSlow(t)
	s.cmd.Process.Kill()
	s.wait(t)
	eventually(t, "the plugins are gone", func() bool { return len(s.plugins()) == 0 })
	out := command(t, s.dir, s.cmd.Path, "runs", "show", "s")
	if !strings.Contains(out, "failed") || !strings.Contains(out, "genhost ended while it was training") {
		t.Errorf("runs show says:\n%s", out)
	}
}

// A plugin that is killed is an error that names it.
func TestKillPlugin(t *testing.T) {
	s := trainSlow(t)
	syscall.Kill(s.plugin("slow"), syscall.SIGKILL)
	if code := s.wait(t); code != 7 {
		t.Errorf("exit code %d, want 7", code)
	}
	if got := s.stderr.String(); !strings.Contains(got, "the slow plugin died") || !strings.Contains(got, "killed") {
		t.Errorf("stderr:\n%s", got)
	}
	if left := s.plugins(); len(left) > 0 {
		t.Errorf("plugins %v are left", left)
	}
}

// Ctrl-C leaves a checkpoint that generates.
func TestInterrupt(t *testing.T) {
	s := trainSlow(t)
	s.cmd.Process.Signal(os.Interrupt)
	if code := s.wait(t); code != 9 {
		t.Errorf("exit code %d, want 9\n%s", code, &s.stderr)
	}
	if left := s.plugins(); len(left) > 0 {
		t.Errorf("plugins %v are left", left)
	}
	command(t, s.dir, s.cmd.Path, "generate", "s", "-n", "2")
}

// Ctrl-C twice ends at once, even when the plugin is frozen.
func TestInterruptFrozen(t *testing.T) {
	s := trainSlow(t)
	syscall.Kill(s.plugin("slow"), syscall.SIGSTOP)
	s.cmd.Process.Signal(os.Interrupt)
	time.Sleep(300 * time.Millisecond) // two signals at once are one
	s.cmd.Process.Signal(os.Interrupt)
	if code := s.wait(t); code == 0 {
		t.Error("exit code 0")
	}
	eventually(t, "the plugins are gone", func() bool { return len(s.plugins()) == 0 })
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 600 {
		if so() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it never came to pass that %s", what)
}
