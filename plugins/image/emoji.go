package main

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"io/fs"
	"strings"

	"github.com/genhost/genhost/sdk/folder"
)

// emojiFiles is made by makeemoji.go. In it are the folders train and test, in
// each a folder for each label.
//
//go:embed emoji/emoji.zip
var emojiFiles []byte

func openColoured() (*collection, error) {
	archive, err := zip.NewReader(bytes.NewReader(emojiFiles), int64(len(emojiFiles)))
	if err != nil {
		return nil, err
	}
	var albums []album
	for _, name := range []string{folder.Train, folder.Test} {
		a := album{split: name}
		for _, f := range archive.File {
			if parts := strings.Split(f.Name, "/"); len(parts) == 3 && parts[0] == name {
				a.entries = append(a.entries, entry{folder.File{Path: coloured + "/" + f.Name, Label: parts[1]}, func() (fs.File, error) { return archive.Open(f.Name) }})
			}
		}
		albums = append(albums, a)
	}
	c, err := newCollection(albums, nil)
	if err != nil {
		return nil, err
	}
	c.licence = "Apache-2.0"
	return c, nil
}
