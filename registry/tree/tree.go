// Package tree gives folders of files a hash: the "h1:" hash of Go's and
// Terraform's sum files, which anyone can compute.
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
	"strings"

	"golang.org/x/mod/sumdb/dirhash"
)

// Hash returns the hash of the files in dir. Anything but files and folders is
// an error.
func Hash(dir string) (string, error) {
	return HashOpen(dir, func(name string) (io.ReadCloser, error) { return os.Open(filepath.Join(dir, filepath.FromSlash(name))) })
}

// HashOpen is [Hash] of files that are opened by open, which is given their
// names with forward slashes.
func HashOpen(dir string, open func(name string) (io.ReadCloser, error)) (string, error) {
	names, err := files(dir)
	if err != nil {
		return "", err
	}
	return dirhash.Hash1(names, open)
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
