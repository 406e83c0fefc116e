package main

import (
	"image"
	"image/color"
	"math"
)

// The palette: shades for levels, then the colours of all else.
const (
	shades     = 240
	background = shades + iota - 1
	paper
	ink
)

// colours go from black over purple and orange to a light yellow: the louder,
// the brighter.
func colours() color.Palette {
	stops := []color.RGBA{{0, 0, 4, 255}, {66, 10, 104, 255}, {147, 38, 103, 255}, {221, 81, 58, 255}, {252, 165, 10, 255}, {252, 255, 164, 255}}
	palette := make(color.Palette, 0, 256)
	for i := range shades {
		at := float64(i) / (shades - 1) * float64(len(stops)-1)
		j := min(int(at), len(stops)-2)
		mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + (at-float64(j))*(float64(b)-float64(a)))) }
		a, b := stops[j], stops[j+1]
		palette = append(palette, color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255})
	}
	return append(palette, color.RGBA{255, 255, 255, 255}, color.RGBA{238, 240, 244, 255}, color.RGBA{31, 78, 121, 255})
}

func newSheet(width, height int) *image.Paletted {
	sheet := image.NewPaletted(image.Rect(0, 0, width, height), colours())
	for i := range sheet.Pix {
		sheet.Pix[i] = background
	}
	return sheet
}

// portray draws a clip in r: its waveform in the upper third, and below it the
// levels of its row, or, of a waveform's row, those of the clip.
func (c *codec) portray(sheet *image.Paletted, r image.Rectangle, row, clip []float32) {
	upper, lower := r, r
	upper.Max.Y = r.Min.Y + r.Dy()/3
	lower.Min.Y = upper.Max.Y + 1
	drawWaveform(sheet, upper, clip)
	if c.waveform {
		t := previewSTFT(len(clip))
		level := make([]float64, t.frames*(t.across()-1))
		t.levels(level, clip)
		drawLevels(sheet, lower, level, t.across()-1)
		return
	}
	c.denormalise(row)
	drawLevels(sheet, lower, c.level, c.bins)
}

// previewSTFT has about 64 frames, whose windows overlap by half and more.
func previewSTFT(samples int) *stft {
	hop := max(1, samples/64)
	window := min(4*hop, 512)
	if hop > window/2 {
		window = 2 * hop
	}
	return newSTFT((samples+hop-1)/hop, hop, window)
}

// drawWaveform draws the least and the greatest sample of each column.
func drawWaveform(sheet *image.Paletted, r image.Rectangle, clip []float32) {
	middle := float64(r.Min.Y) + float64(r.Dy()-1)/2
	line := func(v float32) int { return int(math.Round(middle - float64(v)*float64(r.Dy()-1)/2)) }
	for x := range r.Dx() {
		from := x * len(clip) / r.Dx()
		to := max(from+1, (x+1)*len(clip)/r.Dx())
		low, high := clip[from], clip[from]
		for _, v := range clip[from:to] {
			low, high = min(low, v), max(high, v)
		}
		for y := r.Min.Y; y < r.Max.Y; y++ {
			sheet.SetColorIndex(r.Min.X+x, y, paper)
			if y >= line(high) && y <= line(low) {
				sheet.SetColorIndex(r.Min.X+x, y, ink)
			}
		}
	}
}

// drawLevels draws frames from left to right, and bins from below. Each pixel
// has the loudest of what falls into it.
func drawLevels(sheet *image.Paletted, r image.Rectangle, level []float64, bins int) {
	frames := len(level) / bins
	for x := range r.Dx() {
		for y := range r.Dy() {
			part := image.Rect(x*frames/r.Dx(), y*bins/r.Dy(), (x+1)*frames/r.Dx(), (y+1)*bins/r.Dy())
			v := loudest(level, bins, part)
			shade := (v - floor) / -floor * (shades - 1)
			sheet.SetColorIndex(r.Min.X+x, r.Max.Y-1-y, uint8(min(max(shade, 0), shades-1)))
		}
	}
}

// loudest returns the greatest level in a part, which has one at least.
func loudest(level []float64, bins int, part image.Rectangle) float64 {
	part.Max.X, part.Max.Y = max(part.Max.X, part.Min.X+1), max(part.Max.Y, part.Min.Y+1)
	v := math.Inf(-1)
	for f := part.Min.X; f < part.Max.X; f++ {
		for _, l := range level[f*bins+part.Min.Y : f*bins+part.Max.Y] {
			v = max(v, l)
		}
	}
	return v
}
