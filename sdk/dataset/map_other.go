//go:build !unix || aix || solaris

package dataset

import (
	"io"
	"os"
)

// mapFile reads the file, where it cannot be mapped.
func mapFile(f *os.File, size int64) (data []byte, release func() error, err error) {
	data, err = io.ReadAll(io.LimitReader(f, size))
	return data, func() error { return nil }, err
}
