package main

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/genhost/genhost/sdk"
)

// The IDX format is LeCun's, of MNIST: two zeros, the type of the numbers (8
// is an unsigned byte), how many dimensions, each dimension as a big-endian
// uint32, and the numbers. See http://yann.lecun.com/exdb/mnist/.

const (
	maxPixels = 64 << 20 // of one picture
	maxSide   = 20_000   // of one picture, in pixels
	maxCount  = 1 << 28  // pictures in an IDX file
)

// idxHeader reads the dimensions of unsigned bytes: as many as rank says, the
// first of which counts the pictures.
func idxHeader(r io.Reader, rank int) ([]int, error) {
	raw := make([]byte, 4+4*rank)
	if n, err := io.ReadFull(r, raw); err != nil {
		return nil, cut(err, "%d bytes are too few for an IDX header", n)
	}
	if want := [4]byte{0, 0, 8, byte(rank)}; [4]byte(raw) != want {
		return nil, fmt.Errorf("%w: begins with % x, IDX bytes of %d dimensions begin with % x", sdk.ErrCorrupt, raw[:4], rank, want)
	}
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = int(binary.BigEndian.Uint32(raw[4+4*i:]))
	}
	if dims[0] < 1 || dims[0] > maxCount {
		return nil, fmt.Errorf("%w: its header claims %d items, want 1 to %d", sdk.ErrCorrupt, dims[0], maxCount)
	}
	if rank == 3 {
		if err := checkSize(dims[1], dims[2]); err != nil {
			return nil, err
		}
	}
	return dims, nil
}

// checkSize refuses pictures whose pixels would take too much memory.
func checkSize(height, width int) error {
	if height < 1 || width < 1 || height > maxSide || width > maxSide || height*width > maxPixels {
		return fmt.Errorf("%w: claims to be %d pixels high and %d wide, want sides of at most %d and at most %d pixels",
			sdk.ErrBadInput, height, width, maxSide, maxPixels)
	}
	return nil
}

// cut turns an early end of a file, or broken compression, into ErrCorrupt.
// Other errors stay as they are.
func cut(err error, format string, args ...any) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: truncated: "+format, append([]any{sdk.ErrCorrupt}, args...)...)
	}
	var broken flate.CorruptInputError
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.As(err, &broken) {
		return fmt.Errorf("%w: %w", sdk.ErrCorrupt, err)
	}
	return err
}

// An idxFile is one file, compressed or not.
type idxFile struct {
	fsys fs.FS
	name string // in fsys
	path string // for people
}

func (f idxFile) open() (io.ReadCloser, error) {
	file, err := f.fsys.Open(f.name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, withoutPath(err))
	}
	r := bufio.NewReaderSize(file, 1<<16)
	if magic, _ := r.Peek(2); string(magic) != "\x1f\x8b" {
		return readCloser{r, file}, nil
	}
	z, err := gzip.NewReader(r)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", f.path, cut(err, "no gzip header"))
	}
	return readCloser{bufio.NewReaderSize(z, 1<<16), file}, nil
}

type readCloser struct {
	io.Reader
	io.Closer
}

// each opens the file and hands on its dimensions and a reader of the numbers
// that follow. When use has read them all, nothing may be left.
func (f idxFile) each(rank int, use func(dims []int, r io.Reader) error) error {
	r, err := f.open()
	if err != nil {
		return err
	}
	defer r.Close()
	dims, err := idxHeader(r, rank)
	if err == nil {
		err = use(dims, r)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	return nil
}

// ends reports whatever comes after the last number. Of a compressed file it
// verifies the checksum.
func ends(r io.Reader) error {
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return fmt.Errorf("%w: goes on after the last of what its header claims", sdk.ErrCorrupt)
	case err != io.EOF:
		return cut(err, "within the compressed data")
	}
	return nil
}

// bytes reads a file of one dimension.
func (f idxFile) bytes() ([]byte, error) {
	var all []byte
	err := f.each(1, func(dims []int, r io.Reader) error {
		var err error
		all, err = io.ReadAll(io.LimitReader(r, int64(dims[0])))
		if err != nil {
			return cut(err, "within the compressed data")
		}
		if len(all) < dims[0] {
			return cut(io.EOF, "has %d labels of %d", len(all), dims[0])
		}
		return ends(r)
	})
	return all, err
}

// withoutPath returns the cause of an error of the operating system, which
// names a file relative to its folder.
func withoutPath(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
