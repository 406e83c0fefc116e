package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/genhost/genhost/host/process/sandbox"
	"github.com/genhost/genhost/sdk"
	"golang.org/x/sys/unix"
)

// attach uses the shared memory of another.
func attach(id int) error {
	_, err := unix.SysvShmAttach(id, 0, 0)
	return err
}

// heldFrom starts a plugin in a sandbox, and skips the test where that does not
// keep it from something.
func heldFrom(t *testing.T, what string, box sandbox.Sandbox) *Process {
	t.Helper()
	s := spec(t, "good")
	s.Sandbox = &box
	p := start(t, s)
	for _, h := range p.Sandbox() {
		if h.From == what && h.By == "" {
			t.Skip("not here: " + h.String())
		}
		if h.From == what {
			t.Log(h)
			return p
		}
	}
	t.Fatalf("the sandbox says nothing of %s: %v", what, p.Sandbox())
	return nil
}

// attempt lets a plugin try something.
func attempt(t *testing.T, p *Process, do string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	return generate(ctx, model(t, p, do))
}

// denied checks that a plugin cannot do something in a sandbox that it can do
// outside of one.
func denied(t *testing.T, from string, box sandbox.Sandbox, attempts ...string) {
	t.Helper()
	held := heldFrom(t, from, box)
	s := spec(t, "good")
	s.Sandbox = nil
	free := start(t, s)
	for _, do := range attempts {
		if err := attempt(t, held, do); err == nil {
			t.Errorf("%s: it can", do)
		} else {
			t.Log(err)
		}
		if err := attempt(t, free, do); err != nil {
			t.Errorf("%s, in no sandbox: %v", do, err)
		}
	}
}

// allowed checks that a plugin can do something in a sandbox.
func allowed(t *testing.T, box sandbox.Sandbox, attempts ...string) {
	t.Helper()
	s := spec(t, "good")
	s.Sandbox = &box
	p := start(t, s)
	for _, do := range attempts {
		if err := attempt(t, p, do); err != nil {
			t.Errorf("%s: %v", do, err)
		}
	}
}

// secrets makes a folder with a secret, and a link to it from another that a
// plugin may read.
func secrets(t *testing.T) (secret, link string) {
	t.Helper()
	secret = filepath.Join(t.TempDir(), "id_ed25519")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	link = filepath.Join(t.TempDir(), "innocent")
	if err := os.Symlink(secret, link); err != nil {
		t.Fatal(err)
	}
	return secret, link
}

func TestReadsWhatItIsGiven(t *testing.T) {
	secret, link := secrets(t)
	other := script(t)
	host := fmt.Sprintf("/proc/%d/environ", os.Getpid())
	denied(t, "files", sandbox.Sandbox{Read: []string{filepath.Dir(link)}},
		"read "+secret, "read "+link, "read "+host, "run "+other)
	allowed(t, sandbox.Sandbox{Read: []string{secret}}, "read "+secret, "read "+link, "read /proc/self/environ", "read /etc/hosts")
	allowed(t, sandbox.Sandbox{Run: []string{filepath.Dir(other)}}, "run "+other)
}

// A plugin may put a link in the place of what it was to write, which a plugin
// is given next. Neither is let at what the link leads to.
func TestLinksAreNotGiven(t *testing.T) {
	_, link := secrets(t)
	folder := filepath.Join(t.TempDir(), "checkpoints")
	if err := os.Symlink(filepath.Dir(link), folder); err != nil {
		t.Fatal(err)
	}
	heldFrom(t, "files", sandbox.Sandbox{})
	for _, box := range []sandbox.Sandbox{{Read: []string{link}}, {Read: []string{folder}}, {Write: []string{folder}}} {
		s := spec(t, "good")
		s.Sandbox = &box
		p, err := Start(t.Context(), s)
		if err == nil {
			p.Stop()
		}
		if err == nil || !strings.Contains(err.Error(), "it is a link") {
			t.Errorf("%+v: got %v", box, err)
		}
	}
}

// Files that somebody left open in the host are none of a plugin's.
func TestInheritsNoFiles(t *testing.T) {
	secret, _ := secrets(t)
	f, err := os.Open(secret)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const fd = 77
	if err := unix.Dup3(int(f.Fd()), fd, 0); err != nil {
		t.Skip(err)
	}
	defer unix.Close(fd)
	denied(t, "files", sandbox.Sandbox{}, fmt.Sprintf("take %d", fd))
}

