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
	"time"

	"github.com/genhost/genhost/sdk"
)

// ErrNotFound means that there is no such run.
var ErrNotFound = errors.New("no such run")

// A Run is a run directory.
type Run struct {
	Name string // "vae-1"
	Dir  string
	Plan
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

// Open opens a run: by its name in root, by the path of its directory, or the
// newest as "latest".
func Open(root, name string) (*Run, error) {
	dir, err := locate(root, name)
	if err != nil {
		return nil, err
	}
	return open(dir)
}

// locate finds the directory of a run, and that it is one.
func locate(root, name string) (string, error) {
	if name == latest {
		return newest(root)
	}
	dir := name
	if !strings.ContainsFunc(name, func(r rune) bool { return r == '/' || r == filepath.Separator }) {
		if !validName.MatchString(name) {
			return "", notFound(root, name)
		}
		dir = filepath.Join(root, name)
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", notFound(root, name)
	}
	if err != nil {
		return "", fmt.Errorf("open run: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, configFile)); !info.IsDir() || errors.Is(err, fs.ErrNotExist) {
		return "", sdk.Hint(fmt.Errorf("%w: %s is no run: it has no %s", ErrNotFound, dir, configFile), suggest(root, name))
	}
	return dir, nil
}

func notFound(root, name string) error {
	return sdk.Hint(fmt.Errorf("%w: %s", ErrNotFound, name), suggest(root, filepath.Base(name)))
}

func suggest(root, name string) string {
	names, err := names(root)
	if err != nil || len(names) == 0 {
		return "there are none in " + root + "; make one: genhost train"
	}
	return sdk.Suggest(name, names)
}

// newest returns the directory of the run that was created last.
func newest(root string) (string, error) {
	names, err := names(root)
	if err != nil {
		return "", err
	}
	var best *Run
	for _, name := range names {
		r, err := open(filepath.Join(root, name))
		if err != nil {
			continue // a damaged run is not the one that is meant
		}
		if best == nil || !r.Config.Created.Before(best.Config.Created) {
			best = r
		}
	}
	if best == nil {
		return "", notFound(root, latest)
	}
	return best.Dir, nil
}

func open(dir string) (*Run, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("open run: %w", err)
	}
	r := &Run{Name: filepath.Base(abs), Dir: filepath.Clean(dir)}
	if r.Config, err = decodeFile(r.path(configFile), maxFile, decodeConfig); err != nil {
		return nil, err
	}
	if r.Data, err = decodeFile(r.path(dataFile), maxFile, decodeDataset); err != nil {
		return nil, err
	}
	if r.Env, err = decodeFile(r.path(envFile), maxFile, decodeJSON[Env]); err != nil {
		return nil, err
	}
	return r, nil
}

// names returns the names of the runs in root, those with numbers in their
// order. No root means no runs.
func names(root string) ([]string, error) {
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	var all []string
	for _, e := range entries {
		if !validName.MatchString(e.Name()) {
			continue
		}
		if _, err := os.Stat(filepath.Join(root, e.Name(), configFile)); err == nil {
			all = append(all, e.Name())
		}
	}
	slices.SortFunc(all, byNumber)
	return all, nil
}

// byNumber puts vae-9 before vae-10.
func byNumber(a, b string) int {
	stemA, numberA := cutNumber(a)
	stemB, numberB := cutNumber(b)
	if stemA == stemB && numberA != numberB {
		return numberA - numberB
	}
	return strings.Compare(a, b)
}

func cutNumber(name string) (string, int) {
	if i := strings.LastIndexByte(name, '-'); i >= 0 {
		if n, err := strconv.Atoi(name[i+1:]); err == nil {
			return name[:i], n
		}
	}
	return name, 0
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
