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

// Create makes a run called stem-n in root, which is made if it is missing;
// n is one more than the highest there is. The run is this process's to train:
// nobody else can [Run.Record] it. What earlier processes have left half made
// or half removed in root goes.
func Create(root, stem string, p Plan) (*Run, error) {
	if err := CheckName(stem + "-1"); err != nil {
		return nil, err
	}
	s, err := prepare(root, &p)
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	defer os.RemoveAll(s.dir)
	for {
		n, err := highest(root, stem)
		if err != nil {
			s.lock.release()
			return nil, fmt.Errorf("create run: %w", err)
		}
		r, err := s.publish(root, fmt.Sprintf("%s-%d", stem, n+1), p)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, fs.ErrExist) { // another took the name: there is a next
			s.lock.release()
			return nil, fmt.Errorf("create run: %w", err)
		}
	}
}

// Taken is the error for a name that a run, or something else, has already.
func Taken(root, name string) error {
	return sdk.Hint(fmt.Errorf("create run: %s: %w", filepath.Join(root, name), fs.ErrExist),
		"choose another name, or remove it: genhost runs remove "+name)
}

// CreateNamed makes a run with a name of the user's choice. The error wraps
// [fs.ErrExist] when there is one.
func CreateNamed(root, name string, p Plan) (*Run, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	dir := filepath.Join(root, name)
	taken := Taken(root, name)
	if _, err := os.Lstat(dir); err == nil {
		return nil, taken
	}
	s, err := prepare(root, &p)
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	defer os.RemoveAll(s.dir)
	r, err := s.publish(root, name, p)
	if err == nil {
		return r, nil
	}
	s.lock.release()
	if errors.Is(err, fs.ErrExist) {
		return nil, taken
	}
	return nil, fmt.Errorf("create run: %w", err)
}

// A stage is a folder that no reader looks at, with a run in it.
type stage struct {
	dir  string
	lock *lock // the run's
}

// publish makes the run appear under a name.
func (s stage) publish(root, name string, p Plan) (*Run, error) {
	r := &Run{Name: name, Dir: filepath.Join(root, name), Plan: p, lock: s.lock}
	return r, os.Rename(filepath.Join(s.dir, staged), r.Dir)
}

// prepare makes a stage in root with a complete run.
func prepare(root string, p *Plan) (s stage, err error) {
	if p.Config.Created.IsZero() {
		p.Config.Created = time.Now()
	}
	p.Config.Created = p.Config.Created.UTC().Truncate(time.Millisecond) // as it will be read
	config, err := encodeConfig(p.Config)
	if err != nil {
		return s, fmt.Errorf("%s: %w", configFile, err)
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return s, err
	}
	sweep(root, time.Now().Add(-newTime))
	if s.dir, err = os.MkdirTemp(root, ".new-*"); err != nil {
		return s, err
	}
	if err = s.fill(config, *p); err != nil {
		s.lock.release()
		os.RemoveAll(s.dir)
	}
	return s, err
}

func (s *stage) fill(config []byte, p Plan) (err error) {
	dir := filepath.Join(s.dir, staged)
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	if s.lock, err = take(dir); err != nil {
		return err
	}
	for _, sub := range []string{"checkpoints", "samples", "plots"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o777); err != nil {
			return err
		}
	}
	if err := writeBytes(filepath.Join(dir, configFile), true, config); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, envFile), true, p.Env); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, dataFile), true, p.Data); err != nil {
		return err
	}
	status := Status{State: Training, Started: p.Config.Created, Process: thisProcess()}
	return writeJSON(filepath.Join(dir, statusFile), true, status)
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
