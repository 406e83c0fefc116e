package archive

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Pack writes the files and folders in dir as a tar.gz. Equal folders give
// equal bytes: when and by whom they were made is left out.
func Pack(ctx context.Context, w io.Writer, dir string) error {
	zipped := gzip.NewWriter(w)
	t := tar.NewWriter(zipped)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		return pack(t, filepath.ToSlash(name), path, d)
	})
	return errors.Join(err, t.Close(), zipped.Close())
}

func pack(t *tar.Writer, name, path string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: 0o644, Size: info.Size(), ModTime: time.Unix(0, 0), Format: tar.FormatPAX}
	switch {
	case d.IsDir():
		h.Typeflag, h.Name, h.Mode, h.Size = tar.TypeDir, name+"/", 0o755, 0
		return t.WriteHeader(h)
	case !d.Type().IsRegular():
		return fmt.Errorf("%s is neither a file nor a folder", path)
	case info.Mode()&0o111 != 0:
		h.Mode = 0o755
	}
	if err := t.WriteHeader(h); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(t, f)
	return err
}
