package pack

import (
	"os"
	"path/filepath"
	"strings"
)

// A paper is a file that goes into a package beside the program.
type paper struct{ path, name string }

// papers are what a plugin's folder has to read: what it is, and under which
// licences the program is and the data in folders that it carries. A folder
// without a licence has its module's.
func papers(source string) ([]paper, error) {
	all, err := matching(source, "README*", licences...)
	if err != nil {
		return nil, err
	}
	own := false
	for _, p := range all {
		own = own || !strings.Contains(p.name, string(filepath.Separator)) && !strings.HasPrefix(p.name, "README")
	}
	if own {
		return all, nil
	}
	dir, err := filepath.Abs(source)
	if err != nil {
		return nil, err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	of, err := matching(dir, licences[0], licences[1:len(licences)/2]...)
	return append(all, of...), err
}

// licences are patterns of the names of files that hold some.
var licences = []string{
	"LICENSE*", "LICENCE*", "COPYING*", "NOTICE*",
	"*/LICENSE*", "*/LICENCE*", "*/COPYING*", "*/NOTICE*",
}

func matching(dir, first string, more ...string) ([]paper, error) {
	var all []paper
	for _, pattern := range append([]string{first}, more...) {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			name, err := filepath.Rel(dir, file)
			if err != nil {
				return nil, err
			}
			if info, err := os.Lstat(file); err == nil && info.Mode().IsRegular() && !strings.HasSuffix(name, ".go") {
				all = append(all, paper{file, name})
			}
		}
	}
	return all, nil
}
