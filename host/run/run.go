package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/genhost/genhost/sdk"
)

// ErrNotFound means that there is no such run.
var ErrNotFound = errors.New("no such run")

// A Run is a run directory.
type Run struct {
	Name string // "vae-1"
	Dir  string
	Plan
	lock *lock // of a run that was created here and is not recorded yet
}

// The files of a run.
const (
	configFile  = "run.toml"
	envFile     = "env.json"
	dataFile    = "dataset.json"
	statusFile  = "status.json"
	metricsFile = "metrics.csv"
	eventsFile  = "events.jsonl"
	logFile     = "plugin.log"
	lockFile    = "lock"
	evalFile    = "eval.json"
	originFile  = "origin.json"
	cardFile    = "README.md"

	checkpointsDir = "checkpoints"
)

// latest is a name that stands for the newest run.
const latest = "latest"

var validName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$`)

// CheckName reports whether a run may have this name: letters, digits, dots,
// dashes and underscores, of which the first is no dot and no dash.
func CheckName(name string) error {
	if name == latest {
		return sdk.Hint(fmt.Errorf("%w: a run cannot be called %s", sdk.ErrBadInput, name), "that name stands for the newest run")
	}
	if !validName.MatchString(name) {
		return sdk.Hint(fmt.Errorf("%w: run name %q", sdk.ErrBadInput, name),
			"use at most 100 letters, digits, dots, dashes and underscores, and begin with a letter or digit")
	}
	return nil
}

func (r *Run) path(parts ...string) string {
	return filepath.Join(append([]string{r.Dir}, parts...)...)
}

// PreviewPath returns where the picture of an epoch belongs.
func (r *Run) PreviewPath(epoch int) string {
	return r.path("samples", fmt.Sprintf("epoch-%04d.png", epoch))
}

// SamplesDir returns the folder for pictures and for files made from the run.
func (r *Run) SamplesDir() string { return r.path("samples") }

// PlotPath returns where a plot belongs. Write it with [WriteFile].
func (r *Run) PlotPath(name string) string { return r.path("plots", name+".png") }

// EvalPath returns where the report of an evaluation belongs. Write it with
// [WriteFile].
func (r *Run) EvalPath() string { return r.path(evalFile) }

// TensorBoardDir returns the folder for event files.
func (r *Run) TensorBoardDir() string { return r.path("tb") }

// LogPath returns where the plugin's own words are.
func (r *Run) LogPath() string { return r.path(logFile) }

// OpenLog opens the plugin's log to add to it.
func (r *Run) OpenLog() (*os.File, error) {
	f, err := os.OpenFile(r.LogPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", r.LogPath(), unwrapPath(err))
	}
	return f, nil
}
