package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// A turn is how a camera was held, as EXIF counts it: 1 is upright. Of 5 to 8 a
// picture is stored lying on its side.
type turn int

func (t turn) sideways() bool { return t >= 5 }

// stored returns where in a stored picture of width w and height h the pixel is
// that is seen at x, y.
func (t turn) stored(x, y, w, h int) (int, int) {
	switch t {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	}
	return x, y
}

// turnOf reads from a JPEG file how the camera was held. What is not there, or
// makes no sense, is upright.
func turnOf(r io.Reader) turn {
	const (
		first   = 2       // bytes, which say that it is a JPEG
		app1    = 0xe1    // segments in which EXIF is
		scan    = 0xda    // after which the pixels come
		longest = 1 << 20 // bytes looked at
	)
	in := bufio.NewReader(io.LimitReader(r, longest))
	if _, err := in.Discard(first); err != nil {
		return 1
	}
	for {
		var head [4]byte // a marker, and how long the segment is with these two bytes
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return 1
		}
		n := int(binary.BigEndian.Uint16(head[2:])) - 2
		if head[0] != 0xff || head[1] == scan || n < 0 {
			return 1
		}
		if head[1] != app1 {
			if _, err := in.Discard(n); err != nil {
				return 1
			}
			continue
		}
		segment := make([]byte, n)
		if _, err := io.ReadFull(in, segment); err != nil {
			return 1
		}
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok {
			return turnIn(tiff)
		}
	}
}

// turnIn finds the orientation in the first directory of a TIFF file.
func turnIn(tiff []byte) turn {
	const (
		header      = 8
		entry       = 12
		orientation = 0x112
		short       = 3
	)
	if len(tiff) < header {
		return 1
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entry {
			return 1
		}
		if order.Uint16(entries) == orientation && order.Uint16(entries[2:]) == short {
			if t := turn(order.Uint16(entries[8:])); t >= 1 && t <= 8 {
				return t
			}
			return 1
		}
		entries = entries[entry:]
	}
	return 1
}
