package run

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/genhost/genhost/registry/flock"
)

// A State says how a training is, or how it ended.
type State string

const (
	Training State = "training"
	Done     State = "done"
	Stopped  State = "stopped" // by the user, who may not have waited for a checkpoint
	Failed   State = "failed"
	Diverged State = "diverged"
)

// Status says how far a run has come, and how it ended.
type Status struct {
	State   State     `json:"state"`
	Reason  string    `json:"reason,omitempty"` // of a state that is not done
	Step    int       `json:"step"`
	Steps   int       `json:"steps"` // in all, 0 when not known yet
	Epoch   int       `json:"epoch"` // completed
	Epochs  int       `json:"epochs"`
	Seconds float64   `json:"seconds"` // spent training
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Process Process   `json:"process,omitzero"` // that trains, or did

	Best *Best `json:"best,omitempty"` // nil until a model is validated
}

// Best is the checkpoint with the least loss on the rows that are held out.
type Best struct {
	Step  int     `json:"step"`
	Epoch int     `json:"epoch"`
	Loss  float64 `json:"val_loss"`
}

// Status returns how the run is. Training means that a process is at it; the
// status of a run whose process is gone is Failed.
func (r *Run) Status() (Status, error) {
	s, err := r.readStatus()
	if err != nil || s.State != Training {
		return s, err
	}
	f, err := flock.Open(r.path(lockFile), os.O_RDONLY, flock.Shared)
	if errors.Is(err, flock.ErrHeld) {
		return s, nil
	}
	locked := err == nil
	if locked { // nobody begins or ends a training now: look again
		defer f.Close()
		if s, err = r.readStatus(); err != nil || s.State != Training {
			return s, err
		}
	}
	// A lock that is free is believed on the system of that process only: not
	// all shared disks tell other machines of locks.
	if locked && s.Process.Boot == bootID() || !s.Process.alive(r.path(eventsFile)) {
		s.State, s.Reason = Failed, "genhost ended while it was training"
	}
	return s, nil
}

func (r *Run) readStatus() (Status, error) {
	return decodeFile(r.path(statusFile), maxFile, decodeStatus)
}

func decodeStatus(data []byte) (Status, error) {
	s, err := decodeJSON[Status](data)
	if err != nil {
		return s, err
	}
	if !slices.Contains([]State{Training, Done, Stopped, Failed, Diverged}, s.State) {
		return s, fmt.Errorf("unknown state %q", s.State)
	}
	return s, nil
}

// A Process identifies a process beyond its number, which the system gives to
// another one day, and which another container does not know.
type Process struct {
	ID    int    `json:"id"`
	Start string `json:"start,omitempty"` // when, in the system's own terms
	Boot  string `json:"boot,omitempty"`  // of which system since when
}

// elsewhere is how long a process of another system is believed to be alive
// after it last wrote: its number means nothing here.
const elsewhere = 15 * time.Minute

func thisProcess() Process {
	return Process{ID: os.Getpid(), Start: processStart(os.Getpid()), Boot: bootID()}
}

// alive reports whether the process is running. Of one on another machine
// that shares the disk it judges by the file that it writes to.
func (p Process) alive(writes string) bool {
	if p.Boot != bootID() {
		info, err := os.Stat(writes)
		return err == nil && time.Since(info.ModTime()) < elsewhere
	}
	return p.ID > 0 && running(p.ID) && processStart(p.ID) == p.Start
}
