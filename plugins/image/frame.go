package main

import (
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"
)

// A frame is what all pictures of a dataset are made to fit.
type frame struct {
	height, width, channels int
	stretch                 bool // rather than crop

	canvas *image.RGBA
}

// fill writes the picture as a row: 8 bits a channel, what is transparent on
// white, upright, and changed.
func (f *frame) fill(row []float32, p picture, c change) {
	if grey, ok := p.pixels.(*image.Gray); ok && f.channels == 1 && c == (change{}) && p.turn <= 1 && grey.Bounds().Size() == image.Pt(f.width, f.height) {
		for y := range f.height {
			from := grey.Pix[y*grey.Stride:]
			for x := range f.width {
				row[y*f.width+x] = float32(from[x]) / 255
			}
		}
		return
	}
	f.draw(p, c)
	size := f.canvas.Rect.Size()
	for i := range f.height * f.width {
		x, y := i%f.width, i/f.width
		if c.mirror {
			x = f.width - 1 - x
		}
		from := f.canvas.Pix[f.canvas.PixOffset(p.turn.stored(x, y, size.X, size.Y)):]
		f.set(row[i*f.channels:(i+1)*f.channels], from)
		if c.recolours() {
			c.recolour(row[i*f.channels : (i+1)*f.channels])
		}
	}
}

// set makes numbers of a pixel's bytes.
func (f *frame) set(pixel []float32, from []byte) {
	if f.channels == 1 {
		c := color.RGBA{from[0], from[1], from[2], 255}
		pixel[0] = float32(color.GrayModel.Convert(c).(color.Gray).Y) / 255
		return
	}
	for i := range pixel {
		pixel[i] = float32(from[i]) / 255
	}
}

// draw draws what is left of the picture on a white canvas of the frame's size,
// turned as the picture is stored.
func (f *frame) draw(p picture, c change) {
	size := image.Pt(f.width, f.height)
	if p.turn.sideways() {
		size = image.Pt(f.height, f.width)
	}
	if f.canvas == nil || f.canvas.Rect.Size() != size {
		f.canvas = image.NewRGBA(image.Rectangle{Max: size})
	}
	all := f.canvas.Bounds()
	draw.Draw(f.canvas, all, image.White, image.Point{}, draw.Src)
	from := p.pixels.Bounds()
	if !f.stretch {
		from = crop(from, size)
	}
	from = c.part(from)
	if from.Size() == size {
		draw.Draw(f.canvas, all, p.pixels, from.Min, draw.Over)
		return
	}
	xdraw.CatmullRom.Scale(f.canvas, all, p.pixels, from, draw.Over, nil)
}

// crop returns the largest part in the middle of r that has the aspect of size.
func crop(r image.Rectangle, size image.Point) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if w*size.Y > h*size.X {
		w = max(1, (h*size.X+size.Y/2)/size.Y)
	} else {
		h = max(1, (w*size.Y+size.X/2)/size.X)
	}
	at := r.Min.Add(image.Pt((r.Dx()-w)/2, (r.Dy()-h)/2))
	return image.Rectangle{at, at.Add(image.Pt(w, h))}
}
