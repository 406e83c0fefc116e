package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"math"
	"strings"

	xdraw "golang.org/x/image/draw"

	"github.com/genhost/genhost/sdk"
)

const (
	sheetWidth = 600  // pixels that small pictures are scaled up to, about
	maxSheet   = 2048 // pixels of a sheet's side
	maxScale   = 10
	minTile    = 8                                  // pixels that a picture's place has at least
	gap        = 2                                  // pixels between pictures
	maxAcross  = (maxSheet - gap) / (minTile + gap) // pictures side by side
)

// Preview draws the rows as a sheet of pictures, row after row with so many
// columns, or with as many as the sheet's size leaves room for. Small pictures
// are scaled up by a whole number, large ones down. Of more rows than a sheet
// has places, the first are on it. The text shows the first few.
func (m *images) Preview(_ context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	if err := drawable(space, rows); err != nil {
		return sdk.Preview{}, err
	}
	if rows.Len() == 0 {
		return sdk.Preview{}, fmt.Errorf("%w: no rows to show", sdk.ErrBadInput)
	}
	columns, lines := grid(rows.Len(), columns)
	tile := tileSize(space.Shape[0], space.Shape[1], columns, lines)
	sheet := newSheet(space.Shape[2], image.Rect(0, 0, columns*(tile.X+gap)+gap, lines*(tile.Y+gap)+gap))
	for i := range min(rows.Len(), columns*lines) {
		at := image.Pt(gap+i%columns*(tile.X+gap), gap+i/columns*(tile.Y+gap))
		place(sheet, image.Rectangle{at, at.Add(tile)}, toImage(space.Shape, rows.Row(i)))
	}
	var out bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed} // somebody waits, and few look
	if err := fast.Encode(&out, sheet); err != nil {
		return sdk.Preview{}, fmt.Errorf("preview: %w", err)
	}
	return sdk.Preview{PNG: out.Bytes(), Text: sketch(space.Shape, rows)}, nil
}

// grid returns how many columns and lines the sheet of n pictures has; neither
// is more than it has room for.
func grid(n, columns int) (int, int) {
	n = min(n, maxAcross*maxAcross)
	if columns < 1 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	columns = min(max(columns, (n+maxAcross-1)/maxAcross), n, maxAcross)
	return columns, (n + columns - 1) / columns
}

// tileSize returns the size that a picture has on the sheet.
func tileSize(height, width, columns, lines int) image.Point {
	room := image.Pt((maxSheet-gap)/columns-gap, (maxSheet-gap)/lines-gap)
	if width <= room.X && height <= room.Y {
		scale := int(math.Round(sheetWidth / float64(columns*width)))
		scale = max(1, min(scale, maxScale, room.X/width, room.Y/height))
		return image.Pt(width*scale, height*scale)
	}
	if room.X*height < room.Y*width { // too wide rather than too high
		return image.Pt(room.X, max(1, height*room.X/width))
	}
	return image.Pt(max(1, width*room.Y/height), room.Y)
}

// newSheet returns an empty sheet, in a grey that both black and white
// pictures stand out from.
func newSheet(channels int, r image.Rectangle) draw.Image {
	if channels == 1 {
		sheet := image.NewGray(r)
		for i := range sheet.Pix {
			sheet.Pix[i] = 128
		}
		return sheet
	}
	sheet := image.NewRGBA(r)
	for i := range sheet.Pix {
		sheet.Pix[i] = 128
		if i%4 == 3 {
			sheet.Pix[i] = 255
		}
	}
	return sheet
}

// place draws m in r, which is a whole number of times as large, or smaller.
func place(sheet draw.Image, r image.Rectangle, m image.Image) {
	if r.Dx() < m.Bounds().Dx() || r.Dy() < m.Bounds().Dy() {
		// Takes the mean of all pixels that fall into one, some weighing more.
		xdraw.BiLinear.Scale(sheet, r, m, m.Bounds(), draw.Src, nil)
		return
	}
	switch sheet := sheet.(type) {
	case *image.Gray:
		m := m.(*image.Gray)
		enlarge(sheet.Pix[sheet.PixOffset(r.Min.X, r.Min.Y):], sheet.Stride, m.Pix, m.Stride, 1, r.Dx()/m.Rect.Dx())
	case *image.RGBA:
		m := m.(*image.NRGBA) // of which no pixel is transparent
		enlarge(sheet.Pix[sheet.PixOffset(r.Min.X, r.Min.Y):], sheet.Stride, m.Pix, m.Stride, 4, r.Dx()/m.Rect.Dx())
	}
}

// enlarge draws each pixel of src, lines of stride bytes, as scale × scale
// pixels. A pixel has size bytes.
func enlarge(dst []byte, dstStride int, src []byte, stride, size, scale int) {
	for y := 0; y*stride < len(src); y++ {
		first := dst[y*scale*dstStride:][:stride*scale]
		for x := 0; x < stride; x += size {
			for i := range scale {
				copy(first[x*scale+i*size:], src[y*stride+x:][:size])
			}
		}
		for i := 1; i < scale; i++ {
			copy(dst[(y*scale+i)*dstStride:], first)
		}
	}
}

const (
	sketchWidth = 79
	sketchTile  = 19 // four of them fit
	maxSketched = 8
	ramp        = " .:-=+*#%@" // from black to white
)

// sketch draws the first few rows side by side in letters. A letter is about
// twice as high as it is wide.
func sketch(shape []int, rows sdk.Batch) string {
	height, width := shape[0], shape[1]
	across := min(width, sketchTile)
	down := max(1, min(sketchTile, (height*across+width)/(2*width)))
	n := min(rows.Len(), maxSketched, (sketchWidth+1)/(across+1))
	var text strings.Builder
	for y := range down {
		var line strings.Builder
		for i := range n {
			for x := range across {
				v := mean(shape, rows.Row(i), image.Rect(x*width/across, y*height/down, (x+1)*width/across, (y+1)*height/down))
				line.WriteByte(ramp[min(int(v*float32(len(ramp))), len(ramp)-1)])
			}
			line.WriteByte(' ')
		}
		text.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return text.String()
}

// mean returns how bright a part of a row is on average. The part has a pixel
// at least.
func mean(shape []int, row []float32, part image.Rectangle) float32 {
	part.Max.X, part.Max.Y = max(part.Max.X, part.Min.X+1), max(part.Max.Y, part.Min.Y+1)
	var sum float32
	for y := part.Min.Y; y < part.Max.Y; y++ {
		line := row[y*shape[1]*shape[2]:]
		for _, v := range line[part.Min.X*shape[2] : part.Max.X*shape[2]] {
			sum += v
		}
	}
	return sum / float32(part.Dx()*part.Dy()*shape[2])
}
