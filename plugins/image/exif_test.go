package main

import (
	"encoding/binary"
	"image"
	"image/color"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// exif is a JPEG segment that says how a camera was held.
func exif(order binary.AppendByteOrder, t turn) string {
	mark := "II"
	if order == binary.BigEndian {
		mark = "MM"
	}
	tiff := order.AppendUint16([]byte(mark), 42)
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	for _, e := range [][2]uint16{{0x100, 9}, {0x112, uint16(t)}} {
		tiff = order.AppendUint16(tiff, e[0])
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, e[1])
		tiff = order.AppendUint16(tiff, 0)
	}
	return app1("Exif\x00\x00" + string(tiff))
}

func app1(content string) string {
	return string(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(content)+2))) + content
}

// withSegments puts segments at the head of a JPEG file.
func withSegments(jpeg string, segments ...string) string {
	return jpeg[:2] + strings.Join(segments, "") + jpeg[2:]
}

// corners is a picture of 16 × 8 pixels, or lying of 8 × 16, with a grey for each
// corner: top left, top right, bottom left, bottom right.
func corners(width, height int, greys [4]uint8) image.Image {
	m := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetGray(x, y, color.Gray{greys[y*2/height*2+x*2/width]})
		}
	}
	return m
}

// TestCamerasAreHeld reads one picture as it is stored in each of eight ways. What
// is where follows from EXIF's own table: 6, say, is "the 0th row is the right-hand
// side of the picture, the 0th column its top".
func TestCamerasAreHeld(t *testing.T) {
	const a, b, c, d = 0, 90, 170, 255
	for i, stored := range [][4]uint8{
		{a, b, c, d}, {b, a, d, c}, {d, c, b, a}, {c, d, a, b},
		{a, c, b, d}, {b, d, a, c}, {d, b, c, a}, {c, a, d, b},
	} {
		held := turn(i + 1)
		width, height := 32, 16
		if i >= 4 {
			width, height = 16, 32
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			text := withSegments(asJPEG(corners(width, height, stored)), app1("http://ns.adobe.com/xap/1.0/\x00"+strings.Repeat(" ", 20_000)), exif(order, held))
			path := filepath.Join(files(t, map[string]string{"a.jpg": text}), "a.jpg")
			got, info := read(t, defaults, sdk.Source{Path: path})
			if !slices.Equal(info.Space.Shape, []int{16, 32, 1}) {
				t.Fatalf("held %d: shape %v", held, info.Space.Shape)
			}
			at := func(x, y int) int { return got.bytes()[y*32+x] }
			for j, v := range []int{at(4, 4), at(28, 4), at(4, 12), at(28, 12)} {
				if want := []int{a, b, c, d}[j]; v < want-3 || v > want+3 {
					t.Errorf("held %d: corner %d is %d, want %d", held, j, v, want)
				}
			}
		}
	}
}

// TestTurnedAndResized crops and shrinks a picture that lies on its side: what is
// seen of it is 32 wide and 16 high, of which the middle is left.
func TestTurnedAndResized(t *testing.T) {
	text := withSegments(asJPEG(corners(16, 32, [4]uint8{90, 255, 0, 170})), exif(binary.LittleEndian, 6))
	path := filepath.Join(files(t, map[string]string{"a.jpg": text}), "a.jpg")
	got, _ := read(t, settings{Size: []int{4}, Colour: "grey", Fit: "crop"}, sdk.Source{Path: path})
	for i, want := range map[int]int{0: 0, 3: 90, 12: 170, 15: 255} {
		if v := got.bytes()[i]; v < want-3 || v > want+3 {
			t.Errorf("pixel %d is %d, want %d, of %v", i, v, want, got.bytes())
		}
	}
}

// TestHeldNohow reads files whose EXIF is broken as they are stored.
func TestHeldNohow(t *testing.T) {
	good := exif(binary.BigEndian, 6)
	picture := asJPEG(corners(16, 32, [4]uint8{}))
	for _, segment := range []string{
		"", good[:4] + "XXXX" + good[8:], app1("Exif\x00\x00"), app1("Exif\x00\x00MM\x00\x2a\xff\xff\xff\xff\x00"),
		app1("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\xff\xff\x01\x12"), exif(binary.LittleEndian, 0), exif(binary.LittleEndian, 9),
	} {
		if got := turnOf(strings.NewReader(withSegments(picture, segment))); got != 1 {
			t.Errorf("%q: held %d", segment, got)
		}
	}
}

// FuzzTurn checks that no file makes it panic.
func FuzzTurn(f *testing.F) {
	f.Add(withSegments(asJPEG(corners(16, 8, [4]uint8{})), exif(binary.LittleEndian, 6)))
	f.Add(withSegments("\xff\xd8", exif(binary.BigEndian, 3)))
	f.Fuzz(func(t *testing.T, text string) {
		if got := turnOf(strings.NewReader(text)); got < 1 || got > 8 {
			t.Errorf("held %d", got)
		}
	})
}
