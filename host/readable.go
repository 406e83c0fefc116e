package host

import (
	"bufio"
	"fmt"
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
//
// Links and lists are the words of whoever made the data. What is hidden in the
// user's home, as keys are, is none of theirs to give.
func readable(data string) readables {
	r := readables{seen: map[string]bool{}}
	if home, err := os.UserHomeDir(); err == nil {
		r.home, _ = realPath(home) // where there is none, nothing is hidden in it
	}
	folder, err := realPath(filepath.Dir(data))
	if err == nil {
		r.data, err = realPath(data)
	}
	if err != nil {
		return r
	}
	r.folder = folder
	if r.data != filepath.Join(folder, filepath.Base(data)) && r.hidden(r.data) {
		r.withheld = append(r.withheld, r.data)
		return r
	}
	if info, err := os.Stat(r.data); err == nil && info.IsDir() {
		r.folder = r.data
	}
	r.add(data)
	return r
}

// All paths of it are real ones.
type readables struct {
	paths    []string
	outside  []string // those of paths that are not in the data's folder
	withheld []string // what data leads to that is hidden
	seen     map[string]bool

	data, folder, home string // the data, where it lies, and the user's home; "" where there is none
}

// hidden reports whether a path holds all that the user has, or leads into a
// folder of theirs whose name begins with a dot, unless the data lies in it, too.
func (r *readables) hidden(path string) bool {
	if r.home == "" {
		return false
	}
	if within(path, r.home) {
		return true
	}
	for ; path != r.home && within(r.home, path); path = filepath.Dir(path) {
		if strings.HasPrefix(filepath.Base(path), ".") && !within(path, r.folder) {
			return true
		}
	}
	return false
}

// words say what of the data is not where the user said it is.
func (r *readables) words(data string) []string {
	var all []string
	if len(r.outside) > 0 {
		all = append(all, fmt.Sprintf("%s leads out of its folder: the plugin may read %s", data, some(r.outside)))
	}
	if len(r.withheld) > 0 {
		all = append(all, fmt.Sprintf("warning: %s leads to what is hidden in your home, which the plugin may not read: %s", data, some(r.withheld)))
	}
	return all
}

// some names the first few of many.
func some(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
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
	switch {
	case within(r.data, real):
	case r.hidden(real):
		r.withheld = append(r.withheld, real)
		return
	case !within(r.folder, real):
		r.outside = append(r.outside, real)
	}
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
