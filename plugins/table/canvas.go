package main

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// A canvas is a picture to draw and write on, white at first.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int) *canvas {
	c := &canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
	for i := range c.Pix {
		c.Pix[i] = 255
	}
	return c
}

var (
	ink  = color.RGBA{30, 30, 30, 255}
	grey = color.RGBA{130, 130, 130, 255}
	blue = color.RGBA{110, 150, 200, 255}
	red  = color.RGBA{200, 70, 60, 255}
)

func (c *canvas) fill(r image.Rectangle, ink color.RGBA) {
	draw.Draw(c, r, image.NewUniform(ink), image.Point{}, draw.Src)
}

const letter = 7 // pixels of a letter's width

func textWidth(text string) int { return letter * len([]rune(text)) }

// write puts text on a line that begins at a place, as much as is that wide.
// Letters that are not Latin become boxes.
func (c *canvas) write(x, y int, text string, width int, ink color.RGBA) {
	d := font.Drawer{Dst: c, Src: image.NewUniform(ink), Face: basicfont.Face7x13, Dot: fixed.P(x, y)}
	d.DrawString(shortened(plain(text), max(1, width/letter), ".."))
}
