package main

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A collection is what a source holds.
type collection struct {
	splits  []split
	labels  []string           // sorted; nil for none
	number  map[string]float32 // of each label
	files   []string
	licence string
}

// A split is some of a collection's sounds, in an order that does not change.
type split struct {
	name    string
	entries []entry
}

// An entry is a file with one sound.
type entry struct {
	folder.File // its path is for errors
	open        func() (fs.File, error)
}

// The dataset that the plugin carries.
const (
	carried        = "drums"
	carriedLicence = "CC0-1.0"
)

// carriedFiles is made by makedrums.go. In it are the folders train and test,
// in each a folder for each label.
//
//go:embed drums/drums.zip
var carriedFiles []byte

func datasets() []sdk.Dataset {
	return []sdk.Dataset{{Name: carried, Doc: "116 drum hits of six kinds, carried within the plugin", Licence: carriedLicence}}
}

// open finds out what the source is, and which of its splits is meant.
func open(src sdk.Source) (*collection, split, error) {
	c, err := openCollection(src)
	if err != nil {
		return nil, split{}, err
	}
	i, err := src.Choose(c.splitNames())
	if err != nil {
		return nil, split{}, err
	}
	return c, c.splits[i], nil
}

func openCollection(src sdk.Source) (*collection, error) {
	if err := src.Check(datasets()); err != nil {
		return nil, err
	}
	if src.Dataset != "" {
		return openCarried()
	}
	return openPath(src.Path)
}

func openCarried() (*collection, error) {
	archive, err := zip.NewReader(bytes.NewReader(carriedFiles), int64(len(carriedFiles)))
	if err != nil {
		return nil, err
	}
	c := &collection{licence: carriedLicence}
	for _, name := range []string{folder.Train, folder.Test} {
		s := split{name: name}
		for _, f := range archive.File {
			if parts := strings.Split(f.Name, "/"); len(parts) == 3 && parts[0] == name {
				s.entries = append(s.entries, entry{folder.File{Path: carried + "/" + f.Name, Label: parts[1]}, func() (fs.File, error) { return archive.Open(f.Name) }})
			}
		}
		c.splits = append(c.splits, s)
	}
	return c, c.numberLabels()
}

func openPath(path string) (*collection, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return openFolder(path)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%w: %s is neither a file nor a folder", sdk.ErrBadInput, path)
	}
	c := &collection{splits: []split{{folder.All, fileEntries([]folder.File{{Path: path}})}}, files: []string{path}}
	return c, nil
}

func fileEntries(files []folder.File) []entry {
	var all []entry
	for _, f := range files {
		all = append(all, entry{f, func() (fs.File, error) { return os.Open(f.Path) }})
	}
	return all
}

// isSound tells by its name whether a file is a sound that can be read.
func isSound(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".wav", ".wave", ".flac":
		return true
	}
	return false
}

func (c *collection) splitNames() []string {
	var names []string
	for _, s := range c.splits {
		names = append(names, s.name)
	}
	return names
}

// numberLabels sorts the labels. All sounds have one, or none has.
func (c *collection) numberLabels() (err error) {
	c.labels, err = folder.Labels(func(yield func(folder.File) bool) {
		for _, s := range c.splits {
			for _, e := range s.entries {
				if !yield(e.File) {
					return
				}
			}
		}
	})
	c.number = map[string]float32{}
	for i, l := range c.labels {
		c.number[l] = float32(i)
	}
	return err
}

// adopt numbers the labels as a space does, if it has them all.
func (c *collection) adopt(space sdk.Space) {
	condition, err := space.Condition(labelName)
	if err != nil || c.labels == nil {
		return
	}
	number := map[string]float32{}
	for i, l := range condition.Values {
		number[l] = float32(i)
	}
	for _, l := range c.labels {
		if _, ok := number[l]; !ok {
			return
		}
	}
	c.labels, c.number = condition.Values, number
}
