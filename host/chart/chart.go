// Package chart draws the metrics of a run.
package chart

import (
	"fmt"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// A Series is one metric over the steps of a run. Points that are not finite
// are left out.
type Series struct {
	Name string
	X    []float64 // steps, rising
	Y    []float64 // as many
}

// The picture's size, in pixels, and of them in an inch.
const (
	width, height = 960, 640
	density       = 96
)

// maxSmall bounds the panels below the first: more would be too small to read.
const maxSmall = 8

// Losses writes a PNG of 960×640 pixels: the losses together, and below them
// each other metric in a panel of its own, with its twin of the rows held out
// where there is one. Values are faint, the mean around
// each is bold, and a panel shows the range in which most of it lies, so that a
// huge first step does not flatten the rest. Equal series give equal bytes.
func Losses(w io.Writer, title string, series []Series) error {
	for _, s := range series {
		if len(s.X) != len(s.Y) {
			return fmt.Errorf("chart %s: %d steps for %d values", s.Name, len(s.X), len(s.Y))
		}
	}
	main, others := split(finite(series))
	panels := pair(others)
	if extra := len(panels) - maxSmall; extra > 0 {
		panels = panels[:maxSmall]
		title += fmt.Sprintf(" (and %d more metrics)", extra)
	}
	img := vgimg.NewWith(vgimg.UseWH(pixels(width), pixels(height)), vgimg.UseDPI(density), vgimg.UseBackgroundColor(color.White))
	page := draw.New(img)
	page.Rectangle = inset(page.Rectangle, pixels(16))
	first := panel(title, "step", "value", main, 0, true)
	if len(panels) == 0 {
		first.Draw(page)
	} else {
		top, bottom := cut(page.Rectangle, len(panels))
		first.Draw(draw.Canvas{Canvas: page.Canvas, Rectangle: top})
		small(page, bottom, panels, len(main))
	}
	fast := png.Encoder{CompressionLevel: png.BestSpeed} // a training waits
	if err := fast.Encode(w, img.Image()); err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	return nil
}

// split finds the losses. Where there are none, the first metric stands in.
func split(series []Series) (losses, others []Series) {
	for _, s := range series {
		if strings.Contains(strings.ToLower(s.Name), "loss") {
			losses = append(losses, s)
		} else {
			others = append(others, s)
		}
	}
	if len(losses) == 0 && len(others) > 0 {
		return others[:1], others[1:]
	}
	// More curves than colours would be a riddle.
	if n := len(colours); len(losses) > n {
		losses, others = losses[:n:n], append(losses[n:len(losses):len(losses)], others...)
	}
	return losses, others
}

// validated begins the name of a metric's twin, of rows that are held out.
const validated = "val_"

// pair puts a metric and its twin together.
func pair(series []Series) (pairs [][]Series) {
	at := map[string]int{}
	for _, s := range series {
		name := strings.TrimPrefix(s.Name, validated)
		if i, ok := at[name]; ok {
			pairs[i] = append(pairs[i], s)
			continue
		}
		at[name] = len(pairs)
		pairs = append(pairs, []Series{s})
	}
	return pairs
}

// cut shares the page between the losses and the rows of small panels.
func cut(page vg.Rectangle, panels int) (top, bottom vg.Rectangle) {
	share := vg.Length(0.36)
	if panels > 4 {
		share = 0.5
	}
	top, bottom = page, page
	at := page.Min.Y + share*(page.Max.Y-page.Min.Y)
	top.Min.Y, bottom.Max.Y = at, at-pixels(10)
	return top, bottom
}

// small draws the panels in one row or two.
func small(page draw.Canvas, area vg.Rectangle, panels [][]Series, colour int) {
	rows := (len(panels) + 3) / 4
	columns := (len(panels) + rows - 1) / rows
	gap := pixels(12)
	w := (area.Max.X - area.Min.X + gap) / vg.Length(columns)
	h := (area.Max.Y - area.Min.Y + gap) / vg.Length(rows)
	for i, series := range panels {
		row, column := i/columns, i%columns
		r := vg.Rectangle{
			Min: vg.Point{X: area.Min.X + vg.Length(column)*w, Y: area.Max.Y - vg.Length(row+1)*h + gap},
			Max: vg.Point{X: area.Min.X + vg.Length(column+1)*w - gap, Y: area.Max.Y - vg.Length(row)*h},
		}
		names := make([]string, len(series))
		for j, s := range series {
			names[j] = s.Name
		}
		p := panel(strings.Join(names, ", "), "", "", series, colour+i, false)
		p.Draw(draw.Canvas{Canvas: page.Canvas, Rectangle: r})
	}
}

// panel makes a plot of series in the colours from the given one on.
func panel(title, x, y string, series []Series, colour int, large bool) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	style(p, large)
	p.Add(grid())
	for i, s := range series {
		line := curve(p, s, colours[(colour+i)%len(colours)], large)
		if large {
			p.Legend.Add(s.Name, line)
		}
	}
	p.X.Min, p.X.Max = span(series)
	p.Y.Min, p.Y.Max = frame(series)
	if len(series) == 0 || !slices.ContainsFunc(series, func(s Series) bool { return len(s.X) > 0 }) {
		p.Title.Text = strings.TrimSpace(title + "  (no values yet)")
	}
	return p
}

