package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// maxFiles is how many of a list's pictures are named one by one in Info.
// Of longer lists only the folders are.
const maxFiles = 4096

// openList opens a text file with the path of one picture on each line, which
// may be followed by a tab and a label. Paths are relative to the list. Empty
// lines and those that begin with # are skipped.
func openList(path string) (*collection, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var pictures []folder.File
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		p, err := listed(filepath.Dir(path), line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		pictures = append(pictures, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %s: after %d pictures: %w", sdk.ErrBadInput, path, len(pictures), err)
	}
	if len(pictures) == 0 {
		return nil, sdk.Hint(fmt.Errorf("%w: %s lists no pictures", sdk.ErrBadInput, path), "write the path of one picture on each line")
	}
	files, err := filesOf(pictures)
	if err != nil {
		return nil, err
	}
	return newCollection([]folder.Split{{Name: folder.All, Files: pictures}}, append([]string{path}, files...))
}

func listed(dir, line string) (folder.File, error) {
	name, label, _ := strings.Cut(line, "\t")
	name = filepath.FromSlash(strings.TrimSpace(name))
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	if folder.Hidden(filepath.Base(name)) || !isPicture(name) {
		return folder.File{}, fmt.Errorf("%w: %.100q is no .png, .jpg, .pgm or .ppm file", sdk.ErrBadInput, name)
	}
	_, err := os.Stat(name)
	return folder.File{Path: name, Label: strings.TrimSpace(label)}, err
}

// filesOf returns the files of a list. Of a long one it returns the folders
// that they are in, and where those lead that are links.
func filesOf(pictures []folder.File) ([]string, error) {
	long := len(pictures) > maxFiles
	var files []string
	for _, p := range pictures {
		if long {
			p.Path = filepath.Dir(p.Path)
		}
		files = append(files, p.Path)
	}
	slices.Sort(files)
	files = slices.Compact(files)
	if !long {
		return files, nil
	}
	away, err := folder.Targets(files)
	return append(files, away...), err
}
