package archive

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
)

func (u *unpacker) tar(f *os.File) error {
	zipped, err := gzip.NewReader(f)
	if err != nil {
		return damaged(err)
	}
	stream := &bounded{u, zipped, &u.stream}
	for t := tar.NewReader(stream); ; {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			return u.rest(stream)
		case errors.Is(err, tar.ErrInsecurePath): // admit says why
		case err != nil:
			return damaged(err)
		}
		name, err := u.admit(h.Name)
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = u.folder(name)
		case tar.TypeReg:
			err = u.file(name, h.FileInfo().Mode(), t)
		case tar.TypeSymlink:
			err = u.link(name, relative(name, h.Linkname))
		case tar.TypeLink:
			err = u.link(name, h.Linkname)
		case tar.TypeXGlobalHeader: // a comment, such as git archive's
		default:
			err = refuse("%q is neither a file, a folder nor a link", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

// rest reads the archive to its end, where its checksum is. Nobody packs much
// after the last entry.
func (u *unpacker) rest(r io.Reader) error {
	n, err := io.Copy(io.Discard, io.LimitReader(r, 1<<20))
	if err == nil && n == 1<<20 {
		err = refuse("it has more after its last entry")
	}
	return err
}

// relative is where a link leads, from the top of the archive.
func relative(name, to string) string {
	if path.IsAbs(to) {
		return to
	}
	return path.Join(path.Dir(name), to)
}

func (u *unpacker) zip(f *os.File, size int64) error {
	z, err := u.directory(f, size)
	if err != nil {
		return err
	}
	for _, e := range z.File {
		name, err := u.admit(e.Name)
		if err != nil {
			return err
		}
		if err := u.zipped(name, e); err != nil {
			return err
		}
	}
	return nil
}

// directory reads the list of a zip file's entries, which says nothing reliable
// of its length before it is read whole: so what is read has a bound.
func (u *unpacker) directory(f *os.File, size int64) (*zip.Reader, error) {
	r := &listing{f, 256<<10 + int64(u.limits.Entries)*listed}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // admit says why
		return nil, damaged(err)
	}
	r.left = math.MaxInt64
	return z, nil
}

// listed is how long an entry may be in the list of a zip file, on average.
const listed = 256

// listing reads no more than is left.
type listing struct {
	f    *os.File
	left int64
}

func (l *listing) ReadAt(p []byte, at int64) (int, error) {
	if l.left -= int64(len(p)); l.left < 0 {
		return 0, refuse("its list of entries is too long")
	}
	return l.f.ReadAt(p, at)
}

func (u *unpacker) zipped(name string, e *zip.File) error {
	mode := e.Mode()
	if mode.IsDir() {
		return u.folder(name)
	}
	content, err := e.Open()
	if err != nil {
		return damaged(err)
	}
	defer content.Close()
	switch {
	case mode.IsRegular():
		return u.file(name, mode, content)
	case mode&os.ModeSymlink != 0:
		to, err := io.ReadAll(io.LimitReader(content, 1000))
		if err != nil {
			return damaged(err)
		}
		return u.link(name, relative(name, string(to)))
	}
	return refuse("%q is neither a file, a folder nor a link", e.Name)
}

// ReadFile returns the content of one file of an archive, of at most so many bytes.
// The error is [fs.ErrNotExist] where there is none of that name.
func ReadFile(ctx context.Context, file, name string, limit int64) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	u := newUnpacker(ctx, nil, Limits{}, info.Size())
	if formatOf(f) == zipFile {
		z, err := u.directory(f, info.Size())
		if err != nil {
			return nil, err
		}
		content, err := z.Open(name)
		if err != nil {
			return nil, err
		}
		defer content.Close()
		return readSome(content, limit)
	}
	zipped, err := gzip.NewReader(f)
	if err != nil {
		return nil, damaged(err)
	}
	for t := tar.NewReader(&bounded{u, zipped, &u.stream}); ; {
		h, err := t.Next()
		switch {
		case err == io.EOF:
			return nil, fmt.Errorf("%s in %s: %w", name, file, fs.ErrNotExist)
		case err != nil && !errors.Is(err, tar.ErrInsecurePath):
			return nil, damaged(err)
		case h.Typeflag == tar.TypeReg && path.Clean(h.Name) == name:
			return readSome(t, limit)
		}
	}
}

func readSome(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = refuse("a file in it is larger than %d bytes", limit)
	}
	return b, err
}
