package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// openFolder opens a folder, with its splits and labels. Its files are splits
// too, if they are called so and there are no sub-folders with text.
func (s settings) openFolder(dir string) (*collection, error) {
	f, err := folder.Open(dir, isText)
	if err != nil {
		return nil, err
	}
	var splits []split
	for _, part := range f.Splits {
		if len(part.Files) == 0 {
			return nil, sdk.Hint(fmt.Errorf("%w: %s has no text files", sdk.ErrBadInput, part.Dir), looksFor)
		}
		documents := s.documents(part.Files)
		if part.Name == folder.All {
			splits = s.byName(documents)
			break
		}
		splits = append(splits, split{part.Name, documents})
	}
	return newCollection(splits, f.Roots)
}

// byName divides files that are called as splits are.
func (s settings) byName(documents []*document) []split {
	var names []string
	of := map[string]*document{}
	for _, d := range documents {
		names = append(names, stem(d.path))
		of[folder.SplitOf(stem(d.path))] = d
	}
	if s.Label == labelFile || !folder.AreSplits(names) {
		return []split{{folder.All, documents}}
	}
	var splits []split
	for _, name := range folder.Order() {
		if d := of[name]; d != nil {
			splits = append(splits, split{name, []*document{d}})
		}
	}
	return splits
}

func (s settings) documents(files []folder.File) []*document {
	var all []*document
	for _, f := range files {
		all = append(all, s.document(f.Path, f.Label))
	}
	return all
}
