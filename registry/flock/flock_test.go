package flock

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// open locks a file, or skips the test where there are no locks.
func open(t *testing.T, path string, how How) *os.File {
	t.Helper()
	f, err := Open(path, os.O_RDWR|os.O_CREATE, how)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("there are no locks here")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	one, two := open(t, path, Shared), open(t, path, Shared)
	one.Close()
	if _, err := Open(path, os.O_RDWR, Alone); !errors.Is(err, ErrHeld) {
		t.Errorf("alone while another shares it: %v", err)
	}
	two.Close()
	alone := open(t, path, Alone)
	for _, how := range []How{Alone, Shared} {
		if _, err := Open(path, os.O_RDONLY, how); !errors.Is(err, ErrHeld) {
			t.Errorf("while another has it alone: %v", err)
		}
	}
	alone.Close()
	open(t, path, Alone)
	if _, err := Open(path+"-none", os.O_RDONLY, Shared); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestWait(t *testing.T) {
	dir := t.TempDir() // a folder has a lock, too
	held, err := Open(dir, os.O_RDONLY, Alone)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("there are no locks here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Wait(ctx, dir, os.O_RDONLY, Shared); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits any more: %v", err)
	}
	got := make(chan error)
	go func() {
		f, err := Wait(t.Context(), dir, os.O_RDONLY, Shared)
		f.Close()
		got <- err
	}()
	select {
	case err := <-got:
		t.Fatalf("it does not wait: %v", err)
	default:
	}
	held.Close()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// TestHolder is no test: it is the other process of the one below.
func TestHolder(t *testing.T) {
	path := os.Getenv("GENHOST_TEST_LOCK")
	if path == "" {
		t.Skip("no other test has asked for a holder")
	}
	open(t, path, Alone)
	os.Stdout.WriteString("held\n")
	io.Copy(io.Discard, os.Stdin)
}

func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	open(t, path, Alone).Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHolder$")
	cmd.Env = append(os.Environ(), "GENHOST_TEST_LOCK="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Errorf("the holder says %q, %v", line, err)
	}
	if _, err := Open(path, os.O_RDWR, Alone); !errors.Is(err, ErrHeld) {
		t.Errorf("while another process has it: %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	open(t, path, Alone)
}
