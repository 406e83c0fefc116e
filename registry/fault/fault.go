// Package fault names the kinds of errors that have to do with what is
// registered and installed.
package fault

import "errors"

// The kinds of errors: test for them with [errors.Is].
var (
	ErrConfig   = errors.New("invalid configuration") // a file cannot be used as it is
	ErrNotFound = errors.New("not found")             // no such model, plugin or version, or no file at its source
	ErrVerify   = errors.New("verification failed")   // it is not what it should be, or nobody vouches for it
)

// marked is an error that is also of a kind, which its words do not name.
type marked struct {
	error
	kind error
}

func (m *marked) Unwrap() []error { return []error{m.error, m.kind} }

// Mark makes err an error of a kind.
func Mark(kind, err error) error { return &marked{err, kind} }
