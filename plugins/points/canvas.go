package main

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// A canvas is a picture to draw on, white at first.
type canvas struct{ *image.RGBA }

func newCanvas(side int) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, side, side))}
	for i := range c.Pix {
		c.Pix[i] = 255
	}
	return c
}

var grey = color.RGBA{150, 150, 150, 255}

// hue returns a colour for each number; those of neighbours differ.
func hue(group int) color.RGBA {
	h := math.Mod(0.6+0.618034*float64(group), 1) * 6 // steps of the golden section
	channel := func(shift float64) uint8 {
		d := math.Mod(h+shift, 6)
		return uint8(math.Round(200 * min(max(math.Abs(d-3)-1, 0), 1)))
	}
	return color.RGBA{channel(0), channel(4), channel(2), 255}
}

// disc draws a filled circle with a smooth edge.
func (c *canvas) disc(x, y, radius float64, ink color.RGBA, alpha float64) {
	c.around(x, y, radius, func(distance float64) float64 {
		return alpha * min(max(radius+0.5-distance, 0), 1)
	}, ink)
}

// ring draws a circle's line in grey.
func (c *canvas) ring(x, y, radius float64) {
	c.around(x, y, radius+1, func(distance float64) float64 {
		return max(0, 1-math.Abs(distance-radius))
	}, grey)
}

// around mixes ink into the pixels around a place, as much as cover says for
// their distance.
func (c *canvas) around(x, y, radius float64, cover func(distance float64) float64, ink color.RGBA) {
	box := image.Rect(int(x-radius)-1, int(y-radius)-1, int(x+radius)+2, int(y+radius)+2).Intersect(c.Rect)
	for py := box.Min.Y; py < box.Max.Y; py++ {
		for px := box.Min.X; px < box.Max.X; px++ {
			a := cover(math.Hypot(float64(px)-x, float64(py)-y))
			if a <= 0 {
				continue
			}
			at := c.Pix[c.PixOffset(px, py):]
			for i, v := range []uint8{ink.R, ink.G, ink.B} {
				at[i] = uint8(math.Round(float64(at[i])*(1-a) + float64(v)*a))
			}
		}
	}
}

func (c *canvas) fill(r image.Rectangle, ink color.RGBA) {
	draw.Draw(c, r, image.NewUniform(ink), image.Point{}, draw.Src)
}
