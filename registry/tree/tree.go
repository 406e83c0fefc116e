// Package tree gives folders of files a hash: the "h1:" hash of Go's and
// Terraform's sum files (golang.org/x/mod/sumdb/dirhash), which anyone can compute.
//
//	sha256sum $(find . -type f | sort) | sha256sum
package tree

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Hash returns the hash of the files in dir. Anything but files and folders is
// an error.
func Hash(dir string) (string, error) {
	hash, _, err := Sums(dir, func(name string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	})
	return hash, err
}

// Sums is [Hash] of files that are opened by open, which is given their names
// with forward slashes. It returns the SHA-256 of each, too, in hex by name.
func Sums(dir string, open func(name string) (io.ReadCloser, error)) (hash string, sums map[string]string, err error) {
	names, err := files(dir)
	if err != nil {
		return "", nil, err
	}
	slices.Sort(names)
	sums = map[string]string{}
	all := sha256.New()
	for _, name := range names {
		if strings.Contains(name, "\n") {
			return "", nil, fmt.Errorf("%q has a line break in its name", name)
		}
		if sums[name], err = sum(name, open); err != nil {
			return "", nil, err
		}
		fmt.Fprintf(all, "%s  %s\n", sums[name], name)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(all.Sum(nil)), sums, nil
}

func sum(name string, open func(name string) (io.ReadCloser, error)) (string, error) {
	r, err := open(name)
	if err != nil {
		return "", err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// files returns the names of the files in dir.
func files(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is neither a file nor a folder", path)
		}
		name, err := filepath.Rel(dir, path)
		names = append(names, filepath.ToSlash(name))
		return err
	})
	return names, err
}

// Hex writes a hash in letters that stand in a file's name.
func Hex(hash string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(hash, "h1:"))
	if err != nil || len(raw) != sha256.Size || !strings.HasPrefix(hash, "h1:") {
		return "", fmt.Errorf("%q is no hash of a tree", hash)
	}
	return hex.EncodeToString(raw), nil
}

// FromHex undoes [Hex].
func FromHex(name string) (string, error) {
	raw, err := hex.DecodeString(name)
	if err != nil || len(raw) != sha256.Size {
		return "", fmt.Errorf("%q is no hash of a tree", name)
	}
	return "h1:" + base64.StdEncoding.EncodeToString(raw), nil
}
