package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

const keepCheckpoints = 3

// A Checkpoint is what a model had learned at a step.
type Checkpoint struct {
	Step    int
	Dir     string
	Weights string // the file
}

var checkpointName = regexp.MustCompile(`^step-([0-9]{1,18})$`)

// CheckpointDir returns the folder that checkpoints belong in, absolute, as a
// job's Dir.
func (r *Run) CheckpointDir() (string, error) {
	dir, err := filepath.Abs(r.path(checkpointsDir))
	if err != nil {
		return "", fmt.Errorf("run %s: %w", r.Name, err)
	}
	return dir, nil
}

// Checkpoints returns the checkpoints that are complete, oldest first.
func (r *Run) Checkpoints() ([]Checkpoint, error) {
	entries, err := os.ReadDir(r.path(checkpointsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("run %s: %w", r.Name, err)
	}
	var all []Checkpoint
	for _, e := range entries {
		name := checkpointName.FindStringSubmatch(e.Name())
		if name == nil || !e.IsDir() {
			continue // one that is being written or removed, or not ours
		}
		dir := r.path(checkpointsDir, e.Name())
		c := Checkpoint{Dir: dir, Weights: filepath.Join(dir, sdk.WeightsFile)}
		c.Step, _ = strconv.Atoi(name[1])
		// A link is none: a plugin may have made it, to be let at what it leads to.
		if info, err := os.Lstat(c.Weights); err == nil && info.Mode().IsRegular() {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b Checkpoint) int { return a.Step - b.Step })
	return all, nil
}

// Checkpoint returns the last checkpoint. The error is [sdk.ErrNotTrained]
// when there is none.
func (r *Run) Checkpoint() (Checkpoint, error) {
	all, err := r.Checkpoints()
	if err != nil {
		return Checkpoint{}, err
	}
	if len(all) == 0 {
		return Checkpoint{}, sdk.Hint(fmt.Errorf("%w: run %s has no checkpoint", sdk.ErrNotTrained, r.Name), r.advice())
	}
	return all[len(all)-1], nil
}

// FindCheckpoint returns the checkpoint that is asked for: "last" or "", "best"
// for that with the least loss on the rows held out, or the number of a step.
func (r *Run) FindCheckpoint(which string) (Checkpoint, error) {
	last, err := r.Checkpoint()
	if err != nil {
		return last, err
	}
	if which == "" || which == "last" {
		return last, r.isLast(last)
	}
	all, err := r.Checkpoints()
	if err != nil {
		return Checkpoint{}, err
	}
	step, notStep := strconv.Atoi(which)
	if which == "best" {
		if step, err = r.bestStep(); err != nil {
			return Checkpoint{}, err
		}
	} else if notStep != nil {
		return Checkpoint{}, sdk.Hint(fmt.Errorf("%w: checkpoint %q: want last, best or the number of a step", sdk.ErrBadInput, which), there(all))
	}
	for _, c := range all {
		if c.Step == step {
			return c, nil
		}
	}
	return Checkpoint{}, sdk.Hint(fmt.Errorf("%w: run %s has no checkpoint of step %d", sdk.ErrBadInput, r.Name, step), there(all))
}

// isLast reports a checkpoint that is not that of the last step of a training
// which is done: that one has been damaged or taken away.
func (r *Run) isLast(c Checkpoint) error {
	s, err := r.Status()
	if err != nil || s.State != Done || s.Step <= c.Step {
		return nil // what is known of the run is no reason to do without its weights
	}
	err = fmt.Errorf("%w: run %s ended at step %d, of which there are no weights", sdk.ErrCorrupt, r.Name, s.Step)
	return sdk.Hint(err, fmt.Sprintf("take those of step %d: --checkpoint %d", c.Step, c.Step))
}

func (r *Run) bestStep() (int, error) {
	s, err := r.Status()
	if err != nil {
		return 0, err
	}
	if s.Best == nil {
		return 0, sdk.Hint(fmt.Errorf("%w: run %s has no best checkpoint: it was not validated", sdk.ErrBadInput, r.Name),
			"use the last; genhost train --holdout validates models that can be")
	}
	return s.Best.Step, nil
}

// there says which checkpoints there are.
func there(all []Checkpoint) string {
	steps := make([]string, len(all))
	for i, c := range all {
		steps[i] = strconv.Itoa(c.Step)
	}
	return "there are those of step " + strings.Join(steps, ", ")
}

// advice says how a run may come by a checkpoint.
func (r *Run) advice() string {
	if s, err := r.Status(); err == nil && s.State == Training {
		return "it is training: wait for its first checkpoint"
	}
	var others []string
	all, _ := names(filepath.Dir(r.Dir)) // no names is no advice
	for _, name := range all {
		other := &Run{Name: name, Dir: filepath.Join(filepath.Dir(r.Dir), name)}
		if c, err := other.Checkpoints(); err == nil && len(c) > 0 {
			others = append(others, name)
		}
	}
	if len(others) > 0 {
		return "it ended before its first; there is one in " + strings.Join(others, ", ")
	}
	return "train again: genhost train --model " + r.Config.Model.Name
}

// prune removes all but the last n complete checkpoints and the best.
func (r *Run) prune(n int, best *Best) error {
	all, err := r.Checkpoints()
	if err != nil {
		return err
	}
	for _, c := range all[:max(0, len(all)-n)] {
		if best != nil && c.Step == best.Step {
			continue
		}
		if err := discard(c.Dir); err != nil {
			return fmt.Errorf("remove old checkpoint: %w", err)
		}
	}
	return nil
}
