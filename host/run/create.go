package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/genhost/genhost/sdk"
)

// Taken is the error for a name that a run, or something else, has already.
func Taken(root, name string) error {
	return sdk.Hint(fmt.Errorf("create run: %s: %w", filepath.Join(root, name), fs.ErrExist),
		"choose another name, or remove it: genhost runs remove "+name)
}

// A Stage is a run to be, in a folder that no reader looks at. It is there so
// that a plugin can be let into its folders before it is known what the run
// holds, or whether there will be one.
type Stage struct {
	root, dir string
	made      bool  // root was, too
	lock      *lock // the run's, until it is created
}

// Prepare makes a stage in root, which is made if it is missing. What earlier
// processes have left half made or half removed in root goes. Close must be
// called.
func Prepare(root string) (_ *Stage, err error) {
	s := &Stage{root: root}
	defer func() {
		if err != nil {
			s.Close()
			err = fmt.Errorf("create run: %w", err)
		}
	}()
	if _, missing := os.Stat(root); missing != nil {
		s.made = true
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return nil, err
	}
	sweep(root, time.Now().Add(-newTime))
	if s.dir, err = os.MkdirTemp(root, ".new-*"); err != nil {
		return nil, err
	}
	if err = os.Mkdir(s.path(), 0o777); err != nil {
		return nil, err
	}
	if s.lock, err = take(s.path()); err != nil {
		return nil, err
	}
	for _, sub := range []string{checkpointsDir, "samples", "plots"} {
		if err := os.Mkdir(s.path(sub), 0o777); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *Stage) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir, staged}, parts...)...)
}

// CheckpointDir returns the folder that becomes the run's, absolute. It is the
// same folder then, by another name.
func (s *Stage) CheckpointDir() (string, error) { return filepath.Abs(s.path(checkpointsDir)) }

// Close removes what has not become a run.
func (s *Stage) Close() {
	s.lock.release()
	if s.dir != "" {
		os.RemoveAll(s.dir)
	}
	if s.made {
		os.Remove(s.root) // fails where there are runs
	}
}

// Create makes the stage a run called stem-n; n is one more than the highest
// there is. The run is this process's to train: nobody else can [Run.Record] it.
func (s *Stage) Create(stem string, p Plan) (*Run, error) {
	if err := CheckName(stem + "-1"); err != nil {
		return nil, err
	}
	if err := s.fill(&p); err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	for {
		n, err := highest(s.root, stem)
		if err != nil {
			return nil, fmt.Errorf("create run: %w", err)
		}
		r, err := s.publish(fmt.Sprintf("%s-%d", stem, n+1), p)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, fs.ErrExist) { // another took the name: there is a next
			return nil, fmt.Errorf("create run: %w", err)
		}
	}
}

// CreateNamed makes the stage a run with a name of the user's choice. The error
// wraps [fs.ErrExist] when there is one.
func (s *Stage) CreateNamed(name string, p Plan) (*Run, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	taken := Taken(s.root, name)
	if _, err := os.Lstat(filepath.Join(s.root, name)); err == nil {
		return nil, taken
	}
	if err := s.fill(&p); err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	r, err := s.publish(name, p)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, taken
	case err != nil:
		return nil, fmt.Errorf("create run: %w", err)
	}
	return r, nil
}

// publish makes the run appear under a name.
func (s *Stage) publish(name string, p Plan) (*Run, error) {
	r := &Run{Name: name, Dir: filepath.Join(s.root, name), Plan: p, lock: s.lock}
	if err := os.Rename(s.path(), r.Dir); err != nil {
		return nil, err
	}
	s.lock = nil
	return r, nil
}

// fill writes what is known of the run into it.
func (s *Stage) fill(p *Plan) error {
	if p.Config.Created.IsZero() {
		p.Config.Created = time.Now()
	}
	p.Config.Created = p.Config.Created.UTC().Truncate(time.Millisecond) // as it will be read
	config, err := encodeConfig(p.Config)
	if err != nil {
		return fmt.Errorf("%s: %w", configFile, err)
	}
	if err := writeBytes(s.path(configFile), true, config); err != nil {
		return err
	}
	if err := writeJSON(s.path(envFile), true, p.Env); err != nil {
		return err
	}
	if err := writeJSON(s.path(dataFile), true, p.Data); err != nil {
		return err
	}
	status := Status{State: Training, Started: p.Config.Created, Process: thisProcess()}
	return writeJSON(s.path(statusFile), true, status)
}

// highest returns the largest n of what is called stem-n in root, be it a run
// or not.
func highest(root, stem string) (int, error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return 0, err
	}
	top := 0
	for _, e := range entries {
		digits, ok := strings.CutPrefix(e.Name(), stem+"-")
		if n, err := strconv.Atoi(digits); ok && err == nil {
			top = max(top, n)
		}
	}
	return top, nil
}
