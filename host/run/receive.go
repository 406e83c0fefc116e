package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
)

// An Arrival is a run that comes from elsewhere.
type Arrival struct {
	Name   string // that it gets here
	Origin Origin
	Fill   func(dir string) error // writes its parts, by names that [CanReceive] knows
	Adopt  func(*Run) error       // looks at it, and gives its plugins the names that they have here
}

// Receive makes a run in root of parts that were given away. It appears when
// Fill and Adopt are content, and what was written can be read; nothing is left
// of it otherwise.
func Receive(root string, a Arrival) (*Run, error) {
	if err := CheckName(a.Name); err != nil {
		return nil, err
	}
	dir := filepath.Join(root, a.Name)
	if _, err := os.Lstat(dir); err == nil {
		return nil, Taken(root, a.Name)
	}
	s, err := Prepare(root)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	r, err := a.take(s.path())
	if err != nil {
		return nil, err
	}
	made, err := s.publish(a.Name, r.Plan)
	if errors.Is(err, fs.ErrExist) {
		return nil, Taken(root, a.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	made.lock.release() // it is not here to be trained
	return open(dir)
}

// take fills dir, and writes again what is read of it: so a run that came from
// elsewhere holds nothing that this host does not know.
func (a Arrival) take(dir string) (*Run, error) {
	if err := a.Fill(dir); err != nil {
		return nil, err
	}
	r, err := open(dir)
	if err != nil {
		return nil, err
	}
	r.Name, r.Plan = a.Name, r.Shared()
	all, err := r.Checkpoints()
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("%w: it holds the weights of %d checkpoints: want those of one", sdk.ErrCorrupt, len(all))
	}
	status, err := r.readStatus()
	if err == nil {
		_, err = r.Metrics()
	}
	if err != nil {
		return nil, err
	}
	if status.State == Training || status.Step != all[0].Step {
		return nil, fmt.Errorf("%w: %s: %s at step %d, where the weights are of step %d", sdk.ErrCorrupt, statusFile, status.State, status.Step, all[0].Step)
	}
	if err := a.Adopt(r); err != nil {
		return nil, err
	}
	a.Origin.Step = all[0].Step
	if a.Origin.Weights, err = sumOf(all[0].Weights); err != nil {
		return nil, err
	}
	return r, r.rewrite(status, a.Origin)
}

func (r *Run) rewrite(status Status, o Origin) error {
	config, err := encodeConfig(r.Config)
	if err == nil {
		err = writeBytes(r.path(configFile), true, config)
	}
	status.Process = Process{}
	for _, f := range []struct {
		name  string
		value any
	}{{envFile, r.Env}, {dataFile, r.Data}, {statusFile, status}, {originFile, o}} {
		if err == nil {
			err = writeJSON(r.path(f.name), true, f.value)
		}
	}
	return err
}
