package main

import (
	"fmt"
	"maps"
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
	for _, s := range splits {
		for _, d := range s.documents {
			if d.label == "" && !d.tab {
				without = d
				continue
			}
			with = d
			c.hasLabels, c.tabbed = true, c.tabbed || d.tab
		}
	}
	if with != nil && without != nil {
		return nil, sdk.Hint(fmt.Errorf("%w: %s has a label, %s has none", sdk.ErrBadInput, with.path, without.path),
			"put every file in a sub-folder that is its label, or set read.label to file or none")
	}
	return c, nil
}

// label notes the label of a line.
func (v *survey) label(d *document, l line) error {
	if v.labels[l.label] = true; len(v.labels) > maxLabels {
		return sdk.Hint(fmt.Errorf("%w: %s: more than %d labels", sdk.ErrBadInput, d.path, maxLabels), "those may be no labels: set read.label to another, or to none")
	}
	return nil
}

// setLabels takes the labels that were seen. Those of a space that is known
// keep their numbers; one that it does not have is refused.
func (c *corpus) setLabels(v *survey) error {
	if !c.hasLabels {
		return nil
	}
	c.labels = slices.Sorted(maps.Keys(v.labels))
	if c.known == nil {
		return nil
	}
	known, err := c.known.Condition(labelName)
	if err != nil { // it has no labels
		c.labels = nil
		return nil
	}
	for _, label := range c.labels {
		if !slices.Contains(known.Values, label) {
			return sdk.Hint(fmt.Errorf("%w: %s: the label %q is not one that the model knows", sdk.ErrBadInput, c.paths(), label), sdk.Suggest(label, known.Values))
		}
	}
	c.labels = known.Values
	return nil
}
