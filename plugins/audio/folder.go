package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// looksFor is advice where there are no sounds.
const looksFor = "pass a .wav or .flac file, or a folder of them, with a sub-folder for each label if there are labels"

// splitFolders are the folders that are splits.
var splitFolders = map[string]string{"train": trainSplit, "val": valSplit, "valid": valSplit, "validation": valSplit, "test": testSplit}

// openFolder opens a folder of sounds. Its sub-folders are splits if one is
// called train and the others val or test; else each is a label.
func openFolder(path string) (*collection, error) {
	dir, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
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
	c := &collection{files: slices.Compact([]string{path, dir})}
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
			return nil, sdk.Hint(fmt.Errorf("%w: %s has no sounds", sdk.ErrBadInput, folder), looksFor)
		}
		c.splits = append(c.splits, split{name, entries})
	}
	return c, c.numberLabels()
}

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

// subFolders returns the names of the folders in dir, sorted. Hidden ones and
// links are passed over.
func subFolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && !hidden(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// findLabelled returns the sounds in a folder, and those in its sub-folders
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
		if len(more) > 0 && !utf8.ValidString(name) {
			return nil, sdk.Hint(fmt.Errorf("%w: the folder %q is a label, and its name is no UTF-8", sdk.ErrBadInput, filepath.Join(dir, name)), "give it another name")
		}
		found = append(found, more...)
	}
	return found, err
}

// find returns the sounds in a folder, in the order of their paths, and with
// deep those in all folders below.
func find(dir, label string, deep bool) ([]entry, error) {
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == dir:
			return nil
		case d.IsDir() && (!deep || hidden(d.Name())):
			return fs.SkipDir
		case !d.IsDir() && isSound(d.Name()):
			paths = append(paths, path)
		}
		return nil
	})
	slices.Sort(paths)
	var found []entry
	for _, path := range paths {
		found = append(found, fileEntry(path, label))
	}
	return found, err
}
