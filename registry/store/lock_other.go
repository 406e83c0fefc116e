//go:build !unix || aix || solaris

package store

import (
	"errors"
	"os"
)

const alone, shared = 0, 0

// openLocked opens nothing: there are no locks here.
func openLocked(string, int, int) (*os.File, error) { return nil, errors.ErrUnsupported }
