package main

import (
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// Where labels are.
const (
	labelAuto   = "auto"
	labelFolder = "folder"
	labelFile   = "file"
	labelTab    = "tab"
)

// labelName is the name of the condition that says what a text is.
const labelName = "label"

// maxLabels bounds how many labels there are; more are no labels.
const maxLabels = 4096

// newCollection makes a collection of splits. All files have labels, by their
// names or in their lines, or none has.
func newCollection(splits []split, files []string) (*collection, error) {
	c := &collection{splits: splits, files: files}
	var with, without *document
	seen := map[string]bool{}
	for _, s := range splits {
		for _, d := range s.documents {
			if d.label == "" && !d.tab {
				without = d
				continue
			}
			with = d
			if d.label != "" {
				seen[d.label] = true
			}
		}
	}
	if with != nil && without != nil {
		return nil, sdk.Hint(fmt.Errorf("%w: %s has a label, %s has none", sdk.ErrBadInput, with.path, without.path),
			"put every file in a sub-folder that is its label, or set read.label to file or none")
	}
	return c, c.setLabels(seen, with)
}

// setLabels takes labels that were seen, the last in d.
func (c *collection) setLabels(seen map[string]bool, d *document) error {
	if len(seen) > maxLabels {
		return sdk.Hint(fmt.Errorf("%w: %s: more than %d labels", sdk.ErrBadInput, d.path, maxLabels), "those may be no labels: set read.label to another, or to none")
	}
	for label := range seen {
		c.labels = append(c.labels, label)
	}
	slices.Sort(c.labels)
	return nil
}

// tabbed reports whether labels are in the lines.
func (c *collection) tabbed() bool { return c.splits[0].documents[0].tab }
