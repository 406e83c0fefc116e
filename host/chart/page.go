package chart

import (
	"fmt"
	"image/color"
	"image/png"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// newPlot is a plot that has a page for itself.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	style(p, true)
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{8, 0}, ticks{8, 0}
	p.Add(grid())
	return p
}

// write writes a plot as a page.
func write(w io.Writer, p *plot.Plot) error {
	img := vgimg.NewWith(vgimg.UseWH(pixels(width), pixels(height)), vgimg.UseDPI(density), vgimg.UseBackgroundColor(color.White))
	page := draw.New(img)
	page.Rectangle = inset(page.Rectangle, pixels(16))
	p.Draw(page)
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(w, img.Image()); err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	return nil
}
