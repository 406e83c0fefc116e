package folder

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// CheckNames reports names, one for each row, of which no files can be made:
// they are no plain names, or there twice. It is for [sdk.Modality.Write].
func CheckNames(names []string, rows int) error {
	if len(names) != rows {
		return fmt.Errorf("%w: %d names for %d rows", sdk.ErrBadInput, len(names), rows)
	}
	seen := map[string]bool{}
	for _, name := range names {
		if name == "" || name == "." || name != filepath.Base(name) || strings.ContainsAny(name, `/\`) || !filepath.IsLocal(name) || seen[name] {
			return fmt.Errorf("%w: a file cannot be named %q: want names without folders, each once", sdk.ErrBadInput, name)
		}
		seen[name] = true
	}
	return nil
}

// Write has a file written, under another name first, so that nobody sees half
// of it: when it fails, what was there is there still.
func Write(path string, write func(io.Writer) error) error {
	f, temporary, err := create(path)
	if err != nil {
		return err
	}
	err = errors.Join(write(f), f.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

// create makes a new file beside path, with the modes that path would get.
func create(path string) (*os.File, string, error) {
	for n := 0; ; n++ {
		name := fmt.Sprintf("%s.%d-%d.tmp", path, os.Getpid(), n)
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, name, err
		}
	}
}

// WriteAll writes a file of this content as [Write] does.
func WriteAll(path string, content []byte) error {
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}
