package host

import (
	"bufio"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// readable returns the files and folders that data is, for a plugin that may read
// nothing else. What a user names stands for more than itself:
//
//   - a folder, for what the links in it lead to;
//   - a file, for those beside it whose names begin with the same word, as
//     train-images and train-labels do;
//   - a text file of which each line begins with the path of a file, up to a
//     tab, for these.
func readable(data string) []string {
	r := readables{seen: map[string]bool{}}
	r.add(data)
	return r.paths
}

type readables struct {
	paths []string
	seen  map[string]bool // real paths
}

// add adds what is at a path. What is not there is not needed: whoever reads it
// says so.
func (r *readables) add(path string) {
	real, err := realPath(path)
	if err != nil || r.seen[real] {
		return
	}
	info, err := os.Stat(real)
	if err != nil {
		return
	}
	r.seen[real] = true
	r.paths = append(r.paths, real)
	switch {
	case info.IsDir():
		r.addLinks(real)
	case info.Mode().IsRegular() && len(r.paths) == 1:
		r.addFamily(path)
		r.addListed(path)
	}
}

// addLinks adds what the links in a folder lead to.
func (r *readables) addLinks(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it cannot be read, then
		}
		if d.Type()&fs.ModeSymlink != 0 {
			r.add(path)
		}
		return nil
	})
}

// addFamily adds the files beside a file whose names begin as its does.
func (r *readables) addFamily(file string) {
	word := firstWord(filepath.Base(file))
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil || word == "" {
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && firstWord(e.Name()) == word {
			r.add(filepath.Join(filepath.Dir(file), e.Name()))
		}
	}
}

func firstWord(name string) string {
	if end := strings.IndexAny(name, "-_."); end >= 0 {
		return name[:end]
	}
	return name
}

// addListed adds the files that a list names. Where its first line names none,
// it is no list.
func (r *readables) addListed(list string) {
	f, err := os.Open(list)
	if err != nil {
		return
	}
	defer f.Close()
	for lines, n := bufio.NewScanner(f), 0; lines.Scan(); {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" || line[0] == '#' {
			continue
		}
		name, _, _ := strings.Cut(line, "\t")
		path := filepath.FromSlash(strings.TrimSpace(name))
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(list), path)
		}
		if info, err := os.Stat(path); n == 0 && (err != nil || !info.Mode().IsRegular()) {
			return
		}
		n++
		r.add(path)
	}
}
