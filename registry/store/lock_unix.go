//go:build unix && !aix && !solaris

package store

import (
	"errors"
	"os"
	"syscall"
)

// Ways to hold a lock.
const (
	alone  = syscall.LOCK_EX
	shared = syscall.LOCK_SH
)

// openLocked opens a file and locks it. The error is errHeld when another has
// it, and wraps [errors.ErrUnsupported] where there are no locks.
func openLocked(path string, flag, how int) (*os.File, error) {
	f, err := os.OpenFile(path, flag, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	if err == nil {
		return f, nil
	}
	f.Close()
	switch err {
	case syscall.EWOULDBLOCK:
		return nil, errHeld
	case syscall.ENOLCK, syscall.EINVAL: // some file systems say it so
		return nil, errors.ErrUnsupported
	}
	return nil, err
}
