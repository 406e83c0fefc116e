package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"

	"github.com/genhost/genhost/sdk"
)

// Of a picture, in pixels.
const (
	panelWidth  = 220
	panelHeight = 160
	maxPanels   = 60
	maxAcross   = 12
)

// Preview draws a histogram of each column, of at most 60, so many side by
// side. The line in that of a number is the mixture that its modes make, which
// is how the training rows lie. The text is the table's beginning.
func (m *tables) Preview(_ context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	l, err := layoutOf(space, rows)
	if err != nil {
		return sdk.Preview{}, err
	}
	if rows.Len() == 0 {
		return sdk.Preview{}, fmt.Errorf("%w: no rows to show", sdk.ErrBadInput)
	}
	n := min(len(l.columns), maxPanels)
	across := min(max(columns, 1), n, maxAcross)
	for columns < 1 && across*across < n {
		across++
	}
	sheet := newCanvas(across*panelWidth, (n+across-1)/across*panelHeight)
	at := 0
	for i, c := range l.columns[:n] {
		corner := image.Pt(i%across*panelWidth, i/across*panelHeight)
		c.draw(panel{sheet, image.Rectangle{corner, corner.Add(image.Pt(panelWidth, panelHeight))}}, rows, at)
		at += len(c.segments())
	}
	var out bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(&out, sheet.RGBA); err != nil {
		return sdk.Preview{}, fmt.Errorf("preview: %w", err)
	}
	return sdk.Preview{PNG: out.Bytes(), Text: l.text(rows)}, nil
}
