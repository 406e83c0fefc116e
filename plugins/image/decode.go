package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// How much of a picture's file is read, and how much of that for its head, which
// is kept until its pixels are read. No picture within maxPixels needs more.
const (
	maxBytes = 1 << 29
	maxHead  = 1 << 26
)

// readHead reads the size of a picture, whether it is grey, and how the camera
// was held.
func readHead(f folder.File) (h head, err error) {
	err = withPicture(f, func(k codec, r io.Reader) (err error) {
		h, _, err = k.head(f.Path, r)
		return err
	})
	return h, err
}

// readPixels reads a picture, unless its head claims that it is huge.
func readPixels(f folder.File) (p picture, err error) {
	err = withPicture(f, func(k codec, r io.Reader) error {
		h, all, err := k.head(f.Path, r)
		if err != nil {
			return err
		}
		p.turn = h.turn
		p.pixels, err = k.decode(all)
		return err
	})
	return p, err
}

// A codec reads pictures of one format.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	turns  bool // its files may say how the camera was held
}

// head reads the head of a picture. All of the picture, the head too, is then in
// the reader that it returns.
func (k codec) head(path string, r io.Reader) (h head, all io.Reader, err error) {
	var seen bytes.Buffer
	c, err := k.config(io.TeeReader(io.LimitReader(r, maxHead), &seen))
	if err != nil {
		return head{}, nil, err
	}
	h = head{path: path, height: c.Height, width: c.Width, turn: 1, grey: isGrey(c.ColorModel)}
	if k.turns {
		h.turn = turnOf(bytes.NewReader(seen.Bytes())) // EXIF is before the size
	}
	if h.turn.sideways() {
		h.height, h.width = h.width, h.height
	}
	return h, io.MultiReader(&seen, r), nil
}

// withPicture opens a file and finds its codec by its first bytes: names lie.
func withPicture(f folder.File, use func(codec, io.Reader) error) error {
	file, err := f.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s: not a regular file", sdk.ErrBadInput, f.Path)
	}
	r := bufio.NewReader(io.LimitReader(file, maxBytes))
	magic, err := r.Peek(3)
	if err != nil && err != io.EOF {
		return err
	}
	var k codec
	switch {
	case string(magic) == "\x89PN":
		k = codec{checked(png.DecodeConfig, mostOfPNG*info.Size()), png.Decode, false}
	case string(magic) == "\xff\xd8\xff":
		k = codec{checked(jpeg.DecodeConfig, mostOfJPEG*info.Size()), jpeg.Decode, true}
	case len(magic) == 3 && magic[0] == 'P' && pnmTypes[magic[1]].channels > 0:
		p := pnm{bytes: info.Size()}
		k = codec{checked(p.config, maxPixels), p.decode, false} // it looks for itself
	default:
		return fmt.Errorf("%w: %s is no PNG, JPEG, PGM or PPM picture", sdk.ErrCorrupt, f.Path)
	}
	if err := use(k, r); err != nil {
		return fmt.Errorf("%s: %w", f.Path, decodeError(err))
	}
	return nil
}

// How many pixels a byte can hold at most. What Deflate compresses best becomes a
// 1032nd, and of PNG's smallest pixels 8 are a byte; JPEG has a bit or more for
// each block of 8 × 8.
const (
	mostOfPNG  = 8 * 1032
	mostOfJPEG = 8 * 64
)

// checked refuses pictures that are too large, and those that claim more pixels
// than their file can hold: codecs make room for all before they read any.
func checked(config func(io.Reader) (image.Config, error), most int64) func(io.Reader) (image.Config, error) {
	return func(r io.Reader) (image.Config, error) {
		c, err := config(r)
		if err != nil {
			return c, err
		}
		if err := checkSize(c.Height, c.Width); err != nil {
			return c, err
		}
		if int64(c.Height)*int64(c.Width) > most {
			return c, fmt.Errorf("%w: truncated: claims to be %d pixels high and %d wide", sdk.ErrCorrupt, c.Height, c.Width)
		}
		return c, nil
	}
}

// decodeError says what kind of error a codec's is.
func decodeError(err error) error {
	var noPNG png.UnsupportedError
	var noJPEG jpeg.UnsupportedError
	var system *os.PathError
	switch {
	case errors.Is(err, sdk.ErrBadInput), errors.Is(err, sdk.ErrCorrupt), errors.As(err, &system):
		return err
	case errors.As(err, &noPNG), errors.As(err, &noJPEG):
		return fmt.Errorf("%w: %w", errors.ErrUnsupported, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: truncated", sdk.ErrCorrupt)
	}
	return fmt.Errorf("%w: %w", sdk.ErrCorrupt, err)
}

// isGrey reports whether pictures of the model have no colour, be it by a
// palette.
func isGrey(m color.Model) bool {
	palette, ok := m.(color.Palette)
	if !ok {
		return m == color.GrayModel || m == color.Gray16Model
	}
	for _, c := range palette {
		if r, g, b, _ := c.RGBA(); r != g || g != b {
			return false
		}
	}
	return true
}
