package main

import (
	"cmp"
	"fmt"
	"image"
	"math"
	"slices"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A panel is the place of one column's histogram.
type panel struct {
	*canvas
	image.Rectangle
}

const (
	margin  = 10
	heading = 18 // pixels of a line of text
	bins    = 25
	maxBars = 7
)

// plot is where a panel has its bars.
func (p panel) plot() image.Rectangle {
	return image.Rect(p.Min.X+margin, p.Min.Y+heading+4, p.Max.X-margin, p.Max.Y-heading)
}

// draw shows how the column's cells lie, which rows hold at a place.
func (c *column) draw(p panel, rows sdk.Batch, at int) {
	title := c.Name
	if c.Type == category {
		p.bars(c.counts(rows, at))
	} else {
		counts, missing := c.histogram(rows, at)
		p.columns(c, counts, rows.Len()-missing)
		if missing > 0 {
			title = fmt.Sprintf("%s (%d missing)", title, missing)
		}
	}
	p.write(p.Min.X+margin, p.Min.Y+14, title, p.Dx()-2*margin, ink)
}

// A count is how often a value is there.
type count struct {
	name string
	n    int
}

// counts are those of a category's values, the most frequent first.
func (c *column) counts(rows sdk.Batch, at int) []count {
	all := make([]count, c.choices())
	for i, label := range c.labels() {
		all[i].name = label
	}
	for i := range rows.Len() {
		all[int(rows.Row(i)[at])].n++
	}
	slices.SortStableFunc(all, func(a, b count) int { return cmp.Compare(b.n, a.n) })
	return all
}

// bars shows the most frequent values, and the rest as one.
func (p panel) bars(all []count) {
	most := max(1, all[0].n)
	if len(all) > maxBars {
		rest := count{name: fmt.Sprintf("%d others", len(all)-maxBars+1)}
		for _, c := range all[maxBars-1:] {
			rest.n += c.n
		}
		all = append(all[:maxBars-1:maxBars-1], rest)
	}
	r := p.plot()
	names := r.Dx() * 9 / 20
	for i, c := range all {
		y := r.Min.Y + i*heading
		p.write(r.Min.X, y+13, c.name, names-8, ink)
		length := (r.Dx() - names) * min(c.n, most) / most
		p.fill(image.Rect(r.Min.X+names, y+3, r.Min.X+names+length, y+heading-3), blue)
	}
}

// histogram counts a column's numbers in bins from the least to the greatest.
func (c *column) histogram(rows sdk.Batch, at int) (counts [bins]int, missing int) {
	for i := range rows.Len() {
		row := rows.Row(i)
		x, there := c.numberAt(int(row[at]), row[at+1])
		if !there {
			missing++
			continue
		}
		counts[c.bin(x)]++
	}
	return counts, missing
}

func (c *column) bin(x float64) int {
	if !(c.Max > c.Min) {
		return bins / 2
	}
	part := (x/2 - c.Min/2) / (c.Max/2 - c.Min/2) // of a range that may be too wide for a number
	return int(min(max(part*bins, 0), bins-1))
}

// columns shows a histogram of n numbers, with the mixture as a line.
func (p panel) columns(c *column, counts [bins]int, n int) {
	line := c.expected(n)
	most := max(slices.Max(line[:]), float64(slices.Max(counts[:])), 1)
	r := p.plot()
	left := func(bin int) int { return r.Min.X + bin*r.Dx()/bins }
	height := func(n float64) int { return int(math.Round(n / most * float64(r.Dy()))) }
	for bin, n := range counts {
		p.fill(image.Rect(left(bin), r.Max.Y-height(float64(n)), left(bin+1)-1, r.Max.Y), blue)
	}
	for bin, n := range line {
		y := r.Max.Y - height(n)
		p.fill(image.Rect(left(bin), y-1, left(bin+1), y+1), red)
	}
	p.fill(image.Rect(r.Min.X, r.Max.Y, r.Max.X, r.Max.Y+1), grey)
	least, greatest := c.write(c.Min), c.write(c.Max)
	p.write(r.Min.X, r.Max.Y+14, least, r.Dx()/2, grey)
	p.write(r.Max.X-textWidth(greatest), r.Max.Y+14, greatest, r.Dx()/2, grey)
}

// expected is how many of n numbers would be in each bin, were they drawn from
// the mixture, and those outside the range not.
func (c *column) expected(n int) (line [bins]float64) {
	if !(c.Max > c.Min) {
		return line
	}
	total := 0.0
	for bin := range line {
		from, to := c.edge(bin), c.edge(bin+1)
		for k, w := range c.Weights {
			below := func(x float64) float64 { return math.Erf((x - c.Means[k]) / c.Sigmas[k] / math.Sqrt2) }
			line[bin] += w * (below(to) - below(from)) / 2
		}
		total += line[bin]
	}
	for bin := range line {
		line[bin] *= float64(n) / max(total, 1e-9)
	}
	return line
}

// edge is where a bin begins.
func (c *column) edge(bin int) float64 {
	part := float64(bin) / bins
	return c.Min*(1-part) + c.Max*part
}

const (
	textColumns = 79
	textRows    = 16
	maxCell     = 16
)

// text is the beginning of the table, as wide as a terminal.
func (l *layout) text(rows sdk.Batch) string {
	table := [][]string{nil}
	for _, c := range l.columns {
		table[0] = append(table[0], c.Name)
	}
	for i := range min(rows.Len(), textRows) {
		table = append(table, l.cells(nil, rows.Row(i)))
	}
	lines := make([]string, len(table))
	shown, width := 0, 0
	for ; shown < len(l.columns); shown++ {
		column, w := l.column(table, shown)
		if shown > 0 && width+2+w > textColumns {
			break
		}
		for i := range lines {
			lines[i] += strings.Repeat(" ", min(2, 2*shown)) + column[i]
		}
		width += min(2, 2*shown) + w
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ") + "\n"
	}
	if rest := len(l.columns) - shown; rest > 0 {
		lines = append(lines, fmt.Sprintf("and %d more columns\n", rest))
	}
	return strings.Join(lines, "")
}

// column returns the cells of one column of a table, padded to a width:
// numbers to the left, all else to the right.
func (l *layout) column(table [][]string, i int) ([]string, int) {
	cells, width := make([]string, len(table)), 0
	for k, row := range table {
		cells[k] = shortened(plain(row[i]), maxCell, "…")
		width = max(width, len([]rune(cells[k])))
	}
	for k, cell := range cells {
		pad := strings.Repeat(" ", width-len([]rune(cell)))
		if l.columns[i].Type == number {
			cells[k] = pad + cell
		} else {
			cells[k] = cell + pad
		}
	}
	return cells, width
}

// shortened is text of at most so many letters, with a mark where it is cut.
func shortened(text string, most int, mark string) string {
	if r := []rune(text); len(r) > most {
		return string(r[:max(0, most-len([]rune(mark)))]) + mark
	}
	return text
}
