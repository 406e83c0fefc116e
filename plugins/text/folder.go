package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// openFolder opens a folder. Its sub-folders are splits if one is called train
// and the others val or test; so are its files, if they are called so and
// there are no sub-folders with text.
func (s settings) openFolder(dir string) (*collection, error) {
	subs, err := subFolders(dir)
	if err != nil {
		return nil, err
	}
	splits, folders := []split(nil), []string{dir}
	if areSplits(subs) {
		for _, name := range subs {
			documents, err := s.labelled(filepath.Join(dir, name))
			if err != nil {
				return nil, err
			}
			splits = append(splits, split{splitNames[name], documents})
			folders = append(folders, filepath.Join(dir, name))
		}
	} else {
		documents, err := s.labelled(dir)
		if err != nil {
			return nil, err
		}
		splits = s.byName(documents)
	}
	slices.SortStableFunc(splits, func(a, b split) int { return rank(a.name) - rank(b.name) })
	away, err := linked(folders)
	if err != nil {
		return nil, err
	}
	return newCollection(splits, append([]string{dir}, away...))
}

// rank puts first what models train on.
func rank(name string) int {
	return slices.Index([]string{trainSplit, valSplit, testSplit, allSplit}, name)
}

func areSplits(names []string) bool {
	seen := map[string]bool{}
	for _, name := range names {
		s := splitNames[name]
		if s == "" || seen[s] {
			return false
		}
		seen[s] = true
	}
	return seen[trainSplit]
}

// byName divides files that are called as splits are.
func (s settings) byName(documents []*document) []split {
	var names []string
	var splits []split
	for _, d := range documents {
		names = append(names, stem(d.path))
		splits = append(splits, split{splitNames[stem(d.path)], []*document{d}})
	}
	if s.Label == labelFile || !areSplits(names) {
		return []split{{allSplit, documents}}
	}
	return splits
}

// labelled returns the files of a folder, and those in its sub-folders, at any
// depth, which are labels.
func (s settings) labelled(dir string) ([]*document, error) {
	found, err := s.walk(dir, "", false)
	if err != nil {
		return nil, err
	}
	subs, err := subFolders(dir)
	if err != nil {
		return nil, err
	}
	for _, name := range subs {
		more, err := s.walk(filepath.Join(dir, name), name, true)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	if len(found) == 0 {
		return nil, sdk.Hint(fmt.Errorf("%w: %s has no text files", sdk.ErrBadInput, dir), looksFor)
	}
	return found, nil
}

// walk returns the files in a folder, in the order of their paths, and with
// deep those in all folders below.
func (s settings) walk(dir, label string, deep bool) ([]*document, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	var found []*document
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == root:
			return nil
		case d.IsDir() && (!deep || hidden(d.Name())):
			return fs.SkipDir
		case !d.IsDir() && isText(d.Name()) && regular(path):
			found = append(found, s.document(path, label))
		}
		return nil
	})
	return found, err
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

// linked returns where those of the folders, and of the folders in them, lead
// that are links. Nobody gets there who walks the folders, and follows no
// links.
func linked(folders []string) ([]string, error) {
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
	var away []string
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
		away = append(away, target)
	}
	slices.Sort(away)
	return slices.Compact(away), nil
}
