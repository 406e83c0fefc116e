package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/math/fixed"

	"github.com/genhost/genhost/sdk"
)

const (
	charWidth  = 8 // pixels, of the font
	charHeight = 16
	charAscent = 12
	gap        = 8    // pixels between texts
	margin     = 3    // pixels around a text
	maxSheet   = 2048 // pixels of a sheet's side
	sheetChars = 110  // that a sheet is wide, about

	mostAcross = 64 // characters of a text's line; longer ones are broken
	mostDown   = 16 // lines of a text
	leastCell  = 8  // characters that a text's place is wide at least

	mostColumns = (maxSheet - gap) / (leastCell*charWidth + 2*margin + gap)
	mostShown   = mostColumns * maxSheet / charHeight // more than a sheet has places
)

// Preview draws the rows as a sheet of texts, row after row with so many
// columns, or with as many as the sheet's size leaves room for. Of long texts,
// and of more rows than a sheet has places, the beginning is on it. Characters
// that the font lacks are boxes, and ¶ is the end of a line. The text shows the
// first few.
func (m *texts) Preview(_ context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	s, err := scriptOf(space, rows)
	if err != nil {
		return sdk.Preview{}, err
	}
	if rows.Len() == 0 {
		return sdk.Preview{}, fmt.Errorf("%w: no rows to show", sdk.ErrBadInput)
	}
	shown := make([]string, min(rows.Len(), mostShown))
	for i := range shown {
		shown[i] = s.text(rows.Row(i))
	}
	var out bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(&out, drawSheet(shown, columns)); err != nil {
		return sdk.Preview{}, fmt.Errorf("preview: %w", err)
	}
	return sdk.Preview{PNG: out.Bytes(), Text: sketch(shown, s.mode)}, nil
}

// A layout is how a sheet has its texts.
type layout struct {
	across, down   int // characters, and lines, of each
	columns, lines int // texts
}

// lay finds places for blocks of text, in so many columns if there is room.
func lay(blocks [][]string, columns int) layout {
	l := layout{across: leastCell, down: 1}
	for _, b := range blocks {
		l.down = max(l.down, min(len(b), mostDown))
		for _, line := range b {
			l.across = max(l.across, len([]rune(line)))
		}
	}
	if columns < 1 {
		columns = max(1, sheetChars/(l.across+1))
	}
	l.columns = min(columns, len(blocks), mostColumns)
	l.across = min(l.across, ((maxSheet-gap)/l.columns-gap-2*margin)/charWidth)
	l.lines = min((len(blocks)+l.columns-1)/l.columns, (maxSheet-gap)/(l.place().Y+gap))
	return l
}

// place is the size of a text on the sheet.
func (l layout) place() image.Point {
	return image.Pt(l.across*charWidth+2*margin, l.down*charHeight+2*margin)
}

func drawSheet(texts []string, columns int) image.Image {
	blocks := make([][]string, len(texts))
	for i, t := range texts {
		blocks[i] = broken(strings.ReplaceAll(t, "\n", "¶"), mostAcross)
	}
	l := lay(blocks, columns)
	cell := l.place().Add(image.Pt(gap, gap))
	sheet := image.NewGray(image.Rect(0, 0, l.columns*cell.X+gap, l.lines*cell.Y+gap))
	draw.Draw(sheet, sheet.Rect, image.NewUniform(color.Gray{225}), image.Point{}, draw.Src)
	for i := range min(len(blocks), l.columns*l.lines) {
		at := image.Pt(gap+i%l.columns*cell.X, gap+i/l.columns*cell.Y)
		place := image.Rectangle{at, at.Add(l.place())}
		drawBlock(sheet.SubImage(place).(*image.Gray), blocks[i], l)
	}
	return sheet
}

// drawBlock draws lines of text on a white place.
func drawBlock(place *image.Gray, block []string, l layout) {
	draw.Draw(place, place.Rect, image.White, image.Point{}, draw.Src)
	corner := place.Rect.Min.Add(image.Pt(margin, margin))
	for y, line := range block[:min(len(block), l.down)] {
		pen := font.Drawer{Dst: place, Src: image.Black, Face: inconsolata.Regular8x16}
		for x, r := range []rune(line) {
			if x == l.across {
				break
			}
			pen.Dot = fixed.P(corner.X+x*charWidth, corner.Y+y*charHeight+charAscent)
			pen.DrawString(string(r))
		}
	}
}
