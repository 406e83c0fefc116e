package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// An album is the pictures of one split, each a file of its own.
type album struct {
	split   string
	entries []entry
}

type entry struct {
	folder.File
	open func() (fs.File, error)
}

// onDisk is the entry of a file.
func onDisk(f folder.File) entry {
	return entry{f, func() (fs.File, error) { return os.Open(f.Path) }}
}

// newCollection makes a collection of albums. All pictures have labels, or
// none has.
func newCollection(albums []album, files []string) (*collection, error) {
	c := &collection{files: files}
	var err error
	c.labels, err = folder.Labels(func(yield func(folder.File) bool) {
		for _, a := range albums {
			for _, e := range a.entries {
				if !yield(e.File) {
					return
				}
			}
		}
	})
	if err != nil {
		return nil, err
	}
	number := map[string]int{}
	for i, l := range c.labels {
		number[l] = i
	}
	for _, a := range albums {
		c.splits = append(c.splits, split{a.split, len(a.entries), a.look, func(ctx context.Context, take func(picture) error) error {
			return a.read(ctx, number, take)
		}})
	}
	c.sortSplits()
	return c, nil
}

func (a album) look(ctx context.Context, see func(head) error) error {
	for _, e := range a.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := readHead(e)
		if err != nil {
			return err
		}
		if err := see(h); err != nil {
			return err
		}
	}
	return nil
}

func (a album) read(ctx context.Context, number map[string]int, take func(picture) error) error {
	for _, e := range a.entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := readPixels(e)
		if err != nil {
			return err
		}
		p.label = number[e.Label]
		if err := take(p); err != nil {
			return err
		}
	}
	return nil
}

// isPicture tells by its name whether a file is a picture that can be read.
func isPicture(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg", ".pgm", ".ppm", ".pnm":
		return true
	}
	return false
}

// openPictures opens a folder, with its splits and labels.
func openPictures(dir string) (*collection, error) {
	f, err := folder.Open(dir, isPicture)
	if err != nil {
		return nil, err
	}
	var albums []album
	for _, s := range f.Splits {
		if len(s.Files) == 0 {
			return nil, sdk.Hint(fmt.Errorf("%w: %s has no pictures", sdk.ErrBadInput, s.Dir), looksFor)
		}
		a := album{split: s.Name}
		for _, file := range s.Files {
			a.entries = append(a.entries, onDisk(file))
		}
		albums = append(albums, a)
	}
	return newCollection(albums, f.Roots)
}
