package main

import (
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
)

// frameOf is the frame of the pictures that a model has learned from, which others
// are made to fit whatever their size and colours.
func (m *images) frameOf(known sdk.Space) (*frame, error) {
	if err := pictures(known, sdk.Unit); err != nil {
		return nil, err
	}
	return &frame{height: known.Shape[0], width: known.Shape[1], channels: known.Shape[2], stretch: m.Fit == "stretch"}, nil
}

// labelsOf returns the labels of the Space that a model has learned from, whose
// numbers those of the collection then have. It is nil where either has none.
func (c *collection) labelsOf(known sdk.Space) ([]string, error) {
	condition, err := known.Condition(label)
	if err != nil || c.labels == nil {
		return nil, nil // labels that the Space has not are of no use to the model
	}
	for _, l := range c.labels {
		if !slices.Contains(condition.Values, l) {
			err := fmt.Errorf("%w: the label %q is not one that the model knows", sdk.ErrBadInput, l)
			err = sdk.Hint(err, "or pass pictures without labels: one, a folder of one label, or a .txt file with their paths")
			return nil, sdk.Hint(err, sdk.Suggest(l, condition.Values))
		}
	}
	return condition.Values, nil
}
