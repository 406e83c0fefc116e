//go:build unix && !aix && !solaris

package oci

import (
	"context"
	"os"
	"syscall"
	"time"
)

// Ways to hold a lock.
const (
	alone  = syscall.LOCK_EX
	shared = syscall.LOCK_SH
)

// lock waits until nobody holds a folder otherwise, and holds it. Where there
// are no locks, as on some shared disks, it keeps nobody out.
func lock(ctx context.Context, dir string, how int) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		switch err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err {
		case nil:
			return func() { f.Close() }, nil
		case syscall.EWOULDBLOCK, syscall.EINTR:
		default:
			f.Close()
			return func() {}, nil
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
