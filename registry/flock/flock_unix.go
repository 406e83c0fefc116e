//go:build unix && !aix && !solaris

package flock

import (
	"errors"
	"os"
	"syscall"
)

// How a lock is held.
type How int

const (
	Alone  How = syscall.LOCK_EX
	Shared How = syscall.LOCK_SH // by any number, while nobody holds it alone
)

// Open opens a file or folder as [os.OpenFile] does, and locks it. The error is
// [ErrHeld] when another has it, and wraps [errors.ErrUnsupported] where there
// are no locks.
func Open(path string, flag int, how How) (*os.File, error) {
	f, err := os.OpenFile(path, flag, 0o666)
	if err != nil {
		return nil, err
	}
	if err := try(f, how); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func try(f *os.File, how How) error {
	for {
		switch err := syscall.Flock(int(f.Fd()), int(how)|syscall.LOCK_NB); err {
		case syscall.EINTR:
		case syscall.EWOULDBLOCK:
			return ErrHeld
		case syscall.ENOLCK, syscall.EINVAL, syscall.EBADF: // some file systems say it so
			return errors.ErrUnsupported
		default:
			return err
		}
	}
}
