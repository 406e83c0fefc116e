package sdk

import (
	"errors"
	"fmt"
	"strings"
)

// Errors that mean the same on both sides of the process boundary: test for
// them with [errors.Is]. So do [errors.ErrUnsupported], [fs.ErrNotExist],
// [fs.ErrPermission], [context.Canceled] and [context.DeadlineExceeded].
var (
	ErrBadInput   = errors.New("bad input")                // rows, requests or files that do not fit
	ErrBadSetting = errors.New("bad setting")              // see [SettingError]
	ErrNotTrained = errors.New("the model is not trained") // Encode, Generate or Save before Train or Load
	ErrStopped    = errors.New("stopped")                  // [Job.Step]: return, the checkpoint is written
	ErrDiverged   = errors.New("training diverged")        // a metric is not a finite number
	ErrCorrupt    = errors.New("corrupt file")             // truncated, altered, or not of this kind
	ErrCrashed    = errors.New("the plugin crashed")       // its process died, or a call panicked
	ErrProtocol   = errors.New("protocol mismatch")        // not a plugin, or one for another host
)

var (
	errUnsupported = errors.ErrUnsupported
	errNoEncoder   = fmt.Errorf("this model has no encoder: %w", errors.ErrUnsupported)
)

// Hint attaches advice to err: one lower-case sentence that says what the user
// can do, not what went wrong. Hint of a nil error is nil.
func Hint(err error, advice string) error {
	if err == nil || advice == "" {
		return err
	}
	return &hinted{err, advice}
}

type hinted struct {
	error
	advice string
}

func (h *hinted) Unwrap() error { return h.error }

// Hints returns the advice attached to err, outermost first.
func Hints(err error) []string {
	var all []string
	for err != nil {
		if h, ok := err.(*hinted); ok {
			all = append(all, h.advice)
		}
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			for _, e := range many.Unwrap() {
				all = append(all, Hints(e)...)
			}
			return all
		}
		err = errors.Unwrap(err)
	}
	return all
}

// A SettingError says what is wrong with one setting. It is an
// [ErrBadSetting].
type SettingError struct {
	Setting string // "latent"
	Problem string // "is 0: want 1 to 4096"; "" when there is no such setting
}

func (e *SettingError) Error() string {
	if e.Problem == "" {
		return "there is no setting " + e.Setting
	}
	return "setting " + e.Setting + " " + e.Problem
}

func (e *SettingError) Unwrap() error { return ErrBadSetting }

// unknown is the error for a name that is not among those known.
func unknown(what, name string, known []string) error {
	return Hint(fmt.Errorf("%w: %s %q", ErrBadInput, what, name), Suggest(name, known))
}

// Suggest makes the hint for a misspelt name: the nearest of the known ones,
// if any is near, and what there is.
func Suggest(name string, known []string) string {
	var hint string
	best := len(name)/3 + 2 // further away is another word
	for _, k := range known {
		if d := distance(strings.ToLower(name), strings.ToLower(k)); d < best {
			best, hint = d, "did you mean "+k+"? "
		}
	}
	if len(known) == 0 {
		return "there are none"
	}
	return hint + "there is " + strings.Join(known, ", ")
}

// distance is the edit distance of a and b in which swapping two neighbours
// counts once (optimal string alignment).
func distance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
