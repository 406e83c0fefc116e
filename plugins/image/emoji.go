package main

import (
	_ "embed"

	"github.com/genhost/genhost/sdk/folder"
)

// emojiFiles is made by makeemoji.go. In it are the folders train and test, in
// each a folder for each label.
//
//go:embed emoji/emoji.zip
var emojiFiles []byte

func openColoured() (*collection, error) {
	splits, err := folder.InZip(coloured, emojiFiles)
	if err != nil {
		return nil, err
	}
	c, err := newCollection(splits, nil)
	if err != nil {
		return nil, err
	}
	c.licence = "Apache-2.0"
	return c, nil
}