// script writes a program.
func script(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestWritesWhereItMay(t *testing.T) {
	secret, link := secrets(t)
	own := t.TempDir()
	box := sandbox.Sandbox{Read: []string{secret}, Write: []string{own}}
	there := filepath.Join(filepath.Dir(link), "there")
	denied(t, "files", box, "write "+secret, "write "+there, "remove "+there)
	allowed(t, box, "write "+filepath.Join(own, "there"), "write /dev/null", "read "+filepath.Join(own, "there"))
}

// What it writes, it may not run.
func TestRunsNothingItWrote(t *testing.T) {
	path := script(t)
	denied(t, "files", sandbox.Sandbox{Write: []string{filepath.Dir(path)}}, "run "+path)
}

func TestNoNetwork(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	dial := "dial tcp " + tcp.Addr().String()
	denied(t, "network", sandbox.Sandbox{}, dial)
	allowed(t, sandbox.Sandbox{Network: true}, dial)
}

func TestNoDatagrams(t *testing.T) {
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	denied(t, "network", sandbox.Sandbox{}, "dial udp "+udp.LocalAddr().String())
}

// An abstract socket has no path that could be forbidden.
func TestNoAbstractSockets(t *testing.T) {
	name := fmt.Sprintf("@genhost-test-%d", os.Getpid())
	l, err := net.Listen("unix", name)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	denied(t, "network", sandbox.Sandbox{}, "dial unix "+name)
}

// A socket in the file system is where other programs take orders.
func TestNoSockets(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "genhost-test-")
	if err != nil {
		t.Skip(err)
	}
	defer os.RemoveAll(dir)
	var attempts []string
	for _, path := range []string{filepath.Join(dir, "s"), dir + ".s"} {
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		attempts = append(attempts, "dial unix "+path)
	}
	denied(t, "sockets", sandbox.Sandbox{}, attempts...)
}

func TestNoSignals(t *testing.T) {
	signal.Ignore(syscall.SIGUSR1)
	defer signal.Reset(syscall.SIGUSR1)
	denied(t, "signals", sandbox.Sandbox{}, fmt.Sprintf("kill %d", os.Getpid()))
}

func TestNoSharedMemory(t *testing.T) {
	id, err := unix.SysvShmGet(0, 4096, 0o600|unix.IPC_CREAT)
	if err != nil {
		t.Skip("there is no shared memory here: ", err)
	}
	defer unix.SysvShmCtl(id, unix.IPC_RMID, nil)
	file := fmt.Sprintf("/dev/shm/genhost-test-%d", os.Getpid())
	if err := os.WriteFile(file, []byte("shared"), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(file)
	denied(t, "shared memory", sandbox.Sandbox{}, fmt.Sprintf("shm %d", id), "read "+file)
	allowed(t, sandbox.Sandbox{}, "write /dev/shm/mine")
}

// Where shared memory cannot be its own, a plugin has none in files.
func TestNoSharedMemoryOfTheHost(t *testing.T) {
	file := fmt.Sprintf("/dev/shm/genhost-test-%d", os.Getpid())
	if err := os.WriteFile(file, []byte("shared"), 0o600); err != nil {
		t.Skip(err)
	}
	defer os.Remove(file)
	denied(t, "files", sandbox.Sandbox{}, "read "+file)
}

// A plugin that starts one process after another comes to an end, and so do
// they, though they have left its group.
func TestForkBomb(t *testing.T) {
	before := sleepers(t)
	p := heldFrom(t, "processes", sandbox.Sandbox{Processes: 60})
	err := attempt(t, p, "fork 500")
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it goes on: %v", err)
	}
	if errors.Is(err, sdk.ErrCrashed) {
		checkError(t, "fork", err, sdk.ErrCrashed, "the fake plugin started more than 60 processes and threads", "models.toml")
	}
	t.Log(err)
	if most := sleepers(t) - before; most > 500 {
		t.Errorf("%d processes", most)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	eventually(t, "the processes are gone", func() bool { return sleepers(t) <= before })
}

// A number is used again: a signal is for the process that had it then.
func TestSignalIsForOne(t *testing.T) {
	sleep := exec.Command("sleep", "300")
	if err := sleep.Start(); err != nil {
		t.Fatal(err)
	}
	it, there := memberOf(sleep.Process.Pid)
	if !there {
		t.Fatal("it is not there")
	}
	before := it
	before.began = "1"
	before.signal(syscall.SIGHUP) // which would be taken first
	it.signal(syscall.SIGTERM)
	sleep.Wait()
	if status := sleep.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended by %v", status.Signal())
	}
}

// sleepers counts the processes that [misbehave] starts.
func sleepers(t *testing.T) (n int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range all {
		if line, err := os.ReadFile(path); err == nil && string(line) == "sleep\x00300\x00" {
			n++
		}
	}
	return n
}

