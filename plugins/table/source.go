package main

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A collection is what a source holds: files with equal headers.
type collection struct {
	name      string // for people
	parts     []part
	header    []string // the names of the columns, "" where a column has none
	named     bool     // the files begin with a line of names
	separator rune
	files     []string
	licence   string
}

// A part is some files of a collection, one after another.
type part struct {
	name  string
	files []file
}

// A file is opened as often as it is gone through.
type file struct {
	path string
	open func() (io.ReadCloser, error)
}

//go:embed data/*.csv
var carried embed.FS

func datasets() []sdk.Dataset {
	return []sdk.Dataset{
		{Name: "penguins", Doc: "344 penguins of three species, measured: 4 numbers, 3 categories, missing values", Licence: "CC0-1.0"},
		{Name: "weather", Doc: "2,922 days of weather in Seattle and New York: 4 numbers, 2 categories, a date", Licence: "LicenseRef-US-Government-Work"},
	}
}

const looksFor = "pass a .csv, .tsv or .parquet file, or a folder of them, called train, val and test if you like; convert other formats to CSV first"

func (m *tables) collect(src sdk.Source) (*collection, error) {
	if err := src.Check(datasets()); err != nil {
		return nil, err
	}
	for _, d := range datasets() {
		if d.Name == src.Dataset {
			return m.collectCarried(d)
		}
	}
	return m.collectPath(src.Path)
}

func (m *tables) collectCarried(d sdk.Dataset) (*collection, error) {
	name := "data/" + d.Name + ".csv"
	text, err := fs.ReadFile(carried, name)
	if err != nil {
		return nil, err
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
	return m.collection(&collection{name: d.Name, licence: d.Licence, parts: []part{{folder.All, []file{{d.Name + ".csv", open}}}}})
}

func (m *tables) collectPath(path string) (*collection, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	c := &collection{name: path}
	switch {
	case info.IsDir():
		c.parts, err = partsOf(path)
	case !info.Mode().IsRegular():
		err = fmt.Errorf("%w: %s is neither a file nor a folder", sdk.ErrBadInput, path)
	case !hasExtension(path, ".csv", ".tsv", ".tab", ".txt", ".data", parquetExtension):
		err = sdk.Hint(fmt.Errorf("%w: %s is no table by its name", sdk.ErrBadInput, path), looksFor)
	default:
		c.parts = []part{{folder.All, []file{onDisk(path)}}}
	}
	if err != nil {
		return nil, err
	}
	for _, p := range c.parts {
		for _, f := range p.files {
			c.files = append(c.files, f.path)
		}
	}
	return m.collection(c)
}

// partsOf takes each table of a folder for a part, if they are called as splits
// are, and otherwise all for one.
func partsOf(path string) ([]part, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	all := part{name: folder.All}
	var names []string
	of := map[string]part{}
	for _, e := range entries {
		name := e.Name()
		if folder.Hidden(name) || !hasExtension(name, ".csv", ".tsv", parquetExtension) {
			continue
		}
		f := onDisk(filepath.Join(path, name))
		if info, err := os.Stat(f.path); err != nil || info.IsDir() {
			continue
		}
		all.files = append(all.files, f)
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		names = append(names, stem)
		split := folder.SplitOf(stem)
		of[split] = part{split, []file{f}}
	}
	if len(all.files) == 0 {
		return nil, sdk.Hint(fmt.Errorf("%w: %s has no tables", sdk.ErrBadInput, path), looksFor)
	}
	if !folder.AreSplits(names) {
		return []part{all}, nil
	}
	var parts []part
	for _, name := range folder.Order() {
		if p, there := of[name]; there {
			parts = append(parts, p)
		}
	}
	return parts, nil
}

func hasExtension(path string, extensions ...string) bool {
	return slices.Contains(extensions, strings.ToLower(filepath.Ext(path)))
}

func onDisk(path string) file {
	return file{path, func() (io.ReadCloser, error) { return os.Open(path) }}
}

// collection reads the headers of all files, which must be equal.
func (m *tables) collection(c *collection) (*collection, error) {
	for _, p := range c.parts {
		for _, f := range p.files {
			head, err := m.head(f)
			if err != nil {
				return nil, err
			}
			if c.header == nil {
				c.header, c.named, c.separator = head.cells, head.named, head.separator
			}
			if err := c.agrees(head.cells, f.path); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// agrees reports a header that is not the collection's.
func (c *collection) agrees(header []string, path string) error {
	problem := ""
	if len(header) != len(c.header) {
		problem = fmt.Sprintf("%d columns, not %d", len(header), len(c.header))
	}
	for i := 0; i < len(header) && problem == ""; i++ {
		if header[i] != c.header[i] {
			problem = fmt.Sprintf("column %d is called %.80q, not %.80q", i+1, header[i], c.header[i])
		}
	}
	if problem == "" {
		return nil
	}
	return sdk.Hint(fmt.Errorf("%w: %s has another header than %s: %s", sdk.ErrBadInput, path, c.name, problem),
		"give all files the same columns in the same order")
}

// titles are what the columns are called.
func (c *collection) titles() []string {
	titles := make([]string, len(c.header))
	for i, name := range c.header {
		titles[i] = title(name, i)
	}
	return titles
}
