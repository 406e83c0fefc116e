//go:build !unix || aix || solaris

package flock

import (
	"errors"
	"os"
)

// How a lock is held.
type How int

const (
	Alone  How = iota
	Shared     // by any number, while nobody holds it alone
)

// Open opens nothing: there are no locks here.
func Open(string, int, How) (*os.File, error) { return nil, errors.ErrUnsupported }
