// Package folder is for modalities whose rows are files: it finds those of a
// folder or an archive, with their labels and splits, and writes files whole.
package folder

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// The splits by name. What is not split has All.
const (
	Train = "train"
	Val   = "val"
	Test  = "test"
	All   = "all"
)

// Order is the order of splits: first that which models train on.
func Order() []string { return []string{Train, Val, Test, All} }

// A File is one of a folder's, or of an archive's.
type File struct {
	Path  string // of a file in an archive: for people
	Label string // the sub-folder that it is in, at whatever depth; "" for none

	archive *zip.Reader // nil for a file on disk
	name    string      // in the archive
}

// Open opens the file for reading.
func (f File) Open() (fs.File, error) {
	if f.archive == nil {
		return os.Open(f.Path)
	}
	return f.archive.Open(f.name)
}

// A Split is some of a folder's files, in the order of their paths, those
// without a label first.
type Split struct {
	Name  string
	Dir   string // that they are in
	Files []File
}

// A Folder is what is in one.
type Folder struct {
	Splits []Split

	// Roots are the folder, and where links in it lead. They are what
	// [sdk.Info.Files] wants: nobody else follows links.
	Roots []string
}

// Open finds the files of a folder that is takes by their names. Its
// sub-folders are splits if they are called so, see [AreSplits]; else each is a
// label. Links are followed from the folder itself, its splits
// and its labels. What is hidden, and what is no file, is passed over.
func Open(dir string, is func(name string) bool) (Folder, error) {
	f := Folder{Roots: []string{dir}}
	subs, err := subFolders(dir)
	if err != nil {
		return f, err
	}
	folders := map[string]string{All: dir}
	if AreSplits(subs) {
		folders = map[string]string{}
		for _, name := range subs {
			folders[splitOf[name]] = filepath.Join(dir, name)
		}
	}
	links := []string{dir}
	for _, name := range Order() {
		folder, there := folders[name]
		if !there {
			continue
		}
		found, labels, err := labelled(folder, is)
		if err != nil {
			return f, err
		}
		f.Splits = append(f.Splits, Split{name, folder, found})
		links = append(append(links, folder), labels...)
	}
	away, err := Targets(links)
	f.Roots = append(f.Roots, away...)
	return f, err
}

var splitOf = map[string]string{"train": Train, "val": Val, "valid": Val, "validation": Val, "test": Test}

// SplitOf returns the split that a name means, "" for none: valid and validation
// are val.
func SplitOf(name string) string { return splitOf[name] }

// AreSplits reports whether names are those of splits: train, alone or with val
// or test or both, each once.
func AreSplits(names []string) bool {
	seen := map[string]bool{}
	for _, name := range names {
		split := splitOf[name]
		if split == "" || seen[split] {
			return false
		}
		seen[split] = true
	}
	return seen[Train]
}

// labelled returns the files in a folder, those in its sub-folders with their
// labels, and these sub-folders.
func labelled(dir string, is func(string) bool) (found []File, labels []string, err error) {
	if found, err = walk(dir, "", is); err != nil {
		return nil, nil, err
	}
	subs, err := subFolders(dir)
	for _, name := range subs {
		path := filepath.Join(dir, name)
		more, err := walk(path, name, is)
		if err != nil {
			return nil, nil, err
		}
		if len(more) > 0 && !utf8.ValidString(name) {
			return nil, nil, sdk.Hint(fmt.Errorf("%w: the folder %q is a label, and its name is no UTF-8", sdk.ErrBadInput, path), "give it another name")
		}
		found, labels = append(found, more...), append(labels, path)
	}
	return found, labels, err
}

// walk returns the files in a folder, and with a label those in all folders
// below.
func walk(dir, label string, is func(string) bool) ([]File, error) {
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	var found []File
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == root:
			return nil
		case d.IsDir() && (label == "" || Hidden(d.Name())):
			return fs.SkipDir
		case !d.IsDir() && !Hidden(d.Name()) && is(d.Name()) && readable(path):
			found = append(found, File{Path: path, Label: label})
		}
		return nil
	})
	return found, err
}

// readable reports whether a path leads to a file, or to nothing, which is for
// who opens it to tell. A pipe would never end.
func readable(path string) bool {
	info, err := os.Stat(path)
	return err != nil || info.Mode().IsRegular()
}

// Hidden reports whether a file or folder is not for everyone to see.
func Hidden(name string) bool { return strings.HasPrefix(name, ".") }

// subFolders returns the names of the folders in dir, sorted, links to folders
// included and hidden ones not.
func subFolders(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if Hidden(e.Name()) || e.Type().IsRegular() {
			continue
		}
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && info.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Targets returns where those paths lead that are links, sorted.
func Targets(paths []string) ([]string, error) {
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

// Labels returns the labels of all files, sorted; nil if there are none. That
// some files have one and others none is an error.
func Labels(splits []Split) ([]string, error) {
	var with, without string
	seen := map[string]bool{}
	for _, s := range splits {
		for _, f := range s.Files {
			if f.Label == "" {
				without = f.Path
				continue
			}
			with, seen[f.Label] = f.Path, true
		}
	}
	if with != "" && without != "" {
		return nil, sdk.Hint(fmt.Errorf("%w: %s has a label, %s has none", sdk.ErrBadInput, with, without),
			"give every file a label, as by the sub-folder it is in, or none")
	}
	var labels []string
	for l := range seen {
		labels = append(labels, l)
	}
	slices.Sort(labels)
	return labels, nil
}
