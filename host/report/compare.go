package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Comparison is reports side by side.
type Comparison struct {
	Runs     []string `json:"runs"` // a column each
	Rows     []Row    `json:"rows"`
	Warnings []string `json:"warnings,omitempty"` // why they may not compare
}

// A Row is a figure of each run.
type Row struct {
	Name   string    `json:"name"`
	Better Direction `json:"better,omitempty"`
	Ideal  float64   `json:"ideal,omitempty"`
	Cells  []Cell    `json:"cells"`
}

// A Cell is a run's figure. Best is set for the best of a row, and for those
// that it is within two standard errors of: which of them is better is a matter
// of luck.
type Cell struct {
	Value   float64 `json:"value"`
	SE      float64 `json:"se"`
	N       int     `json:"n"`
	Best    bool    `json:"best"`
	Missing string  `json:"missing,omitempty"` // why there is no figure
}

// Compare puts reports side by side, in the order of the first that has a
// figure.
func Compare(reports []Report) Comparison {
	c := Comparison{Rows: []Row{}}
	var names []string
	for _, r := range reports {
		c.Runs = append(c.Runs, r.Run)
		for _, f := range r.Figures {
			if !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	for _, name := range names {
		c.Rows = append(c.Rows, row(name, reports))
	}
	c.Warnings = warnings(reports)
	return c
}

func row(name string, reports []Report) Row {
	row := Row{Name: name, Cells: make([]Cell, len(reports))}
	figures := make([]Figure, len(reports))
	for i, r := range reports {
		f, ok := r.Figure(name)
		if !ok {
			f = Figure{Problem: "not measured"}
		} else {
			row.Better, row.Ideal = f.Better, f.Ideal
		}
		figures[i] = f
		row.Cells[i] = Cell{Value: f.Value, SE: f.SE, N: f.N, Missing: f.Problem}
	}
	best := -1
	for i, f := range figures {
		if c := f.cost(); !math.IsNaN(c) && (best < 0 || c < figures[best].cost()) {
			best = i
		}
	}
	several := 0
	for _, f := range figures {
		if !math.IsNaN(f.cost()) {
			several++
		}
	}
	for i, f := range figures {
		if several > 1 { // one is the best of none
			apart := 2 * math.Hypot(f.SE, figures[best].SE)
			row.Cells[i].Best = f.cost()-figures[best].cost() <= apart // not for NaN
		}
	}
	return row
}

// dependence is something that figures depend on.
type dependence struct {
	what string
	of   func(Report) string
}

var dependences = []dependence{
	{"held-out rows", func(r Report) string { return short(r.Test.SHA256) }},
	{"training rows", func(r Report) string { return short(r.Train.SHA256) }},
	{"rows generated", func(r Report) string { return fmt.Sprint(r.Rows) }},
	{"seeds", func(r Report) string { return fmt.Sprint(r.Seed) }},
	{"classifiers", classifier},
	{"genhost versions", func(r Report) string { return r.Genhost }},
}

func classifier(r Report) string {
	if r.Classifier == nil {
		return "none"
	}
	return short(r.Classifier.SHA256)
}

// short is enough of a digest to tell it from others.
func short(digest string) string { return digest[:min(len(digest), 12)] }

// warnings says in what the reports differ beside the model.
func warnings(reports []Report) []string {
	var all []string
	for _, d := range dependences {
		var values []string
		for _, r := range reports {
			values = append(values, d.of(r))
		}
		if slices.ContainsFunc(values, func(v string) bool { return v != values[0] }) {
			all = append(all, fmt.Sprintf("the %s differ: %s", d.what, strings.Join(values, ", ")))
		}
	}
	for _, name := range differing(reports, func(f Figure) int { return f.Samples }) {
		all = append(all, fmt.Sprintf("%s is from different numbers of samples", name))
	}
	if slices.ContainsFunc(reports, func(r Report) bool { return r.Rows != reports[0].Rows }) {
		return all // of which more figures need not be told
	}
	for _, name := range differing(reports, func(f Figure) int { return f.N }) {
		all = append(all, fmt.Sprintf("%s is from different numbers of rows", name))
	}
	return all
}

// differing are the figures that differ in a number that they rest on.
func differing(reports []Report, number func(Figure) int) (names []string) {
	for _, f := range reports[0].Figures {
		for _, r := range reports[1:] {
			g, ok := r.Figure(f.Name)
			if ok && f.Problem == "" && g.Problem == "" && number(f) != number(g) {
				names = append(names, f.Name)
				break
			}
		}
	}
	return names
}
