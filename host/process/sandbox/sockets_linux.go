package sandbox

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// noSockets lets this thread make no sockets but those in files and those that
// the kernel answers on: what a namespace does not hold, such as sockets of a
// virtual machine's host, or all networks where there is none. It reports
// whether it can.
func noSockets() (bool, error) {
	filter, ok := socketFilter(runtime.GOARCH)
	if !ok {
		return false, nil
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
	runtime.KeepAlive(filter)
	switch err {
	case nil:
		return true, nil
	case unix.EINVAL, unix.ENOSYS: // the kernel has no such filters
		return false, nil
	}
	return false, fmt.Errorf("filter sockets: %w", err)
}

// socketFilter is a program for seccomp(2), for a machine that it knows.
func socketFilter(arch string) ([]unix.SockFilter, bool) {
	const (
		sysNumber   = 0  // offsets in struct seccomp_data
		sysArch     = 4  //
		sysArgument = 16 // the first, of which the low half comes first on all of these
		foreign     = 0x40000000
	)
	machine, ok := map[string]uint32{
		"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64, "riscv64": unix.AUDIT_ARCH_RISCV64,
	}[arch]
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	jump := func(how uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | how | unix.BPF_K, K: k, Jt: yes, Jf: no}
	}
	answer := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	return []unix.SockFilter{
		load(sysArch),
		jump(unix.BPF_JEQ, machine, 0, 8), // the same calls have other numbers: deny
		load(sysNumber),
		jump(unix.BPF_JGE, foreign, 6, 0),                 // and here
		jump(unix.BPF_JEQ, unix.SYS_IO_URING_SETUP, 5, 0), // which makes sockets, too
		jump(unix.BPF_JEQ, unix.SYS_SOCKET, 0, 3),
		load(sysArgument),
		jump(unix.BPF_JEQ, unix.AF_UNIX, 1, 0),
		jump(unix.BPF_JEQ, unix.AF_NETLINK, 0, 1),
		answer(unix.SECCOMP_RET_ALLOW),
		answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)),
	}, ok
}
