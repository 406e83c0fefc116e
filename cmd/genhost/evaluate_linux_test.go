package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Ctrl-C ends an evaluation that would take hours, and leaves no half of it.
func TestInterruptEvaluation(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GENHOST_CACHE", filepath.Join(dir, "cache"))
	if err := os.Symlink(plugins(t), filepath.Join(dir, "bin")); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "genhost")
	command(t, ".", "go", "build", "-o", program, ".")
	write(t, filepath.Join(dir, "models.toml"), `schema = 1
plugins = { vae.source = "./bin/vae", image.source = "./bin/image" }
models.vae = { plugin = "vae", data = "./data", settings = { hidden = [8], latent = 2, epochs = 1, batch = 2 } }
`)
	for _, name := range []string{"a.pgm", "b.pgm", "c.pgm", "d.pgm"} {
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o777); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "data", name), "P2\n2 2\n1\n1 0 0 1\n")
	}
	command(t, dir, program, "train", "--model", "vae", "--run", "r", "--progress", "quiet")

	s := &session{dir: dir, cmd: exec.Command(program, "evaluate", "r", "--samples", "2000000000", "--progress", "plain")}
	s.cmd.Dir = dir
	pipe, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(2*time.Minute, func() { s.cmd.Process.Kill() }) // that heeds no Ctrl-C
	defer guard.Stop()
	lines := bufio.NewScanner(pipe)
	for lines.Scan() && !strings.Contains(lines.Text(), "scoring") {
	}
	s.plugins() // so that they are known once the host is gone
	s.cmd.Process.Signal(os.Interrupt)
	var last string
	for lines.Scan() {
		last = lines.Text()
	}
	if code := s.wait(t); code != 130 || last != "genhost: interrupted" {
		t.Errorf("exit code %d, and last %q", code, last)
	}
	eventually(t, "the plugins are gone", func() bool { return len(s.plugins()) == 0 })
	left, err := filepath.Glob(filepath.Join(dir, "runs", "r", "*eval*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
