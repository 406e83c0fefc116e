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
// see [Run.Record].
func Create(root, stem string, p Plan) (*Run, error) {
	if err := CheckName(stem + "-1"); err != nil {
		return nil, err
	}
	tmp, err := prepare(root, &p)
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	defer os.RemoveAll(tmp)
	for {
		n, err := highest(root, stem)
		if err != nil {
			return nil, fmt.Errorf("create run: %w", err)
		}
		name := fmt.Sprintf("%s-%d", stem, n+1)
		r := &Run{Name: name, Dir: filepath.Join(root, name), Plan: p}
		err = os.Rename(filepath.Join(tmp, "run"), r.Dir)
		if err == nil {
			return r, nil
		}
		if !errors.Is(err, fs.ErrExist) { // another took the name: there is a next
			return nil, fmt.Errorf("create run: %w", err)
		}
	}
}

// CreateNamed makes a run with a name of the user's choice. The error wraps
// [fs.ErrExist] when there is one.
func CreateNamed(root, name string, p Plan) (*Run, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	r := &Run{Name: name, Dir: filepath.Join(root, name)}
	taken := sdk.Hint(fmt.Errorf("create run: %s: %w", r.Dir, fs.ErrExist),
		"choose another name, or remove it: genhost runs remove "+name)
	if _, err := os.Lstat(r.Dir); err == nil {
		return nil, taken
	}
	tmp, err := prepare(root, &p)
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	defer os.RemoveAll(tmp)
	err = os.Rename(filepath.Join(tmp, "run"), r.Dir)
	if errors.Is(err, fs.ErrExist) {
		return nil, taken
	}
	if err != nil {
		return nil, fmt.Errorf("create run: %w", err)
	}
	r.Plan = p
	return r, nil
}

// prepare makes a folder in root, that no reader looks at, with a complete
// run in it.
func prepare(root string, p *Plan) (string, error) {
	if p.Config.Created.IsZero() {
		p.Config.Created = time.Now()
	}
	p.Config.Created = p.Config.Created.UTC().Truncate(time.Millisecond) // as it will be read
	config, err := encodeConfig(p.Config)
	if err != nil {
		return "", fmt.Errorf("%s: %w", configFile, err)
	}
	if err := os.MkdirAll(root, 0o777); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(root, ".new-*")
	if err != nil {
		return "", err
	}
	if err := fill(filepath.Join(tmp, "run"), config, *p); err != nil {
		os.RemoveAll(tmp)
		return "", err
	}
	return tmp, nil
}

func fill(dir string, config []byte, p Plan) error {
	for _, sub := range []string{"", "checkpoints", "samples", "plots"} {
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
	s := Status{State: Training, Started: p.Config.Created, Process: thisProcess()}
	return writeJSON(filepath.Join(dir, statusFile), true, s)
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