func TestEnoughMemory(t *testing.T) {
	s := spec(t, "good")
	s.Memory = 200 << 20
	p := start(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 3*guardPause)
	defer cancel()
	if err := generate(ctx, model(t, p, "hoard 1000000")); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestTooMuchMemory(t *testing.T) {
	s := spec(t, "good")
	s.Memory = 200 << 20
	p := start(t, s)
	err := attempt(t, p, fmt.Sprintf("hoard %d", 300<<20))
	checkError(t, "hoard", err, sdk.ErrCrashed, `MiB, more than memory = "200MiB"`, "models.toml")
}

// A sandbox that is required is had, or nothing is started.
func TestRequired(t *testing.T) {
	s := spec(t, "good")
	s.Sandbox.Require = true
	p, err := Start(t.Context(), s)
	if err == nil {
		defer p.Stop()
		if lacks := p.Sandbox().Lacks(); len(lacks) > 0 {
			t.Errorf("it lacks %v", lacks)
		}
		return
	}
	t.Log(err)
	checkError(t, "required", err, sandbox.ErrLacking, "the sandbox is required", `sandbox = "auto"`)
}

// What a plugin may do can be more than fits in an argument of a program.
func TestManyPaths(t *testing.T) {
	secret, _ := secrets(t)
	var box sandbox.Sandbox
	for i := range 20_000 {
		box.Read = append(box.Read, fmt.Sprintf("/there/is/no/such/path/%d", i))
	}
	box.Read = append(box.Read, secret)
	allowed(t, box, "read "+secret)
}

// In a container there may be no namespaces to be had. The tests pass there,
// too, or say what does not hold.
func TestInContainer(t *testing.T) {
	if os.Getenv(asVariable) != "" {
		t.Skip("it is in one")
	}
	c := exec.Command("/proc/self/exe", "-test.v", "-test.run=^Test(Reads|Writes|Runs|No|Start|Required)")
	tmp, err := os.MkdirTemp("", "c") // where the user is root, who may be another there
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	c.Env = append(os.Environ(), asVariable+"=container", "TMPDIR="+tmp, "XDG_RUNTIME_DIR=")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := c.CombinedOutput()
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.ENOSPC):
		t.Skip("no user namespace is to be had: ", err)
	case c.ProcessState.ExitCode() == cannotContain:
		t.Skipf("no namespaces can be taken away: %s", out)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"shared memory: not held, ",
		"cannot be had: shared memory: not held",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it says nothing of %q:\n%s", want, out)
		}
	}
}

// What holds a plugin of root's is not all that holds one of a user's, who needs
// a user namespace. Where the tests are run by root, as they are in containers,
// they are run once more by nobody.
func TestAsUser(t *testing.T) {
	if os.Getenv(asVariable) != "" || os.Getuid() != 0 {
		t.Skip("it is a user's")
	}
	const nobody = 65534
	dir, err := os.MkdirTemp("/tmp", "u") // where it can go, unlike the folder of the tests
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	exe, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "test")
	if err := errors.Join(os.WriteFile(program, exe, 0o755), os.Chown(dir, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir, c.Env = dir, append(os.Environ(), asVariable+"=user", "TMPDIR="+dir, "HOME="+dir, "XDG_RUNTIME_DIR=")
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return c
	}
	if out, err := command("unshare", "--user", "--map-current-user", "true").CombinedOutput(); err != nil {
		t.Skipf("no user namespace is to be had: %v: %s", err, out)
	}
	out, err := command(program, "-test.v", "-test.run=^Test(Reads|Writes|Runs|No|Links|Inherits|Start|Required|ForkBomb)").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{"network: own namespace\n", "shared memory: own namespace\n", "processes: at most 60\n"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it says nothing of %q:\n%s", want, out)
		}
	}
}

const cannotContain = 77 // an exit code

// beInContainer takes namespaces away from this process, which is in one for
// users, and runs the tests.
func beInContainer(m *testing.M) {
	for _, kind := range []string{"user", "net", "ipc"} {
		if err := os.WriteFile("/proc/sys/user/max_"+kind+"_namespaces", []byte("0"), 0o644); err != nil {
			fmt.Println(err)
			os.Exit(cannotContain)
		}
	}
	os.Exit(m.Run())
}

// A program in a sandbox that knows of no lifeline ends with the host, too.
func TestStrangersGoWithTheHost(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	host := exec.Command(exe)
	host.Env = append(os.Environ(), asVariable+"=host of a stranger")
	out, err := host.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 20)
	n, err := io.ReadAtLeast(out, line, 2)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(strings.TrimSpace(string(line[:n])), &pid); err != nil || gone(pid) {
		t.Fatal(pid, err)
	}
	host.Process.Kill()
	host.Wait()
	eventually(t, "the stranger ends", func() bool { return gone(pid) })
}

// beHostOfAStranger starts a program in a sandbox that is no plugin.
func beHostOfAStranger() {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		panic(err)
	}
	p := newProgram(Spec{Name: "sleep", Path: sleep, Args: []string{"300"}, Log: io.Discard, Sandbox: &sandbox.Sandbox{}})
	if err := p.Start(nil, io.Discard); err != nil {
		panic(err)
	}
	fmt.Println(p.cmd.Process.Pid)
	select {}
}
