package run

import (
	"errors"
	"fmt"

	"github.com/genhost/genhost/registry/flock"
)

// ErrBusy means that a process is training the run.
var ErrBusy = errors.New("the run is training")

func (r *Run) busy(s Status) error {
	return fmt.Errorf("%w: %s, by process %d", ErrBusy, r.Name, s.Process.ID)
}

// claim takes the run's lock, unless [Create] has it for us.
func (r *Run) claim() (*lock, error) {
	if l := r.lock; l != nil {
		r.lock = nil
		return l, nil
	}
	s, err := r.Status()
	if err != nil {
		return nil, err
	}
	if s.State == Training {
		return nil, r.busy(s)
	}
	l, err := take(r.Dir)
	if errors.Is(err, flock.ErrHeld) {
		return nil, r.busy(s)
	}
	if err != nil {
		return nil, fmt.Errorf("run %s: %w", r.Name, err)
	}
	return l, nil
}
