package run

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/genhost/genhost/registry/flock"
	"github.com/genhost/genhost/sdk"
)

// locks skips the test where there are none.
func locks(t *testing.T) {
	t.Helper()
	f, err := flock.Open(t.TempDir()+"/f", os.O_RDWR|os.O_CREATE, flock.Alone)
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip("there are no locks here")
	}
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
}

// lockless makes a run like one of a system that has no locks.
func lockless(t *testing.T, r *Run) *Run {
	t.Helper()
	r.lock.release()
	r.lock = nil
	if err := os.Remove(r.path(lockFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return r
}

// TestTrainer is no test: it is the other process of those below.
func TestTrainer(t *testing.T) {
	dir := os.Getenv("GENHOST_TEST_TRAIN")
	if dir == "" {
		t.Skip("no other test has asked for a trainer")
	}
	r, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	rec := record(t, r)
	os.Stdout.WriteString("training\n")
	io.Copy(io.Discard, os.Stdin)
	runtime.KeepAlive(rec)
}

// trainer starts a process that trains a run until it is killed.
func trainer(t *testing.T, r *Run) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestTrainer$")
	cmd.Env = append(os.Environ(), "GENHOST_TEST_TRAIN="+r.Dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "training\n" {
		t.Fatalf("the trainer says %q, %v", line, err)
	}
	return cmd
}

// A process in another container has a number that means nothing here, or
// means another process, and yet it trains, until it is killed.
func TestTrainingInAnotherContainer(t *testing.T) {
	locks(t)
	root := t.TempDir()
	r := ended(t, create(t, root))
	cmd := trainer(t, r)
	by(t, r, Process{ID: 1<<31 - 1, Start: "1", Boot: bootID()})
	if s, err := r.Status(); err != nil || s.State != Training {
		t.Errorf("while it trains: %+v, %v", s, err)
	}
	if _, err := r.Record(); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "process 2147483647") {
		t.Errorf("recording what another trains: %v", err)
	}
	if _, err := Remove(root, r.Name, false); !errors.Is(err, ErrBusy) || len(sdk.Hints(err)) == 0 {
		t.Errorf("removing it: %v", err)
	}
	by(t, r, thisProcess()) // as its number may be
	if _, err := r.Record(); !errors.Is(err, ErrBusy) {
		t.Errorf("a number that is also ours: %v", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if s, err := r.Status(); err != nil || s.State != Failed || s.Reason == "" {
		t.Errorf("killed, its number is used: %+v, %v", s, err)
	}
	record(t, r)
}

// What is about to be trained, though its status does not say so yet, is not
// removed and has one recorder.
func TestRemoveAsksTheLock(t *testing.T) {
	locks(t)
	root := t.TempDir()
	r := ended(t, create(t, root))
	l, err := take(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Remove(root, r.Name, false); !errors.Is(err, ErrBusy) || len(sdk.Hints(err)) == 0 {
		t.Errorf("removing: %v", err)
	}
	if _, err := r.Record(); !errors.Is(err, ErrBusy) {
		t.Errorf("recording: %v", err)
	}
	l.release()
	if _, err := Remove(root, r.Name, false); err != nil {
		t.Error(err)
	}
}

func TestOneRecorder(t *testing.T) {
	root := t.TempDir()
	r := create(t, root)
	again, err := Open(root, r.Name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Record(); !errors.Is(err, ErrBusy) {
		t.Errorf("recording what another has created: %v", err)
	}
	rec := record(t, r)
	for _, r := range []*Run{r, again} {
		if _, err := r.Record(); !errors.Is(err, ErrBusy) {
			t.Errorf("recording twice: %v", err)
		}
	}
	if err := rec.End(Done, ""); err != nil {
		t.Fatal(err)
	}
	record(t, again)
}

// At no moment does a training that ends well look as if it had died.
func TestStatusWhileTrainingEnds(t *testing.T) {
	locks(t)
	r := ended(t, create(t, t.TempDir()))
	var over atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 100 {
			rec, err := r.Record()
			if err == nil {
				err = rec.End(Done, "")
			}
			if err != nil {
				t.Error(err)
			}
		}
		over.Store(true)
	}()
	for !over.Load() {
		if s, err := r.Status(); err != nil || s.State == Failed {
			t.Errorf("it looks %s: %v", s.State, err)
			break
		}
	}
	<-done
}

func TestLockThatCannotBe(t *testing.T) {
	locks(t)
	r := lockless(t, ended(t, create(t, t.TempDir())))
	if err := os.Mkdir(r.path(lockFile), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Record(); !errors.Is(err, syscall.EISDIR) || !strings.Contains(err.Error(), r.path(lockFile)) {
		t.Errorf("got %v", err)
	}
}

// The lock of a run that was removed is not that of the run which has its
// name now.
func TestLockOfARemovedRun(t *testing.T) {
	locks(t)
	r := lockless(t, create(t, t.TempDir()))
	f, err := flock.Open(r.path(lockFile), os.O_RDWR|os.O_CREATE, flock.Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !sameFile(f, r.path(lockFile)) {
		t.Error("it is not its own file")
	}
	if err := os.Remove(r.path(lockFile)); err != nil {
		t.Fatal(err)
	}
	if sameFile(f, r.path(lockFile)) {
		t.Error("a file that is gone is found")
	}
	if err := os.WriteFile(r.path(lockFile), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if sameFile(f, r.path(lockFile)) {
		t.Error("a file that is gone is taken for the new one")
	}
}

// by rewrites the status as if another process had begun the training.
func by(t *testing.T, r *Run, p Process) {
	t.Helper()
	s, err := r.Status()
	if err != nil {
		t.Fatal(err)
	}
	s.State, s.Process = Training, p
	if err := writeJSON(r.path(statusFile), false, s); err != nil {
		t.Fatal(err)
	}
}

// sleeper is a process that lives until the test ends or it is killed.
func sleeper(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip("there is no sleep to be another process: ", err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd
}

// Where there are no locks, the process is looked for.
func TestOneProcessTrainsWithoutLocks(t *testing.T) {
	root := t.TempDir()
	r := lockless(t, create(t, root))
	cmd := sleeper(t)
	pid := cmd.Process.Pid
	by(t, r, Process{ID: pid, Start: processStart(pid), Boot: bootID()})
	if _, err := r.Record(); !errors.Is(err, ErrBusy) {
		t.Errorf("recording what another trains: %v", err)
	}
	if _, err := Remove(root, r.Name, false); !errors.Is(err, ErrBusy) || len(sdk.Hints(err)) == 0 {
		t.Errorf("removing it: %v", err)
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" { // a zombie trains nothing, even if nobody waits for it
		for s, err := r.Status(); s.State == Training; s, err = r.Status() {
			if err != nil || t.Context().Err() != nil {
				t.Fatal(s, err)
			}
			runtime.Gosched()
		}
	}
	cmd.Wait()
	if s, err := r.Status(); err != nil || s.State != Failed || s.Reason == "" {
		t.Errorf("killed: %+v, %v", s, err)
	}
	record(t, r)
}

func TestProcessNumbersAreUsedAgain(t *testing.T) {
	p := thisProcess()
	if p.Start == "" {
		t.Skip("this system does not tell when a process began")
	}
	if !p.alive("") {
		t.Error("this process is not alive")
	}
	p.Start += "0"
	if p.alive("") {
		t.Error("a process that began at another time is taken for this one")
	}
}

// Another machine may not tell us of its locks.
func TestProcessElsewhere(t *testing.T) {
	r := create(t, t.TempDir())
	r.lock.release()
	by(t, r, Process{ID: 1, Boot: "another"})
	if s, err := r.Status(); err != nil || s.State != Failed {
		t.Errorf("nothing written: %+v, %v", s, err)
	}
	if err := os.WriteFile(r.path(eventsFile), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-elsewhere - time.Minute)
	if err := os.Chtimes(r.path(eventsFile), old, old); err != nil {
		t.Fatal(err)
	}
	if s, err := r.Status(); err != nil || s.State != Failed {
		t.Errorf("written long ago: %+v, %v", s, err)
	}
	if err := os.WriteFile(r.path(eventsFile), []byte("\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if s, err := r.Status(); err != nil || s.State != Training {
		t.Errorf("just written: %+v, %v", s, err)
	}
}
