// Package flock keeps processes out of each other's way by locks on open files
// and folders. A lock lasts until its file is closed, or its process is gone:
// so nothing is left over from one that was killed, and it holds across
// containers too, where a process number means nothing.
package flock

import (
	"context"
	"errors"
	"os"
	"time"
)

// ErrHeld means that another has the lock.
var ErrHeld = errors.New("the lock is held")

// again is how often a lock is asked for that another holds.
const again = 10 * time.Millisecond

// Wait is like [Open], and waits until no other has the lock, or ctx ends.
func Wait(ctx context.Context, path string, flag int, how How) (*os.File, error) {
	for {
		f, err := Open(path, flag, how)
		if !errors.Is(err, ErrHeld) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(again):
		}
	}
}
