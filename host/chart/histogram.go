package chart

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg/draw"
)

// A Sample is values of one kind, of which a histogram shows how often they
// come.
type Sample struct {
	Name   string
	Values []float64
}

// bins is how many bars a histogram has.
const bins = 40

// Histogram writes a PNG of 960×640 pixels with the densities of samples, one
// over the other, on an axis that leaves out the last thousandth at either end.
// Values that are not finite are left out. Equal samples give equal bytes.
func Histogram(w io.Writer, title, x string, samples []Sample) error {
	if len(samples) > len(colours) {
		return fmt.Errorf("chart %s: %d samples: want %d at most", title, len(samples), len(colours))
	}
	from, to := extent(samples)
	p := newPlot(title, x, "density")
	for i, s := range samples {
		outline := &plotter.Line{XYs: bars(s.Values, from, to), LineStyle: draw.LineStyle{Color: colours[i], Width: pixels(2)}}
		outline.FillColor = sheer(colours[i])
		p.Add(outline)
		p.Legend.Add(s.Name, outline)
	}
	p.X.Min, p.X.Max, p.Y.Min = from, to, 0
	return write(w, p)
}

// bars are the outline of a histogram whose area is the share of the values
// that lie between from and to.
func bars(values []float64, from, to float64) plotter.XYs {
	var counts [bins]float64
	width := (to - from) / bins
	total := 0
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		total++
		if v >= from && v <= to {
			counts[min(int((v-from)/width), bins-1)]++
		}
	}
	outline := plotter.XYs{{X: from}}
	for i, n := range counts {
		density := n / width / math.Max(1, float64(total))
		left := from + float64(i)*width
		outline = append(outline, plotter.XY{X: left, Y: density}, plotter.XY{X: left + width, Y: density})
	}
	return append(outline, plotter.XY{X: to})
}

// extent is where nearly all values lie.
func extent(samples []Sample) (from, to float64) {
	var all []float64
	for _, s := range samples {
		for _, v := range s.Values {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				all = append(all, v)
			}
		}
	}
	if len(all) == 0 {
		return 0, 1
	}
	slices.Sort(all)
	out := len(all) / 1000
	from, to = all[out], all[len(all)-1-out]
	if from == to {
		margin := math.Max(math.Abs(from)/10, 1e-9)
		return from - margin, to + margin
	}
	return from, to
}

// sheer lets what is behind c show through.
func sheer(c color.RGBA) color.NRGBA { return color.NRGBA{c.R, c.G, c.B, 50} }
