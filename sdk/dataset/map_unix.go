//go:build unix && !aix && !solaris

package dataset

import (
	"fmt"
	"math"
	"os"
	"syscall"
)

// mapFile maps a file of size bytes into memory, to be shared with other
// processes that do.
func mapFile(f *os.File, size int64) (data []byte, release func() error, err error) {
	if size > math.MaxInt {
		return nil, nil, fmt.Errorf("%d bytes are too many for this machine", size)
	}
	data, err = syscall.Mmap(int(f.Fd()), 0, int(size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, nil, fmt.Errorf("map into memory: %w", err)
	}
	return data, func() error { return syscall.Munmap(data) }, nil
}
