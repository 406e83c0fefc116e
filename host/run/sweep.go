package run

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A run is made and removed in a folder that no reader looks at, as
// .new-N/run and .old-N/run. What is left of one when its process is killed,
// the next that makes a run sweeps away.
const staged = "run"

var stageName = regexp.MustCompile(`^\.(new|old)-[0-9]+$`)

// newTime is how long such a folder may be without a lock: it is just being
// made, or removed.
const newTime = time.Minute

// sweep removes what is left in root of those that nobody has locked and that
// were last touched before a time.
func sweep(root string, before time.Time) {
	entries, _ := os.ReadDir(root) // what cannot be read is not ours to clean
	for _, e := range entries {
		if !e.IsDir() || !stageName.MatchString(e.Name()) {
			continue
		}
		path := filepath.Join(root, e.Name())
		info, err := e.Info()
		if err != nil || info.ModTime().After(before) {
			continue
		}
		held, err := isHeld(filepath.Join(path, staged))
		if !held && (err == nil || errors.Is(err, fs.ErrNotExist)) {
			os.RemoveAll(path)
		}
	}
}

// discard removes a folder, under another name first, so that nobody finds
// half of it.
func discard(dir string) error {
	gone, err := os.MkdirTemp(filepath.Dir(dir), ".old-*")
	if err != nil {
		return err
	}
	return errors.Join(os.Rename(dir, filepath.Join(gone, staged)), os.RemoveAll(gone))
}

// tidy removes what recorders that were killed have left unfinished: half
// checkpoints, and half a status. Only who has the run's lock may call it.
func (r *Run) tidy() {
	unfinished, _ := os.ReadDir(r.path(checkpointsDir))
	for _, e := range unfinished {
		stem, half := strings.CutSuffix(e.Name(), ".tmp")
		if stageName.MatchString(e.Name()) || half && checkpointName.MatchString(stem) {
			os.RemoveAll(r.path(checkpointsDir, e.Name()))
		}
	}
	files, _ := os.ReadDir(r.Dir)
	for _, e := range files {
		if strings.HasPrefix(e.Name(), "."+statusFile+".") && strings.HasSuffix(e.Name(), ".tmp") {
			os.Remove(r.path(e.Name()))
		}
	}
}
