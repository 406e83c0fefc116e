package chart

import (
	"fmt"
	"io"
	"math"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// A Cloud is points of one kind.
type Cloud struct {
	Name string
	X, Y []float64 // as many
}

// Add adds a point, of which it takes the first two numbers.
func (c *Cloud) Add(point []float32) {
	c.X, c.Y = append(c.X, float64(point[0])), append(c.Y, float64(point[1]))
}

// MostClouds is how many can be told apart.
const MostClouds = 24

// glyphs tell clouds apart when there are more of them than colours.
var glyphs = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.CrossGlyph{}, draw.TriangleGlyph{}, draw.SquareGlyph{}}

// Scatter writes a PNG of 960×640 pixels with a dot for each point, in a colour
// for each cloud. Points that are not finite are left out. Equal clouds give
// equal bytes.
func Scatter(w io.Writer, title, x, y string, clouds []Cloud) error {
	if len(clouds) > MostClouds {
		return fmt.Errorf("chart %s: %d clouds: want %d at most", title, len(clouds), MostClouds)
	}
	p := newPlot(title, x, y)
	for i, c := range clouds {
		if len(c.X) != len(c.Y) {
			return fmt.Errorf("chart %s: %s: %d x for %d y", title, c.Name, len(c.X), len(c.Y))
		}
		var xys plotter.XYs
		for j := range c.X {
			if at := (plotter.XY{X: c.X[j], Y: c.Y[j]}); math.Abs(at.X) < 1e300 && math.Abs(at.Y) < 1e300 {
				xys = append(xys, at)
			}
		}
		if len(xys) == 0 {
			continue // a plot without points has no axes
		}
		style := draw.GlyphStyle{Color: colours[i%len(colours)], Radius: pixels(2.5), Shape: glyphs[i/len(colours)]}
		dots := &plotter.Scatter{XYs: xys, GlyphStyle: style}
		p.Add(dots)
		if c.Name != "" {
			p.Legend.Add(c.Name, dots)
		}
	}
	return write(w, p)
}
