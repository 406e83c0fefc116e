package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// looksFor is advice where there are no sounds.
const looksFor = "pass a .wav or .flac file, or a folder of them, with a sub-folder for each label if there are labels"

// openFolder opens a folder of sounds, with its splits and labels.
func openFolder(path string) (*collection, error) {
	f, err := folder.Open(path, isSound)
	if err != nil {
		return nil, err
	}
	c := &collection{splits: f.Splits, files: f.Roots}
	for _, s := range f.Splits {
		if len(s.Files) == 0 {
			return nil, sdk.Hint(fmt.Errorf("%w: %s has no sounds", sdk.ErrBadInput, s.Dir), looksFor)
		}
	}
	return c, c.numberLabels()
}
