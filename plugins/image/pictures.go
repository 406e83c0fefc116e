package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// An album is the pictures of one split, each a file of its own.
type album struct {
	split   string
	entries []entry
}

type entry struct {
	path  string
	label string // "" for none
	open  func() (fs.File, error)
}

// onDisk is the entry of a file.
func onDisk(path, label string) entry {
	return entry{path, label, func() (fs.File, error) { return os.Open(path) }}
}

// newCollection makes a collection of albums. All pictures have labels, or
// none has.
func newCollection(albums []album, files []string) (*collection, error) {
	c := &collection{files: files}
	var with, without string
	seen := map[string]bool{}
	for _, a := range albums {
		for _, e := range a.entries {
			if e.label == "" {
				without = e.path
				continue
			}
			with = e.path
			if !seen[e.label] {
				seen[e.label] = true
				c.labels = append(c.labels, e.label)
			}
		}
	}
	if with != "" && without != "" {
		return nil, sdk.Hint(fmt.Errorf("%w: %s has a label, %s has none", sdk.ErrBadInput, with, without),
			"give every picture a label, by the sub-folder it is in or in the list, or none")
	}
	slices.Sort(c.labels)
	number := map[string]int{}
	for i, l := range c.labels {
		number[l] = i
	}
	for _, a := range albums {
		c.splits = append(c.splits, split{a.split, len(a.entries), a.look, func(ctx context.Context, take func(picture) error) error {
			return a.read(ctx, number, take)
		}})
	}
	c.sortSplits()
	return c, nil
}

func (a album) look(ctx context.Context, see func(head) error) error {
	for _, e := range a.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := readHead(e)
		if err != nil {
			return err
		}
		if err := see(h); err != nil {
			return err
		}
	}
	return nil
}

func (a album) read(ctx context.Context, number map[string]int, take func(picture) error) error {
	for _, e := range a.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := readPixels(e)
		if err != nil {
			return err
		}
		p.label = number[e.label]
		if err := take(p); err != nil {
			return err
		}
	}
	return nil
}

// isPicture tells by its name whether a file is a picture that can be read.
func isPicture(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".pgm", ".ppm", ".pnm":
		return !hidden(name)
	}
	return false
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// openPictures opens a folder. Its sub-folders are splits if one is called
// train and the others val or test; else each is a label.
func openPictures(dir string) (*collection, error) {
	subs, err := subFolders(dir)
	if err != nil {
		return nil, err
	}
	folders := map[string]string{allSplit: dir}
	if areSplits(subs) {
		folders = map[string]string{}
		for _, name := range subs {
			folders[splitFolders[name]] = filepath.Join(dir, name)
		}
	}
	var albums []album
	for _, name := range []string{allSplit, trainSplit, valSplit, testSplit} {
		folder, ok := folders[name]
		if !ok {
			continue
		}
		entries, err := findLabelled(folder)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			return nil, sdk.Hint(fmt.Errorf("%w: %s has no pictures", sdk.ErrBadInput, folder), looksFor)
		}
		albums = append(albums, album{name, entries})
	}
	away, err := linked(append(slices.Sorted(maps.Values(folders)), dir)...)
	if err != nil {
		return nil, err
	}
	return newCollection(albums, append([]string{dir}, away...))
}

var splitFolders = map[string]string{"train": trainSplit, "val": valSplit, "valid": valSplit, "validation": valSplit, "test": testSplit}

func areSplits(subs []string) bool {
	seen := map[string]bool{}
	for _, name := range subs {
		split := splitFolders[name]
		if split == "" || seen[split] {
			return false
		}
		seen[split] = true
	}
	return seen[trainSplit]
}

// subFolders returns the names of the folders in dir, sorted, links to folders
// included and hidden ones not.
func subFolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if hidden(e.Name()) || e.Type().IsRegular() {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && info.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// linked returns where those lead that are links, of the folders and of the
// folders in them. Nobody gets there who walks the folders, and follows no
// links.
func linked(folders ...string) ([]string, error) {
	paths := slices.Clone(folders)
	for _, folder := range folders {
		subs, err := subFolders(folder)
		if err != nil {
			return nil, err
		}
		for _, name := range subs {
			paths = append(paths, filepath.Join(folder, name))
		}
	}
	return targets(paths)
}

// targets returns where those paths lead that are links.
func targets(paths []string) ([]string, error) {
	var all []string
	for _, path := range paths {
		info, err := os.Lstat(path)
		if err != nil {
			return nil, err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			continue
		}
		target, err := filepath.EvalSymlinks(path)
		if err != nil {
			return nil, err
		}
		all = append(all, target)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// findLabelled returns the pictures in a folder, and those in its sub-folders
// with their labels.
func findLabelled(dir string) ([]entry, error) {
	found, err := find(dir, "", false)
	if err != nil {
		return nil, err
	}
	subs, err := subFolders(dir)
	for _, name := range subs {
		more, err := find(filepath.Join(dir, name), name, true)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, err
}

// find returns the pictures in a folder, in the order of their paths, and with
// deep those in all folders below.
func find(dir, label string, deep bool) ([]entry, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	var found []entry
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == root:
			return nil
		case d.IsDir() && (!deep || hidden(d.Name())):
			return fs.SkipDir
		case !d.IsDir() && isPicture(d.Name()):
			found = append(found, onDisk(path, label))
		}
		return nil
	})
	return found, err
}
