package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// An album is the pictures of one split, each a file of its own.
type album []folder.File

// newCollection makes a collection of pictures. All have labels, or none has.
func newCollection(splits []folder.Split, files []string) (*collection, error) {
	labels, err := folder.Labels(splits)
	if err != nil {
		return nil, err
	}
	c := &collection{labels: labels, files: files}
	number := map[string]int{}
	for i, l := range c.labels {
		number[l] = i
	}
	for _, s := range splits {
		a := album(s.Files)
		c.splits = append(c.splits, split{s.Name, len(a), a.look, func(ctx context.Context, take func(picture) error) error {
			return a.read(ctx, number, take)
		}})
	}
	return c, nil
}

func (a album) look(ctx context.Context, see func(head) error) error {
	for _, f := range a {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := readHead(f)
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
	for _, f := range a {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := readPixels(f)
		if err != nil {
			return err
		}
		p.label = number[f.Label]
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
	for _, s := range f.Splits {
		if len(s.Files) == 0 {
			return nil, sdk.Hint(fmt.Errorf("%w: %s has no pictures", sdk.ErrBadInput, s.Dir), looksFor)
		}
	}
	return newCollection(f.Splits, f.Roots)
}
