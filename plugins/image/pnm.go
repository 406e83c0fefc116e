package main

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
)

// A pnm is a picture in the PGM or PPM format of Netpbm, as text (P2, P3) or
// binary (P5, P6). See https://netpbm.sourceforge.net/doc/pgm.html.
type pnm struct {
	bytes int64 // of the file
}

type pnmType struct {
	channels int
	text     bool
}

var pnmTypes = map[byte]pnmType{'2': {1, true}, '3': {3, true}, '5': {1, false}, '6': {3, false}}

type pnmHeader struct {
	pnmType
	width, height, max int
}

func (p pnm) header(r *bufio.Reader) (h pnmHeader, err error) {
	var magic [2]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return h, err
	}
	h.pnmType = pnmTypes[magic[1]]
	for _, to := range []*int{&h.width, &h.height, &h.max} {
		if *to, err = number(r); err != nil {
			return h, err
		}
	}
	if h.max < 1 || h.max > 65535 {
		return h, fmt.Errorf("its largest value is %d, want 1 to 65535", h.max)
	}
	return h, nil
}

func (p pnm) config(in io.Reader) (image.Config, error) {
	h, err := p.header(bufio.NewReader(in))
	c := image.Config{ColorModel: color.GrayModel, Width: h.width, Height: h.height}
	if h.channels == 3 {
		c.ColorModel = color.NRGBAModel
	}
	return c, err
}

func (p pnm) decode(in io.Reader) (image.Image, error) {
	r := bufio.NewReader(in)
	h, err := p.header(r)
	if err != nil {
		return nil, err
	}
	n := h.width * h.height * h.channels
	if int64(n) > p.bytes { // a value takes a byte at least: allocate nothing for a lie
		return nil, io.ErrUnexpectedEOF
	}
	next := func() (int, error) { return number(r) }
	if !h.text {
		next = func() (int, error) { return binaryValue(r, h.max) }
	}
	values := make([]byte, n)
	for i := range values {
		v, err := next()
		if err != nil {
			return nil, err
		}
		if v > h.max {
			return nil, fmt.Errorf("has the value %d, its largest is %d", v, h.max)
		}
		values[i] = byte((v*255 + h.max/2) / h.max)
	}
	return h.image(values), nil
}

func (h pnmHeader) image(values []byte) image.Image {
	bounds := image.Rect(0, 0, h.width, h.height)
	if h.channels == 1 {
		return &image.Gray{Pix: values, Stride: h.width, Rect: bounds}
	}
	m := image.NewNRGBA(bounds)
	for i := 0; i < len(values); i += 3 {
		copy(m.Pix[i/3*4:], values[i:i+3])
		m.Pix[i/3*4+3] = 255
	}
	return m
}

func binaryValue(r *bufio.Reader, most int) (int, error) {
	v, err := r.ReadByte()
	if err != nil || most < 256 {
		return int(v), err
	}
	low, err := r.ReadByte()
	return int(v)<<8 | int(low), err
}

// number reads a number, the white space and comments before it, and the one
// byte after it.
func number(r *bufio.Reader) (int, error) {
	v, digits, comment := 0, 0, false
	for {
		b, err := r.ReadByte()
		if err == io.EOF && digits > 0 {
			return v, nil
		}
		switch {
		case err != nil:
			return 0, err
		case comment:
			comment = b != '\n'
		case b >= '0' && b <= '9':
			v = v*10 + int(b-'0')
			if digits++; v > 1<<24 {
				return 0, errors.New("has a number that is too large")
			}
		case b == '#' && digits == 0:
			comment = true
		case b != ' ' && b != '\t' && b != '\n' && b != '\r':
			return 0, fmt.Errorf("has %q where a number belongs", b)
		case digits > 0:
			return v, nil
		}
	}
}
