package main

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
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
	name  string // for errors
	label string // "" for none
	open  func() (fs.File, error)
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

// open finds out what the source is, and which of its splits is meant.
func open(src sdk.Source) (*collection, split, error) {
	c, err := openCollection(src)
	if err != nil {
		return nil, split{}, err
	}
	if src.Split == "" {
		return c, c.splits[0], nil
	}
	for _, s := range c.splits {
		if s.name == src.Split {
			return c, s, nil
		}
	}
	return nil, split{}, sdk.Hint(fmt.Errorf("%w: %s has no split %q", sdk.ErrBadInput, src.Path+src.Dataset, src.Split),
		sdk.Suggest(src.Split, c.splitNames()))
}

func openCollection(src sdk.Source) (*collection, error) {
	switch {
	case src.Path != "" && src.Dataset != "":
		return nil, fmt.Errorf("%w: a source is a path or a dataset, not both", sdk.ErrBadInput)
	case src.Dataset == carried:
		return openCarried()
	case src.Dataset != "":
		return nil, sdk.Hint(fmt.Errorf("%w: audio has no dataset %q", sdk.ErrBadInput, src.Dataset), sdk.Suggest(src.Dataset, []string{carried}))
	case src.Path == "":
		return nil, fmt.Errorf("%w: no path and no dataset", sdk.ErrBadInput)
	}
	return openPath(src.Path)
}

func openCarried() (*collection, error) {
	archive, err := zip.NewReader(bytes.NewReader(carriedFiles), int64(len(carriedFiles)))
	if err != nil {
		return nil, err
	}
	c := &collection{licence: carriedLicence}
	for _, name := range []string{trainSplit, testSplit} {
		s := split{name: name}
		for _, f := range archive.File {
			if parts := strings.Split(f.Name, "/"); len(parts) == 3 && parts[0] == name {
				s.entries = append(s.entries, entry{carried + "/" + f.Name, parts[1], func() (fs.File, error) { return archive.Open(f.Name) }})
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
	c := &collection{splits: []split{{allSplit, []entry{fileEntry(path, "")}}}, files: []string{path}}
	return c, nil
}

func fileEntry(path, label string) entry {
	return entry{path, label, func() (fs.File, error) { return os.Open(path) }}
}

// isSound tells by its name whether a file is a sound that can be read.
func isSound(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".wav", ".wave", ".flac":
		return !hidden(name)
	}
	return false
}

func hidden(name string) bool { return strings.HasPrefix(name, ".") }

// The splits by name. A source that has no others has allSplit.
const (
	trainSplit = "train"
	valSplit   = "val"
	testSplit  = "test"
	allSplit   = "all"
)

func (c *collection) splitNames() []string {
	var names []string
	for _, s := range c.splits {
		names = append(names, s.name)
	}
	return names
}

// numberLabels sorts the labels. All sounds have one, or none has.
func (c *collection) numberLabels() error {
	var with, without string
	c.number = map[string]float32{}
	for _, s := range c.splits {
		for _, e := range s.entries {
			if e.label == "" {
				without = e.name
				continue
			}
			with = e.name
			if _, ok := c.number[e.label]; !ok {
				c.labels = append(c.labels, e.label)
			}
			c.number[e.label] = 0
		}
	}
	if with != "" && without != "" {
		return sdk.Hint(fmt.Errorf("%w: %s has a label, %s has none", sdk.ErrBadInput, with, without),
			"give every sound a label, by the sub-folder it is in, or none")
	}
	slices.Sort(c.labels)
	for i, l := range c.labels {
		c.number[l] = float32(i)
	}
	return nil
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
