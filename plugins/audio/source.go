package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A collection is what a source holds.
type collection struct {
	splits  []folder.Split
	labels  []string           // sorted; nil for none
	number  map[string]float32 // of each label
	files   []string
	licence string
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
func open(src sdk.Source) (*collection, folder.Split, error) {
	c, err := openCollection(src)
	if err != nil {
		return nil, folder.Split{}, err
	}
	i, err := src.Choose(c.splitNames())
	if err != nil {
		return nil, folder.Split{}, err
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
	splits, err := folder.InZip(carried, carriedFiles)
	if err != nil {
		return nil, err
	}
	c := &collection{splits: splits, licence: carriedLicence}
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
	return &collection{splits: []folder.Split{{Name: folder.All, Files: []folder.File{{Path: path}}}}, files: []string{path}}, nil
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
		names = append(names, s.Name)
	}
	return names
}

// numberLabels sorts the labels. All sounds have one, or none has.
func (c *collection) numberLabels() (err error) {
	c.labels, err = folder.Labels(c.splits)
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
