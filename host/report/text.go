package report

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// footer is what holds for every report.
var footer = []string{
	"ceiling: real rows in place of the generated ones; floor: rows whose numbers are drawn each by itself from the real ones",
	"not comparable with FID, KID or Inception scores, which rest on another network, nor with figures of other numbers of rows, data or classifiers",
}

// Text returns the report as a table for people, with what it rests on above
// and what to heed below. Control characters are left out.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: model %s at step %d, %d rows generated with seed %d\n", r.Run, clean(r.Model), r.Step, r.Rows, r.Seed)
	fmt.Fprintf(&b, "held out: %s\nlearned from: %s\n", r.Test, r.Train)
	if c := r.Classifier; c != nil {
		fmt.Fprintf(&b, "classifier of %s: right on %.1f %% of the held-out rows, learned from %d, sha256 %s\n",
			clean(c.Condition), 100*c.Accuracy, c.Rows, short(c.SHA256))
	}
	b.WriteString("\n")
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ToUpper(strings.Join(columns, "\t")))
	for _, f := range r.Figures {
		fmt.Fprintln(t, strings.Join(f.cells(), "\t"))
	}
	t.Flush() // to memory
	b.WriteString("\n")
	for _, line := range append(footer[:len(footer):len(footer)], r.Notes...) {
		fmt.Fprintln(&b, clean(line))
	}
	return trimmed(b.String())
}

// columns are what a table says of a figure.
var columns = []string{"figure", "value", "n", "floor", "ceiling", "better", "note"}

// cells are what it says, in their order.
func (f Figure) cells() []string {
	if f.Problem != "" {
		return []string{f.Name, "-", "-", "-", "-", "-", clean(f.Problem)}
	}
	return []string{f.Name, estimate(f.Value, f.SE), fmt.Sprint(f.N), level(f.Floor, f.SE), level(f.Ceiling, f.SE), f.Better.text(f.Ideal), clean(f.Note)}
}

// Markdown returns the figures as a table in Markdown, and what to heed of
// them.
func (r Report) Markdown() string {
	var b strings.Builder
	line := func(cells []string) {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	line(columns)
	b.WriteString("|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, f := range r.Figures {
		cells := f.cells()
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		line(cells)
	}
	b.WriteString("\n")
	for _, note := range append(footer[:len(footer):len(footer)], r.Notes...) {
		fmt.Fprintf(&b, "- %s\n", clean(note))
	}
	return b.String()
}

// String is the split as a person says it.
func (s Split) String() string {
	return fmt.Sprintf("%d rows of %s, %s, sha256 %s", s.Rows, clean(s.Data), clean(s.Split), short(s.SHA256))
}

// Text returns the comparison as a table for people. Control characters are
// left out.
func (c Comparison) Text() string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FIGURE\tBETTER\t"+strings.Join(c.Runs, "\t"))
	for _, row := range c.Rows {
		cells := make([]string, len(row.Cells))
		for i, cell := range row.Cells {
			cells[i] = cell.text()
		}
		fmt.Fprintln(t, row.Name+"\t"+row.Better.text(row.Ideal)+"\t"+strings.Join(cells, "\t"))
	}
	t.Flush() // to memory
	b.WriteString("\n* the best, and what is within two standard errors of it\n")
	for _, w := range c.Warnings {
		fmt.Fprintln(&b, "warning: "+clean(w))
	}
	return trimmed(b.String())
}

// trimmed takes away the blanks that a table leaves at the ends of lines.
func trimmed(text string) string { return blanks.ReplaceAllString(text, "\n") }

var blanks = regexp.MustCompile(` +\n`)

func (c Cell) text() string {
	switch {
	case c.Missing != "":
		return "-"
	case c.Best:
		return estimate(c.Value, c.SE) + " *"
	}
	return estimate(c.Value, c.SE)
}

func (d Direction) text(ideal float64) string {
	switch d {
	case Neither:
		return "-"
	case Near:
		return fmt.Sprintf("near %g", ideal)
	}
	return string(d)
}

// estimate writes a value with the digits that its standard error leaves, two
// of the error's.
func estimate(v, se float64) string {
	if !sizeable(v, se) {
		return digits(v, 0)
	}
	return digits(v, se) + " ± " + digits(se, se)
}

// sizeable tells a standard error from one of rounding.
func sizeable(v, se float64) bool { return se > 1e-9*math.Abs(v) }

func level(v *float64, se float64) string {
	if v == nil {
		return "-"
	}
	return digits(*v, se)
}

// digits writes v with two digits of the standard error, or, where there is
// none, with four of its own.
func digits(v, se float64) string {
	switch {
	case sizeable(v, se):
		return strconv.FormatFloat(v, 'f', max(0, 1-int(math.Floor(math.Log10(se)))), 64)
	case math.Abs(v) >= 1e4 && math.Abs(v) < 1e9:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// clean makes one line of text that came from elsewhere, without what moves a
// terminal's cursor.
func clean(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "?")), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, text)
}
