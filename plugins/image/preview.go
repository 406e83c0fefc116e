package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"

	xdraw "golang.org/x/image/draw"

	"github.com/genhost/genhost/sdk"
)

const (
	sheetWidth    = 600  // pixels that small pictures are scaled up to, about
	maxSheetWidth = 2048 // beyond it pictures are scaled down
	maxSheetSide  = 16384
	maxScale      = 10
	gap           = 2 // pixels between pictures
)

// Preview draws the rows as a sheet of pictures, small ones scaled up by a
// whole number, row after row with so many columns. The text shows the first
// few.
func (m *images) Preview(_ context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	if err := drawable(space, rows); err != nil {
		return sdk.Preview{}, err
	}
	n := rows.Len()
	if n == 0 {
		return sdk.Preview{}, fmt.Errorf("%w: no rows to show", sdk.ErrBadInput)
	}
	if columns < 1 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	columns = min(columns, n)
	lines := (n + columns - 1) / columns
	tile := tileSize(space.Shape[0], space.Shape[1], columns, lines)
	size := image.Pt(columns*(tile.X+gap)+gap, lines*(tile.Y+gap)+gap)
	if max(size.X, size.Y) > maxSheetSide {
		return sdk.Preview{}, sdk.Hint(fmt.Errorf("%w: %d pictures of %d by %d pixels are too many for one sheet", sdk.ErrBadInput, n, tile.X, tile.Y),
			"show fewer rows, or more columns")
	}
	sheet := newSheet(space.Shape[2], image.Rectangle{Max: size})
	for i := range n {
		at := image.Pt(gap+i%columns*(tile.X+gap), gap+i/columns*(tile.Y+gap))
		place(sheet, image.Rectangle{at, at.Add(tile)}, toImage(space.Shape, rows.Row(i)))
	}
	var out bytes.Buffer
	if err := png.Encode(&out, sheet); err != nil {
		return sdk.Preview{}, fmt.Errorf("preview: %w", err)
	}
	return sdk.Preview{PNG: out.Bytes(), Text: sketch(space.Shape, rows)}, nil
}

// tileSize returns the size that a picture has on the sheet.
func tileSize(height, width, columns, lines int) image.Point {
	if columns*width > maxSheetWidth {
		w := max(1, maxSheetWidth/columns)
		return image.Pt(w, max(1, height*w/width))
	}
	scale := int(math.Round(sheetWidth / float64(columns*width)))
	scale = max(1, min(scale, maxScale, (maxSheetSide/lines-2*gap)/height))
	return image.Pt(width*scale, height*scale)
}

// newSheet returns an empty sheet, in a grey that both black and white
// pictures stand out from.
func newSheet(channels int, r image.Rectangle) draw.Image {
	var sheet draw.Image = image.NewGray(r)
	if channels == 3 {
		sheet = image.NewRGBA(r)
	}
	draw.Draw(sheet, r, image.NewUniform(color.Gray{128}), image.Point{}, draw.Src)
	return sheet
}

func place(sheet draw.Image, r image.Rectangle, m image.Image) {
	var scaler xdraw.Scaler = xdraw.NearestNeighbor
	if r.Dx() < m.Bounds().Dx() {
		scaler = xdraw.CatmullRom
	}
	scaler.Scale(sheet, r, m, m.Bounds(), draw.Src, nil)
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
