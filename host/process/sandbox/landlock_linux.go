package sandbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
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
	"/etc/locale.alias", "/etc/locale.conf", "/etc/localtime", "/etc/mime.types",
	"/etc/nsswitch.conf", "/etc/OpenCL", "/etc/os-release", "/etc/passwd", "/etc/pki/tls/certs", "/etc/protocols",
	"/etc/resolv.conf", "/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/timezone", "/etc/vulkan",
}

// What every program may read and write: what holds nothing.
var voids = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"}

// Where memory is that is shared by files.
const sharedMemory = "/dev/shm"

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
// thread must have renounced new privileges. OwnMemory is whether shared memory is
// the program's own.
func (o orders) landlock(ownMemory bool) (landlocked, error) {
	abi, err := ll.LandlockGetABIVersion()
	if err != nil {
		return landlocked{why: "the kernel has no Landlock"}, nil
	}
	config := landlock.V11
	if o.Network {
		config.HandledAccessNet = 0
	}
	rules, err := o.rules(abi, ownMemory)
	if err != nil {
		return landlocked{}, err
	}
	set, flags, err := config.BestEffort().NewRulesetFD(rules...)
	if err == nil {
		err = errors.Join(given(set, abi, reading, o.Read...), given(set, abi, writing, o.Write...))
	}
	if err == nil {
		err = ll.LandlockRestrictSelf(set, flags)
	}
	if err != nil {
		return landlocked{}, fmt.Errorf("landlock: %w", err)
	}
	return landlocked{abi: abi}, nil
}

// rules are what may be done to which paths, besides those that [given] is for.
func (o orders) rules(abi int, ownMemory bool) ([]landlock.Rule, error) {
	r := ruler{abi: abi}
	r.allow(running, installed...)
	r.allow(running, o.Path)
	r.allow(running, o.Run...)
	r.allow(reading, settings...)
	if ownMemory {
		r.allow(writing, sharedMemory)
	}
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
		r.rules = append(r.rules, landlock.PathAccess(fitting(rights, info.IsDir(), r.abi), path).IgnoreIfMissing())
	}
}

// fitting are those of rights that make sense for a file or a folder.
func fitting(rights landlock.AccessFSSet, folder bool, abi int) landlock.AccessFSSet {
	if !folder {
		return rights & ofFiles
	}
	if rights&ll.AccessFSMakeReg != 0 && abi >= 2 {
		rights |= ll.AccessFSRefer // from one such folder to another
	}
	return rights
}

// given adds to a set of rules what is allowed for paths that lie where a plugin
// may write. One that is a link is refused: a plugin may have put it there, to be
// let at what it leads to. What is opened is what is allowed, whatever becomes of
// its name meanwhile.
func given(set, abi int, rights landlock.AccessFSSet, paths ...string) error {
	if abi < 3 {
		rights &^= ll.AccessFSTruncate
	}
	for _, path := range paths {
		fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
			continue
		case err != nil:
			return &fs.PathError{Op: "open", Path: path, Err: err}
		}
		var info unix.Stat_t
		err = unix.Fstat(fd, &info)
		kind := info.Mode & unix.S_IFMT
		if err == nil && kind == unix.S_IFLNK {
			err = errors.New("it is a link")
		}
		if err == nil {
			rule := ll.PathBeneathAttr{AllowedAccess: uint64(fitting(rights, kind == unix.S_IFDIR, abi)), ParentFd: fd}
			err = ll.LandlockAddPathBeneathRule(set, &rule, 0)
		}
		unix.Close(fd)
		if err != nil {
			return fmt.Errorf("allow %s: %w", path, err)
		}
	}
	return nil
}
