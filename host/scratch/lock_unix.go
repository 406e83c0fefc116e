//go:build unix && !aix && !solaris

package scratch

import (
	"os"
	"syscall"
)

// tryLock locks a file until it is closed, or tells that someone else has.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == syscall.EWOULDBLOCK {
		return false, nil
	}
	return err == nil, err
}
