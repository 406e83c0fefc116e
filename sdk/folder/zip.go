package folder

import (
	"archive/zip"
	"bytes"
	"fmt"
	"path"
	"strings"
)

// InZip finds the files of an archive that a plugin carries, in the order in
// which they are there: SPLIT/LABEL/FILE each. What is elsewhere is passed over.
// The paths begin with name, by which people know the archive.
func InZip(name string, archive []byte) ([]Split, error) {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var splits []Split
	for _, split := range Order() {
		s := Split{Name: split, Dir: path.Join(name, split)}
		for _, f := range r.File {
			if parts := strings.Split(f.Name, "/"); len(parts) == 3 && parts[0] == split && parts[2] != "" {
				s.Files = append(s.Files, File{Path: path.Join(name, f.Name), Label: parts[1], archive: r, name: f.Name})
			}
		}
		if len(s.Files) > 0 {
			splits = append(splits, s)
		}
	}
	return splits, nil
}
