package sandbox

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// verdict runs a filter on a system call, as the kernel would.
func verdict(t *testing.T, filter []unix.SockFilter, machine, number uint32, argument uint64) uint32 {
	t.Helper()
	data := binary.LittleEndian.AppendUint32(nil, number)
	data = binary.LittleEndian.AppendUint32(data, machine)
	data = binary.LittleEndian.AppendUint64(data, 0) // where it was made
	data = binary.LittleEndian.AppendUint64(data, argument)
	var a uint32
	for i := 0; i < len(filter); i++ {
		f, yes := filter[i], false
		switch f.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			a = binary.LittleEndian.Uint32(data[f.K:])
			continue
		case unix.BPF_RET | unix.BPF_K:
			return f.K
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			yes = a == f.K
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			yes = a >= f.K
		default:
			t.Fatalf("instruction %d has code %#x", i, f.Code)
		}
		if yes {
			i += int(f.Jt)
		} else {
			i += int(f.Jf)
		}
	}
	t.Fatal("the filter has no end")
	return 0
}

func TestSocketFilter(t *testing.T) {
	filter, ok := socketFilter("amd64")
	if !ok {
		t.Fatal("none for amd64")
	}
	const here, denied = unix.AUDIT_ARCH_X86_64, unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	for _, c := range []struct {
		what            string
		machine, number uint32
		argument        uint64
		want            uint32
	}{
		{"a socket in a file", here, unix.SYS_SOCKET, unix.AF_UNIX, unix.SECCOMP_RET_ALLOW},
		{"one for the kernel", here, unix.SYS_SOCKET, unix.AF_NETLINK, unix.SECCOMP_RET_ALLOW},
		{"one for IPv4", here, unix.SYS_SOCKET, unix.AF_INET, denied},
		{"one for IPv6", here, unix.SYS_SOCKET, unix.AF_INET6, denied},
		{"one for a virtual machine's host", here, unix.SYS_SOCKET, unix.AF_VSOCK, denied},
		{"one whose family is large", here, unix.SYS_SOCKET, unix.AF_INET | 1<<32, denied},
		{"a ring", here, unix.SYS_IO_URING_SETUP, 8, denied},
		{"another call", here, unix.SYS_READ, unix.AF_INET, unix.SECCOMP_RET_ALLOW},
		{"a call of the x32 kind", here, unix.SYS_SOCKET | 0x40000000, unix.AF_UNIX, denied},
		{"a call of another machine's", unix.AUDIT_ARCH_I386, unix.SYS_READ, 0, denied},
	} {
		if got := verdict(t, filter, c.machine, c.number, c.argument); got != c.want {
			t.Errorf("%s: %#x, want %#x", c.what, got, c.want)
		}
	}
	if _, ok := socketFilter("mips"); ok {
		t.Error("there is one for a machine that it does not know")
	}
}

// Of a folder on the way to what is needed, the rest is hidden.
func TestWithin(t *testing.T) {
	for _, c := range []struct {
		dir, path string
		want      bool
	}{{"/run", "/run", true}, {"/run", "/run/user", true}, {"/run", "/runs", false}, {"/", "/run", true}, {"/run/user", "/run", false}} {
		if got := within(c.dir, c.path); got != c.want {
			t.Errorf("%s within %s: %t", c.path, c.dir, got)
		}
	}
}
