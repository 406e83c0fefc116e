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
// white.
func (f *frame) fill(row []float32, m image.Image) {
	if grey, ok := m.(*image.Gray); ok && f.channels == 1 && grey.Bounds().Size() == image.Pt(f.width, f.height) {
		for y := range f.height {
			from := grey.Pix[y*grey.Stride:]
			for x := range f.width {
				row[y*f.width+x] = float32(from[x]) / 255
			}
		}
		return
	}
	f.draw(m)
	for y := range f.height {
		from := f.canvas.Pix[y*f.canvas.Stride:]
		for x := range f.width {
			c := color.RGBA{from[4*x], from[4*x+1], from[4*x+2], 255}
			at := (y*f.width + x) * f.channels
			if f.channels == 1 {
				row[at] = float32(color.GrayModel.Convert(c).(color.Gray).Y) / 255
				continue
			}
			row[at], row[at+1], row[at+2] = float32(c.R)/255, float32(c.G)/255, float32(c.B)/255
		}
	}
}

// draw draws the picture on a white canvas of the frame's size.
func (f *frame) draw(m image.Image) {
	if f.canvas == nil {
		f.canvas = image.NewRGBA(image.Rect(0, 0, f.width, f.height))
	}
	all := f.canvas.Bounds()
	draw.Draw(f.canvas, all, image.White, image.Point{}, draw.Src)
	if m.Bounds().Size() == all.Size() {
		draw.Draw(f.canvas, all, m, m.Bounds().Min, draw.Over)
		return
	}
	from := m.Bounds()
	if !f.stretch {
		from = f.crop(from)
	}
	xdraw.CatmullRom.Scale(f.canvas, all, m, from, draw.Over, nil)
}

// crop returns the largest part in the middle of r that has the frame's
// aspect.
func (f *frame) crop(r image.Rectangle) image.Rectangle {
	w, h := r.Dx(), r.Dy()
	if w*f.height > h*f.width {
		w = max(1, (h*f.width+f.height/2)/f.height)
	} else {
		h = max(1, (w*f.height+f.width/2)/f.width)
	}
	at := r.Min.Add(image.Pt((r.Dx()-w)/2, (r.Dy()-h)/2))
	return image.Rectangle{at, at.Add(image.Pt(w, h))}
}
