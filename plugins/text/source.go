package main

import (
	"embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A collection is the files that a source has.
type collection struct {
	splits    []split
	hasLabels bool // every file has a label, or its lines have
	tabbed    bool // some lines have
	files     []string
	licence   string
}

// A split is some documents, in an order that does not change.
type split struct {
	name      string
	documents []*document
}

// The dataset, of which the plugin carries the files.
const (
	carried      = "names"
	namesLicence = "PDDL-1.0 AND CC0-1.0"
)

//go:embed names/*.txt
var carriedFiles embed.FS

func datasets() []sdk.Dataset {
	return []sdk.Dataset{
		{Name: carried, Doc: "8,849 first names of English speaking countries, labelled female or male, carried within the plugin", Licence: namesLicence},
	}
}

const looksFor = "pass a text file in UTF-8, or a folder of .txt, .text, .md or .tsv files"

// find opens no file, but finds out which there are.
func (s settings) find(src sdk.Source) (*collection, error) {
	if err := src.Check(datasets()); err != nil {
		return nil, err
	}
	if src.Dataset != "" {
		return openCarried(), nil
	}
	return s.openPath(src.Path)
}

func openCarried() *collection {
	all := split{name: folder.All}
	for _, label := range []string{"female", "male"} {
		name := carried + "/" + label + ".txt"
		all.documents = append(all.documents, &document{path: name, label: label, open: func() (io.ReadCloser, error) { return carriedFiles.Open(name) }})
	}
	return &collection{splits: []split{all}, hasLabels: true, licence: namesLicence}
}

func (s settings) openPath(path string) (*collection, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return s.openFolder(path)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w: %s is neither a file nor a folder", sdk.ErrBadInput, path)
	case s.Label == labelFolder:
		return nil, sdk.Hint(fmt.Errorf("%w: %s is a file, and has no sub-folders for labels", sdk.ErrBadInput, path), "pass a folder, or set read.label to another")
	}
	return newCollection([]split{{folder.All, []*document{s.document(path, "")}}}, []string{path})
}

// document is a file in a folder that may be its label.
func (s settings) document(path, folder string) *document {
	d := &document{path: path, open: func() (io.ReadCloser, error) { return os.Open(path) }}
	switch s.Label {
	case labelAuto:
		d.label = folder
		d.tab = folder == "" && isTSV(path) && s.Mode != modeWindows
	case labelFolder:
		d.label = folder
	case labelFile:
		d.label = stem(path)
	case labelTab:
		d.tab = true
	}
	return d
}

func isTSV(path string) bool { return strings.EqualFold(filepath.Ext(path), ".tsv") }

func stem(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// isText tells by its name whether a file in a folder is text that can be read.
func isText(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".txt", ".text", ".md", ".tsv":
		return true
	}
	return false
}
