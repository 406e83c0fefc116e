package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/genhost/genhost/sdk"
)

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
