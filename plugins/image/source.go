package main

import (
	"context"
	"embed"
	"fmt"
	"image"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A collection is what a source holds.
type collection struct {
	splits  []split
	labels  []string // what the numbers of the labels mean; nil for none
	files   []string
	licence string
}

// A split is some of a collection's pictures, in an order that does not
// change. Look goes through their heads, read through the pictures; both end
// with the first error that their callback returns.
type split struct {
	name  string
	count int
	look  func(context.Context, func(head) error) error
	read  func(context.Context, func(picture) error) error
}

// A head is what is known of a picture before its pixels are read.
type head struct {
	path          string
	height, width int  // of the picture as it is seen
	turn          turn // by which it is
	grey          bool
}

// A picture is valid until the next.
type picture struct {
	pixels image.Image
	turn   turn // by which it is upright
	label  int  // an index of the collection's labels
}

// The datasets.
const (
	carried   = "fashion"
	coloured  = "emoji"
	installed = "fashion-mnist"

	// installedDir is where Debian's dataset-fashion-mnist puts its files.
	installedDir = "/usr/share/datasets/fashion-mnist"
)

func datasets() []sdk.Dataset {
	return []sdk.Dataset{
		{Name: carried, Doc: "Fashion-MNIST, its first 10,000 training and 1,000 test pictures, carried within the plugin", Licence: "MIT"},
		{Name: coloured, Doc: "Noto emoji of people, hands, faces and flags, 1,310 to learn from and 176 to test with, 64 × 64 in colour, carried within the plugin", Licence: "Apache-2.0"},
		{Name: installed, Doc: "Fashion-MNIST, all 70,000 pictures, from Debian's dataset-fashion-mnist", Licence: "MIT"},
	}
}

//go:generate go run fashion/make.go
//go:embed fashion/*.gz
var carriedFiles embed.FS

// open finds out what the source is, and which of its splits is meant.
func open(src sdk.Source) (*collection, split, error) {
	c, err := openCollection(src)
	if err != nil {
		return nil, split{}, err
	}
	i, err := src.Choose(c.splitNames())
	if err != nil {
		return nil, split{}, err
	}
	return c, c.splits[i], nil
}

func openCollection(src sdk.Source) (*collection, error) {
	if err := src.Check(datasets()); err != nil {
		return nil, err
	}
	switch src.Dataset {
	case carried:
		return openCarried()
	case coloured:
		return openColoured()
	case installed:
		return openInstalled(installedDir)
	}
	return openPath(src.Path)
}

func openCarried() (*collection, error) {
	files, err := fs.Sub(carriedFiles, "fashion")
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, err
	}
	c, err := openIDX(files, idxNames(entries), "dataset "+carried)
	if err != nil {
		return nil, err
	}
	c.files, c.licence = nil, "MIT"
	return c, nil
}

func openInstalled(dir string) (*collection, error) {
	entries, err := os.ReadDir(dir)
	if err == nil && len(idxNames(entries)) == 0 {
		err = fmt.Errorf("%w: %s has no *images-idx3-ubyte.gz", fs.ErrNotExist, dir)
	}
	if err != nil {
		return nil, sdk.Hint(fmt.Errorf("dataset %s: %w", installed, err),
			"apt-get install dataset-fashion-mnist, or pass the folder that holds the four .gz files")
	}
	c, err := openIDX(os.DirFS(dir), idxNames(entries), dir)
	if err != nil {
		return nil, err
	}
	c.licence = "MIT"
	return c, nil
}

func openPath(path string) (*collection, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	dir, name := filepath.Dir(path), filepath.Base(path)
	switch {
	case info.IsDir():
		return openFolder(path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: %s is neither a file nor a folder", sdk.ErrBadInput, path)
	case idxName.MatchString(name):
		return openIDX(os.DirFS(dir), []string{name}, dir)
	case isPicture(name):
		return newCollection([]folder.Split{{Name: folder.All, Files: []folder.File{{Path: path}}}}, []string{path})
	case slices.Contains([]string{".txt", ".tsv", ".lst", ".list"}, strings.ToLower(filepath.Ext(name))):
		return openList(path)
	}
	return nil, sdk.Hint(fmt.Errorf("%w: %s is no picture", sdk.ErrBadInput, path), looksFor)
}

const looksFor = "pass a .png, .jpg, .pgm or .ppm file, a folder of them, a .txt file with the path of one on each line, or *images-idx3-ubyte[.gz] files"

// openFolder looks for IDX files first, and then for pictures.
func openFolder(path string) (*collection, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	if names := idxNames(entries); len(names) > 0 {
		return openIDX(os.DirFS(path), names, path)
	}
	return openPictures(path)
}

func (c *collection) splitNames() []string {
	var names []string
	for _, s := range c.splits {
		names = append(names, s.name)
	}
	return names
}
