package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// How many builds of a plugin to keep, for how long after their last use, and
// for how long all of them, since another genhost may be about to start one.
const (
	keepBuilds = 5
	keepUnused = 30 * 24 * time.Hour
	keepAnyway = time.Hour
)

// sumFile is the file beside a build that holds its SHA-256: a build that was
// cut short or altered is made again.
const sumFile = "sha256"

// tempPrefix begins the names of folders that builds are made in.
const tempPrefix = ".tmp-"

// build returns the executable of the Go package in dir:
//
//	<cache>/builds/<plugin>/<key>/<plugin>
func (b Builder) build(ctx context.Context, p Plugin, dir string) (Executable, error) {
	if err := checkPackage(dir); err != nil {
		return Executable{}, fmt.Errorf("source %s: %w", p.Source, err)
	}
	cache, err := filepath.Abs(filepath.Join(b.Cache, "builds", p.Name))
	if err != nil {
		return Executable{}, err
	}
	key, err := contentKey(ctx, dir)
	if err != nil {
		return Executable{}, err
	}
	if exe, ok := stored(filepath.Join(cache, key)); ok {
		return exe, nil
	}
	b.notice(p, cache)
	for range 3 {
		exe, err := buildOnce(ctx, dir, cache, key, p.Name)
		if err != nil {
			return Executable{}, err
		}
		before := key
		if key, err = contentKey(ctx, dir); err != nil {
			return Executable{}, err
		}
		if key == before {
			prune(filepath.Dir(cache), filepath.Join(cache, key), time.Now())
			return exe, nil
		}
		os.RemoveAll(filepath.Join(cache, before)) // holds nobody knows which version
	}
	return Executable{}, errors.New("cannot be built: its source keeps changing")
}

// Compile builds the Go package in dir, as the file out, for another machine or
// for this one. It uses no C, so that the result needs no libraries there.
func Compile(ctx context.Context, dir, goos, goarch, out string) error {
	if err := checkPackage(dir); err != nil {
		return err
	}
	if _, err := list(ctx, dir); err != nil {
		return err
	}
	args := append([]string{"build"}, buildFlags...)
	_, err := goToolFor(ctx, []string{"GOOS=" + goos, "GOARCH=" + goarch, "CGO_ENABLED=0"}, dir, append(args, "-ldflags=-s -w", "-o", out, ".")...)
	return err
}

func (b Builder) notice(p Plugin, cache string) {
	if b.Notice == nil {
		return
	}
	why := "first use"
	if old, _ := filepath.Glob(filepath.Join(cache, "*", sumFile)); len(old) > 0 {
		why = "it has changed"
	}
	b.Notice(fmt.Sprintf("building plugin %s (%s)", p.Name, why))
}

// buildOnce builds the package in dir in a folder of its own, and renames that to
// its key: whoever builds the same at the same time, one of them wins and all
// get it.
func buildOnce(ctx context.Context, dir, cache, key, name string) (Executable, error) {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return Executable{}, err
	}
	temp, err := os.MkdirTemp(cache, tempPrefix)
	if err != nil {
		return Executable{}, err
	}
	defer os.RemoveAll(temp)
	args := append([]string{"build"}, buildFlags...)
	if _, err := goTool(ctx, dir, append(args, "-o", filepath.Join(temp, name), ".")...); err != nil {
		return Executable{}, err
	}
	exe, err := sum(filepath.Join(temp, name))
	if err != nil {
		return Executable{}, err
	}
	if err := os.WriteFile(filepath.Join(temp, sumFile), []byte(exe.SHA256+" "+name), 0o644); err != nil {
		return Executable{}, err
	}
	return install(temp, filepath.Join(cache, key), exe)
}

// install moves a finished build to its place. If a good one is there already,
// it returns that; a bad one has to go.
func install(temp, place string, made Executable) (Executable, error) {
	made.Path = filepath.Join(place, filepath.Base(made.Path))
	var err error
	for range 3 {
		if err = os.Rename(temp, place); err == nil {
			return made, nil
		}
		if exe, ok := stored(place); ok {
			return exe, nil
		}
		os.RemoveAll(place)
	}
	return Executable{}, err
}

// stored returns the build in a folder if it is there and whole, and notes
// that it was used.
func stored(place string) (Executable, bool) {
	data, err := os.ReadFile(filepath.Join(place, sumFile))
	if err != nil {
		return Executable{}, false
	}
	want, name, _ := strings.Cut(string(data), " ")
	exe, err := sum(filepath.Join(place, filepath.Base(name)))
	if err != nil || exe.SHA256 != want {
		return Executable{}, false
	}
	now := time.Now()
	os.Chtimes(place, now, now)
	return exe, true
}

// prune removes builds that are too old or too many, of all plugins, but never
// the one at current. What cannot be removed stays: it is only a cache.
func prune(builds, current string, now time.Time) {
	plugins, _ := os.ReadDir(builds)
	for _, p := range plugins {
		type build struct {
			path string
			age  time.Duration
		}
		var all []build
		entries, _ := os.ReadDir(filepath.Join(builds, p.Name()))
		for _, e := range entries {
			if info, err := e.Info(); err == nil && e.IsDir() {
				all = append(all, build{filepath.Join(builds, p.Name(), e.Name()), now.Sub(info.ModTime())})
			}
		}
		slices.SortFunc(all, func(a, b build) int { return cmp.Compare(a.age, b.age) })
		for i, old := range all {
			surplus := i >= keepBuilds || strings.HasPrefix(filepath.Base(old.path), tempPrefix)
			if old.path != current && (old.age > keepUnused || surplus && old.age > keepAnyway) {
				os.RemoveAll(old.path)
			}
		}
	}
}
