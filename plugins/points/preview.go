package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"math"
	"strings"

	"github.com/genhost/genhost/sdk"
)

const (
	side   = 480 // pixels of the picture
	margin = 0.08
)

// Preview draws the first two coordinates of points in the square that the
// training points fill, with circles of three standard deviations around the
// modes, where they are known. Points outside lie on its edge. Points of one
// number become a histogram.
//
// Rows that stand in lines of so many columns have a colour for each line;
// others have one for each label.
func (m *points) Preview(_ context.Context, space sdk.Space, rows sdk.Batch, columns int) (sdk.Preview, error) {
	f, err := frameOf(space, rows)
	if err != nil {
		return sdk.Preview{}, err
	}
	if rows.Len() == 0 {
		return sdk.Preview{}, fmt.Errorf("%w: no rows to show", sdk.ErrBadInput)
	}
	w := f.window(rows)
	c := newCanvas(side)
	if space.Shape[0] == 1 {
		c.histogram(w, rows)
	} else {
		c.scatter(w, f, rows, groups(rows, columns))
	}
	var out bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(&out, c.RGBA); err != nil {
		return sdk.Preview{}, fmt.Errorf("preview: %w", err)
	}
	return sdk.Preview{PNG: out.Bytes(), Text: sketch(w, f, rows)}, nil
}

// A window is the square of the plane that is shown.
type window struct{ x, y, size float64 } // its least coordinates, and its side

// window holds the bounds and the modes, in the middle, with some room.
func (f *frame) window(rows sdk.Batch) window {
	bounds := f.bounds
	if bounds == nil {
		v := survey{mean: make([]float64, len(f.columns)), squares: make([]float64, len(f.columns))}
		for i := range rows.Len() {
			v.see(rows.Row(i), i+1)
		}
		bounds = v.bounds
	}
	x, y := bounds[0], bounds[min(1, len(bounds)-1)]
	size := (1 + 2*margin) * max(x[1]-x[0], y[1]-y[0])
	if !(size > 0) {
		size = 1
	}
	return window{(x[0] + x[1] - size) / 2, (y[0] + y[1] - size) / 2, size}
}

// at returns where a point is in the window: from 0 to 1 to the right and down.
func (w window) at(row []float32) (x, y float64) {
	x = (float64(row[0]) - w.x) / w.size
	if len(row) > 1 {
		y = 1 - (float64(row[1])-w.y)/w.size
	}
	return min(max(x, 0), 1), min(max(y, 0), 1)
}

// groups tells which points have a colour of their own.
func groups(rows sdk.Batch, columns int) func(i int) int {
	if columns > 0 && columns < rows.Len() {
		return func(i int) int { return i / columns }
	}
	if labels := rows.Conditions[labelName]; labels != nil {
		return func(i int) int { return int(labels[i]) }
	}
	return func(int) int { return 0 }
}

func (c *canvas) scatter(w window, f *frame, rows sdk.Batch, group func(int) int) {
	for _, mode := range f.modes {
		x, y := w.at([]float32{float32(mode[0]), float32(mode[1])})
		c.ring(x*(side-1), y*(side-1), max(4, 3*f.sigma/w.size*side))
	}
	radius, alpha := 3.0, 0.75
	if n := float64(rows.Len()); n > 256 {
		radius, alpha = max(1, radius*math.Sqrt(256/n)), max(0.2, alpha*math.Sqrt(256/n))
	}
	for i := range rows.Len() {
		x, y := w.at(rows.Row(i))
		c.disc(x*(side-1), y*(side-1), radius, hue(group(i)), alpha)
	}
}

func (c *canvas) histogram(w window, rows sdk.Batch) {
	const bins = 60
	counts, most := [bins]int{}, 0
	for i := range rows.Len() {
		x, _ := w.at(rows.Row(i))
		bin := min(int(x*bins), bins-1)
		counts[bin]++
		most = max(most, counts[bin])
	}
	for bin, n := range counts {
		top := side - int(math.Round(float64(n)/float64(most)*(1-margin)*side))
		c.fill(image.Rect(bin*side/bins, top, (bin+1)*side/bins-1, side), hue(0))
	}
}

const (
	sketchWidth  = 56
	sketchHeight = 24
	ramp         = ".:*#@"
)

// sketch shows in letters where points are, and how many; + is a mode without
// any.
func sketch(w window, f *frame, rows sdk.Batch) string {
	var counts [sketchHeight][sketchWidth]int
	cell := func(row []float32) *int {
		x, y := w.at(row)
		return &counts[min(int(y*sketchHeight), sketchHeight-1)][min(int(x*sketchWidth), sketchWidth-1)]
	}
	most := 1
	for i := range rows.Len() {
		n := cell(rows.Row(i))
		*n++
		most = max(most, *n)
	}
	for _, mode := range f.modes {
		at := make([]float32, len(mode))
		for i, x := range mode {
			at[i] = float32(x)
		}
		if n := cell(at); *n == 0 {
			*n = -1
		}
	}
	var text strings.Builder
	for _, line := range counts {
		var b strings.Builder
		for _, n := range line {
			switch {
			case n < 0:
				b.WriteByte('+')
			case n == 0:
				b.WriteByte(' ')
			default:
				b.WriteByte(ramp[(n*len(ramp)-1)/most])
			}
		}
		text.WriteString(strings.TrimRight(b.String(), " ") + "\n")
	}
	return text.String()
}
