package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// Main must be the first thing that main does in a program that starts others
// in sandboxes. It returns at once, but in a process that [Sandbox.Start] has
// started: that one becomes the other program, or ends.
func Main() {
	if len(os.Args) != 2 || os.Args[0] != gateName {
		return
	}
	// What follows holds a thread; and the one that becomes a program leaves
	// the others behind.
	runtime.LockOSThread()
	fd, err := strconv.Atoi(os.Args[1])
	if err != nil || fd < 3 {
		fmt.Fprintf(os.Stderr, "%s is a part of genhost, which starts it by itself\n", gateName)
		os.Exit(2)
	}
	keepNone(fd)
	talk := os.NewFile(uintptr(fd), "sandbox")
	var told orders
	all, err := io.ReadAll(talk) // what is left unread would break the connection
	if err != nil || json.Unmarshal(all, &told) != nil {
		os.Exit(126) // the host is gone
	}
	status := json.NewEncoder(talk)
	report, err := told.enter()
	switch {
	case err != nil:
		_ = status.Encode(answer{Failed: err.Error()})
	case told.Require && len(report.Lacks()) > 0:
		_ = status.Encode(answer{Report: report, Refused: true})
	default:
		_ = status.Encode(answer{Report: report})
		var errno syscall.Errno
		if !errors.As(syscall.Exec(told.Path, told.Args, os.Environ()), &errno) {
			errno = syscall.EINVAL
		}
		_ = status.Encode(answer{Exec: errno})
	}
	os.Exit(126)
}

// keepNone keeps from the program the files from a number on: the host may have
// been started with files of somebody's that it knows nothing of.
func keepNone(from int) {
	if unix.CloseRange(uint(from), math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return
	}
	// Before Linux 5.11, or where a container forbids it, what is open is listed.
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd >= from {
			syscall.CloseOnExec(fd)
		}
	}
}

// enter puts this thread into the sandbox.
func (o orders) enter() (Report, error) {
	if err := o.limit(); err != nil {
		return nil, err
	}
	if err := os.Chdir("/"); err != nil { // where the host is, is none of its business
		return nil, err
	}
	open, ownMemory := o.Spaces.Why, false
	if o.Spaces.Own {
		var err error
		if ownMemory, err = o.hide(); err != nil {
			open = err.Error()
		}
	}
	powers, err := renounce(o.Spaces.User)
	if err != nil {
		return nil, err
	}
	// What leaves the program's family tree stays in it, so that the host
	// finds all of it.
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("keep the children: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("renounce new privileges: %w", err)
	}
	l, err := o.landlock(ownMemory)
	if err != nil {
		return nil, err
	}
	filtered := false
	if !o.Network {
		if filtered, err = noSockets(); err != nil {
			return nil, err
		}
	}
	return append(o.report(l, filtered, open), powers...), nil
}

// limit sets limits of the process.
func (o orders) limit() error {
	none := unix.Rlimit{}
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &none); err != nil {
		return fmt.Errorf("forbid core dumps: %w", err)
	}
	if !o.counted() {
		return nil
	}
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &now); err != nil {
		return fmt.Errorf("limit processes: %w", err)
	}
	n := min(uint64(o.Processes), now.Max)
	if err := unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: n, Max: n}); err != nil {
		return fmt.Errorf("limit processes: %w", err)
	}
	return nil
}

// counted reports whether the kernel counts the program's processes, and nothing
// else: in a user namespace, and there since Linux 5.14. Otherwise it would count
// all that the user runs.
func (o orders) counted() bool {
	var name unix.Utsname
	if !o.Spaces.User || o.Processes == 0 || unix.Uname(&name) != nil {
		return false
	}
	return since(unix.ByteSliceToString(name.Release[:]), 5, 14)
}

// since reports whether a kernel's release is a version or a later one.
func since(release string, major, minor int) bool {
	var x, y int
	if _, err := fmt.Sscanf(release, "%d.%d", &x, &y); err != nil {
		return false
	}
	return x > major || x == major && y >= minor
}

// renounce gives up what root may do, but to read and write files whatever
// their modes say: Landlock says which. In a user namespace, exec gives up what
// is not kept for what comes after it.
func renounce(inNamespace bool) (Report, error) {
	const powers = "root's powers"
	if inNamespace {
		if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
			return nil, fmt.Errorf("renounce capabilities: %w", err)
		}
	}
	if inNamespace || os.Geteuid() != 0 {
		return nil, nil
	}
	for c := uintptr(0); ; c++ {
		if c == unix.CAP_DAC_OVERRIDE {
			continue
		}
		switch err := unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0); err {
		case nil:
		case unix.EINVAL: // the one before was the last
			return Report{{From: powers, By: "renounced"}}, nil
		case unix.EPERM: // it lacks the power to give up power
			return Report{{From: powers, Why: cause(err)}}, nil
		default:
			return nil, fmt.Errorf("renounce capability %d: %w", c, err)
		}
	}
}

// report says what holds the program. Open is why it can reach sockets in the
// file system, and shared memory there, "" if it cannot.
func (o orders) report(l landlocked, filtered bool, open string) Report {
	hold := func(from, by string, ok bool, why string) Hold {
		if ok {
			return Hold{From: from, By: by}
		}
		return Hold{From: from, Why: why}
	}
	sockets := hold("sockets", "hidden", open == "", open)
	switch {
	case o.Network && l.abi < 6: // there is no namespace to hold those that have no path
		sockets = Hold{From: "sockets", Why: "with the network, abstract ones are open: " + l.whyNot(6)}
	case l.abi >= 9:
		sockets = Hold{From: "sockets", By: l.by()}
	}
	network := hold("network", "no sockets", filtered, o.Spaces.Why)
	switch {
	case o.Network:
		network = Hold{From: "network", By: "granted"}
	case o.Spaces.Own:
		network = Hold{From: "network", By: "own namespace"}
	}
	r := Report{
		hold("files", l.by(), l.abi >= 1, l.why),
		network,
		hold("shared memory", "own namespace", open == "", open),
		sockets,
		hold("signals", l.by(), l.abi >= 6, l.whyNot(6)),
	}
	if o.counted() {
		r = append(r, Hold{From: "processes", By: fmt.Sprintf("at most %d", o.Processes)})
	}
	return r
}
