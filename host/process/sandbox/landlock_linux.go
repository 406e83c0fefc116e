package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// What every program may read and run: what is installed.
var installed = []string{
	"/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt",
	"/nix/store", "/gnu/store", "/run/current-system/sw", "/run/opengl-driver",
}

// What every program may read: how the system is set up and what hardware
// there is. Of /etc and /sys that is not all, for root may read all of them.
var settings = []string{
	"/proc",
	"/sys/block", "/sys/bus", "/sys/class", "/sys/dev", "/sys/devices", "/sys/fs/cgroup", "/sys/kernel/mm", "/sys/module",
	"/etc/alternatives", "/etc/ca-certificates", "/etc/fonts", "/etc/gai.conf", "/etc/group", "/etc/host.conf",
	"/etc/hosts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload",
	"/etc/locale.alias", "/etc/locale.conf", "/etc/localtime", "/etc/machine-id", "/etc/mime.types",
	"/etc/nsswitch.conf", "/etc/OpenCL", "/etc/os-release", "/etc/passwd", "/etc/pki/tls/certs", "/etc/protocols",
	"/etc/resolv.conf", "/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/timezone", "/etc/vulkan",
}

// What every program may read and write: what holds nothing.
var voids = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}

// What every program may compute with.
var processors = []string{"/dev/nvidia*", "/dev/nvidia-caps/*", "/dev/kfd", "/dev/dri", "/dev/accel", "/dev/dxg"}

// Rights. What is missing from [ll] is not granted: devices are not made.
const (
	reading   = ll.AccessFSReadFile | ll.AccessFSReadDir
	running   = reading | ll.AccessFSExecute
	inFile    = ll.AccessFSReadFile | ll.AccessFSWriteFile | ll.AccessFSTruncate
	writing   = inFile | ll.AccessFSReadDir | ll.AccessFSRemoveDir | ll.AccessFSRemoveFile | ll.AccessFSMakeDir | ll.AccessFSMakeReg | ll.AccessFSMakeSock | ll.AccessFSMakeFifo | ll.AccessFSMakeSym
	ofFiles   = inFile | ll.AccessFSExecute | ll.AccessFSIoctlDev
	computing = inFile | ll.AccessFSReadDir | ll.AccessFSIoctlDev
)

// landlocked says which version of Landlock's rules hold.
type landlocked struct {
	abi int // 0 for none
	why string
}

func (l landlocked) by() string { return fmt.Sprintf("landlock %d", l.abi) }

// whyNot says why there is not at least an ABI.
func (l landlocked) whyNot(abi int) string {
	if l.abi == 0 {
		return l.why
	}
	return fmt.Sprintf("landlock is %d, it takes %d", l.abi, abi)
}

// landlock makes rules of the sandbox and puts this thread under them. The
// thread must have renounced new privileges.
func (o orders) landlock() (landlocked, error) {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil {
		return landlocked{why: "the kernel has no Landlock"}, nil
	}
	config := landlock.V11
	if o.Network {
		config.HandledAccessNet = 0
	}
	rules, err := o.rules(abi)
	if err != nil {
		return landlocked{}, err
	}
	set, flags, err := config.BestEffort().NewRulesetFD(rules...)
	if err == nil {
		err = ll.LandlockRestrictSelf(set, flags)
	}
	if err != nil {
		return landlocked{}, fmt.Errorf("landlock: %w", err)
	}
	return landlocked{abi: abi}, nil
}

// rules are what may be done to which paths.
func (o orders) rules(abi int) ([]landlock.Rule, error) {
	r := ruler{abi: abi}
	r.allow(running, installed...)
	r.allow(running, o.Path)
	r.allow(running, o.Run...)
	r.allow(reading, settings...)
	r.allow(reading, o.Read...)
	r.allow(writing, "/dev/shm")
	r.allow(writing, o.Write...)
	r.allow(inFile, voids...)
	for _, pattern := range processors {
		there, err := filepath.Glob(pattern)
		r.err = errors.Join(r.err, err)
		r.allow(computing, there...)
	}
	return r.rules, r.err
}

// A ruler makes rules.
type ruler struct {
	abi   int
	rules []landlock.Rule
	err   error
}

// allow allows what is in rights, of which fewer make sense for a file than for
// a folder. What is not there, or out of reach, is left out.
func (r *ruler) allow(rights landlock.AccessFSSet, paths ...string) {
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
			continue
		case err != nil:
			r.err = errors.Join(r.err, err)
			continue
		}
		these := rights
		if !info.IsDir() {
			these &= ofFiles
		} else if rights&ll.AccessFSMakeReg != 0 && r.abi >= 2 {
			these |= ll.AccessFSRefer // from one such folder to another
		}
		r.rules = append(r.rules, landlock.PathAccess(these, path).IgnoreIfMissing())
	}
}
