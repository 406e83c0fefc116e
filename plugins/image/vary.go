package main

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A change makes a variant of a picture. The zero value leaves it as it is.
type change struct {
	mirror               bool
	crop                 float64 // of both sides
	x, y                 float64 // from 0 to 1: where what is left was
	brightness           float64
	contrast, saturation float64 // beyond 1
}

// change draws that of variant k of a picture.
func (s settings) change(picture, k int) change {
	if k == 0 {
		return change{}
	}
	rng := rand.New(rand.NewPCG(uint64(s.Seed), uint64(picture*s.Variants+k)))
	about := func(most float64) float64 { return most * (2*rng.Float64() - 1) }
	return change{
		mirror: s.Flip && k%2 == 1, crop: s.Crop * rng.Float64(), x: rng.Float64(), y: rng.Float64(),
		brightness: about(s.Brightness), contrast: about(s.Contrast), saturation: about(s.Saturation),
	}
}

// variants returns how many rows each picture of a split becomes. Of those that are
// read for a model that has learned already, and of those held out, it is one.
func (s settings) variants(src sdk.Source, of split) int {
	if src.Space != nil || of.name != folder.Train && of.name != folder.All {
		return 1
	}
	return max(1, s.Variants)
}

// metaOf is what a Space says of so many variants.
func metaOf(each int) map[string]string {
	if each == 1 {
		return nil
	}
	return map[string]string{sdk.MetaVariants: fmt.Sprint(each)}
}

// part returns what is left of r.
func (c change) part(r image.Rectangle) image.Rectangle {
	keep := func(n int) int { return max(1, int(math.Round(float64(n)*(1-c.crop)))) }
	w, h := keep(r.Dx()), keep(r.Dy())
	place := func(room int, at float64) int { return min(int(at*float64(room+1)), room) }
	at := r.Min.Add(image.Pt(place(r.Dx()-w, c.x), place(r.Dy()-h, c.y)))
	return image.Rectangle{at, at.Add(image.Pt(w, h))}
}

// recolours reports whether colours change.
func (c change) recolours() bool { return c.brightness != 0 || c.contrast != 0 || c.saturation != 0 }

// recolour changes a pixel: how far its channels are from its grey, then how far
// all are from middle grey, and how bright it is. 8 bits a channel are left.
func (c change) recolour(pixel []float32) {
	grey := float64(pixel[0])
	if len(pixel) == 3 {
		grey = 0.299*float64(pixel[0]) + 0.587*float64(pixel[1]) + 0.114*float64(pixel[2])
	}
	for i, v := range pixel {
		x := grey + (float64(v)-grey)*(1+c.saturation)
		x = 0.5 + (x-0.5)*(1+c.contrast) + c.brightness
		pixel[i] = float32(math.Round(min(max(x, 0), 1)*255)) / 255
	}
}
