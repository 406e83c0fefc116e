package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// gateName is what the process is called that becomes the program.
const gateName = "genhost-sandbox"

// gateTime is how long that may take. It is but a few system calls.
const gateTime = 20 * time.Second

// orders are what the host tells that process.
type orders struct {
	Sandbox
	Spaces spaces
	Path   string   // of the program
	Args   []string // its name first
	Home   string   // the user's
}

// An answer is what that process tells the host. It closes the connection by
// becoming the program.
type answer struct {
	Report  Report        `json:",omitempty"`
	Refused bool          `json:",omitempty"` // the sandbox is required, and lacks something
	Failed  string        `json:",omitempty"` // what did, "" for nothing
	Exec    syscall.Errno `json:",omitempty"` // why it could not become the program
}

// spaces are the namespaces that a process has of its own.
type spaces struct {
	Own  bool
	User bool   // one for users among them
	Why  string // there are none
}

// A Start is a program on its way into the sandbox.
type Start struct {
	Cmd  *exec.Cmd // the process that becomes the program
	talk *net.UnixConn
	told orders
}

// Start starts cmd in the sandbox by calling begin, maybe more than once, with
// another command, which has all of cmd's but its path. Await tells how it went.
func (s Sandbox) Start(cmd *exec.Cmd, begin func(*exec.Cmd) error) (*Start, error) {
	talk, theirs, err := talkingPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	own := spaces{Own: true, User: os.Getuid() != 0}
	gate := s.gate(cmd, theirs, own)
	if err = begin(gate); cannotHaveSpaces(err) {
		// What the kernel or a container forbids, it forbids in many ways.
		own = spaces{Why: cause(err)}
		gate = s.gate(cmd, theirs, own)
		err = begin(gate)
	}
	if err != nil {
		talk.Close()
		return nil, err
	}
	told := orders{Sandbox: s, Spaces: own, Path: cmd.Path, Args: cmd.Args}
	told.Home, _ = os.UserHomeDir() // without one there is nothing to hide in it
	return &Start{gate, talk, told}, nil
}

// talkingPair returns both ends of a connection.
func talkingPair() (ours *net.UnixConn, theirs *os.File, err error) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	theirs = os.NewFile(uintptr(ends[1]), "sandbox")
	our := os.NewFile(uintptr(ends[0]), "sandbox")
	defer our.Close()
	conn, err := net.FileConn(our)
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return conn.(*net.UnixConn), theirs, nil
}

// gate returns a command that becomes cmd when it is told so.
func (s Sandbox) gate(cmd *exec.Cmd, talk *os.File, own spaces) *exec.Cmd {
	attr := syscall.SysProcAttr{}
	if cmd.SysProcAttr != nil {
		attr = *cmd.SysProcAttr
	}
	if own.Own {
		attr.Cloneflags |= syscall.CLONE_NEWIPC | syscall.CLONE_NEWNS
		if !s.Network {
			attr.Cloneflags |= syscall.CLONE_NEWNET
		}
	}
	if own.User {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.AmbientCaps = append(attr.AmbientCaps, unix.CAP_SYS_ADMIN) // of that namespace, to mount in it
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	}
	return &exec.Cmd{
		Path: "/proc/self/exe", Args: []string{gateName, strconv.Itoa(3 + len(cmd.ExtraFiles))}, Env: cmd.Env, Dir: cmd.Dir,
		Stdin: cmd.Stdin, Stdout: cmd.Stdout, Stderr: cmd.Stderr,
		ExtraFiles: append(cmd.ExtraFiles[:len(cmd.ExtraFiles):len(cmd.ExtraFiles)], talk), SysProcAttr: &attr,
	}
}

// cannotHaveSpaces reports whether a process could not be started for its
// namespaces.
func cannotHaveSpaces(err error) bool {
	for _, e := range []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSPC, syscall.EUSERS, syscall.ENOSYS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// cause is what a system call had to say.
func cause(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

// Await returns when the process has become the program, with what holds it.
// The error is one of the system's when the program cannot be run.
func (s *Start) Await() (Report, error) {
	defer s.talk.Close()
	err := s.talk.SetDeadline(time.Now().Add(gateTime))
	if err == nil {
		err = json.NewEncoder(s.talk).Encode(s.told)
	}
	if err == nil {
		err = s.talk.CloseWrite()
	}
	if err != nil {
		return nil, fmt.Errorf("the sandbox did not begin: %w", err)
	}
	var report Report
	for in := json.NewDecoder(s.talk); ; {
		var a answer
		err := in.Decode(&a)
		switch {
		case errors.Is(err, io.EOF) && report != nil:
			return report, nil
		case err != nil:
			return report, fmt.Errorf("the sandbox did not begin: %w", err)
		case a.Failed != "":
			return report, fmt.Errorf("the sandbox did not begin: %s", a.Failed)
		case a.Exec != 0:
			return report, &os.PathError{Op: "exec", Path: s.Cmd.Path, Err: a.Exec}
		case a.Refused:
			return a.Report, lacking(a.Report)
		}
		report = append(report, a.Report...)
	}
}
