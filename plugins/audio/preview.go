package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"math"

	"github.com/genhost/genhost/sdk"
)

const (
	maxSheet  = 2048 // pixels of a sheet's side
	tileWidth = 192  // pixels that a clip takes where there is room
	minTile   = 24
	gap       = 4                                  // pixels between clips
	maxAcross = (maxSheet - gap) / (minTile + gap) // clips side by side
)

// Preview draws each row as its waveform above its spectrogram, row after row
// with so many columns, or with as many as the sheet has room for. Of more rows
// than there are places, the first are shown. The text has a line for each.
func (m *audio) Preview(ctx context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	c, err := playable(space, rows)
	if err != nil {
		return sdk.Preview{}, err
	}
	if rows.Len() == 0 {
		return sdk.Preview{}, fmt.Errorf("%w: no rows to show", sdk.ErrBadInput)
	}
	columns, lines := grid(rows.Len(), columns)
	side := min(tileWidth, (maxSheet-gap)/max(columns, lines)-gap)
	sheet := newSheet(columns*(side+gap)+gap, lines*(side+gap)+gap)
	var text list
	for i := range min(rows.Len(), columns*lines) {
		if err := ctx.Err(); err != nil {
			return sdk.Preview{}, err
		}
		clip := c.decode(rows.Row(i), previewIterations)
		at := image.Pt(gap+i%columns*(side+gap), gap+i/columns*(side+gap))
		c.portray(sheet, image.Rectangle{at, at.Add(image.Pt(side, side))}, rows.Row(i), clip)
		text.add(labelOf(space, rows, i), clip, c.rate)
	}
	var out bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed} // somebody waits, and few look
	if err := fast.Encode(&out, sheet); err != nil {
		return sdk.Preview{}, fmt.Errorf("preview: %w", err)
	}
	return sdk.Preview{PNG: out.Bytes(), Text: text.String()}, nil
}

// grid returns how many columns and lines the sheet of n clips has; neither is
// more than it has room for.
func grid(n, columns int) (int, int) {
	n = min(n, maxAcross*maxAcross)
	if columns < 1 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	columns = min(max(columns, (n+maxAcross-1)/maxAcross), n, maxAcross)
	return columns, (n + columns - 1) / columns
}

// labelOf is the label of row i, or its number.
func labelOf(space sdk.Space, rows sdk.Batch, i int) string {
	c, err := space.Condition(labelName)
	if values := rows.Conditions[labelName]; err == nil && len(c.Values) > 0 && values != nil {
		return c.Values[int(values[i])]
	}
	return fmt.Sprint(i + 1)
}