// curve draws a series: its values faintly and the mean around each boldly, or,
// where there are few, lines between dots. It returns what the legend shows.
func curve(p *plot.Plot, s Series, c color.RGBA, large bool) *plotter.Line {
	bold := &plotter.Line{XYs: points(s.X, smooth(s.Y)), LineStyle: draw.LineStyle{Color: c, Width: pixels(2)}}
	if !large {
		bold.Width = pixels(1.5)
	}
	if len(s.X) < few {
		dots := &plotter.Scatter{XYs: points(s.X, s.Y), GlyphStyle: draw.GlyphStyle{Color: c, Radius: pixels(3), Shape: draw.CircleGlyph{}}}
		p.Add(bold, dots)
		return bold
	}
	faint := &plotter.Line{XYs: points(s.X, s.Y), LineStyle: draw.LineStyle{Color: pale(c), Width: pixels(1)}}
	p.Add(faint, bold)
	return bold
}

func style(p *plot.Plot, large bool) {
	text, title := pixels(12), pixels(13)
	if large {
		text, title = pixels(13), pixels(17)
	}
	grey := color.RGBA{90, 90, 90, 255}
	p.Title.TextStyle.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: title}
	p.Title.Padding = pixels(8)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: text}
		a.Label.TextStyle.Color = grey
		a.Tick.Label.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: text - pixels(1)}
		a.Tick.Label.Color = grey
		a.Color, a.Tick.Color = grey, grey
		a.Tick.Length = pixels(4)
		a.Padding = pixels(4)
		a.Width, a.Tick.Width = pixels(1), pixels(1)
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{8, 1}, ticks{8, 0}
	if !large {
		p.X.Tick.Marker, p.Y.Tick.Marker = ticks{5, 1}, ticks{5, 0}
	}
	p.Legend.Top, p.Legend.Padding = true, pixels(4)
	p.Legend.TextStyle.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: text}
	p.Legend.ThumbnailWidth = pixels(24)
	p.Legend.XOffs, p.Legend.YOffs = -pixels(8), -pixels(4)
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = color.RGBA{235, 235, 235, 255}, color.RGBA{235, 235, 235, 255}
	g.Vertical.Width, g.Horizontal.Width = pixels(1), pixels(1)
	return g
}

// colours are those of Okabe and Ito, which also people who are colour-blind
// can tell apart, without the yellow and the black.
var colours = []color.RGBA{
	{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255}, {86, 180, 233, 255}, {230, 159, 0, 255},
}

// pale mixes c with white.
func pale(c color.RGBA) color.RGBA {
	mix := func(v uint8) uint8 { return uint8((int(v)*30 + 255*70) / 100) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 255}
}

func pixels(n float64) vg.Length { return vg.Length(n) * vg.Inch / density }

func inset(r vg.Rectangle, by vg.Length) vg.Rectangle {
	return vg.Rectangle{Min: r.Min.Add(vg.Point{X: by, Y: by}), Max: r.Max.Sub(vg.Point{X: by, Y: by})}
}

func points(x, y []float64) plotter.XYs {
	p := make(plotter.XYs, len(x))
	for i := range x {
		p[i].X, p[i].Y = x[i], y[i]
	}
	return p
}

// finite returns the series without points that cannot be drawn.
func finite(series []Series) []Series {
	drawn := func(v float64) bool { return !math.IsNaN(v) && math.Abs(v) < 1e300 }
	all := make([]Series, len(series))
	for i, s := range series {
		all[i].Name = s.Name
		for j := range s.X {
			if drawn(s.X[j]) && drawn(s.Y[j]) {
				all[i].X, all[i].Y = append(all[i].X, s.X[j]), append(all[i].Y, s.Y[j])
			}
		}
	}
	return all
}
