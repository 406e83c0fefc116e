package main

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"

	"github.com/genhost/genhost/sdk"
)

// maxBytes is how much of a picture's file is read. No picture within
// maxPixels needs more.
const maxBytes = 1 << 29

// readHead reads the size of a picture, whether it is grey, and how the camera
// was held.
func readHead(e entry) (head, error) {
	h := head{path: e.Path, turn: 1}
	turned := false
	err := withPicture(e, func(k codec, r io.Reader) error {
		c, err := k.config(r)
		h.height, h.width, h.grey, turned = c.Height, c.Width, isGrey(c.ColorModel), k.turns
		return err
	})
	if err != nil || !turned {
		return h, err
	}
	err = withPicture(e, func(_ codec, r io.Reader) error {
		h.turn = turnOf(r)
		return nil
	})
	if h.turn.sideways() {
		h.height, h.width = h.width, h.height
	}
	return h, err
}

// readPixels reads a picture, unless its head claims that it is huge.
func readPixels(e entry) (picture, error) {
	h, err := readHead(e)
	if err != nil {
		return picture{}, err
	}
	p := picture{turn: h.turn}
	err = withPicture(e, func(k codec, r io.Reader) (err error) {
		p.pixels, err = k.decode(r)
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

// withPicture opens a file and finds its codec by its first bytes: names lie.
func withPicture(e entry, use func(codec, io.Reader) error) error {
	f, err := e.open()
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s: not a regular file", sdk.ErrBadInput, e.Path)
	}
	r := bufio.NewReader(io.LimitReader(f, maxBytes))
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
		return fmt.Errorf("%w: %s is no PNG, JPEG, PGM or PPM picture", sdk.ErrCorrupt, e.Path)
	}
	if err := use(k, r); err != nil {
		return fmt.Errorf("%s: %w", e.Path, decodeError(err))
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
