// Package report holds what an evaluation of a run found: figures, each with
// its standard error and what real rows get in place of generated ones, and all
// that they depend on. It is what eval.json says.
//
// A figure without its number of rows, its data and its seed misleads. So
// [Compare] warns where reports differ in these.
package report

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A Report is what an evaluation found.
type Report struct {
	Run        string      `json:"run"`
	Genhost    string      `json:"genhost"` // version of the host
	Created    time.Time   `json:"created"`
	Seconds    float64     `json:"seconds"`
	Model      string      `json:"model"` // in models.toml
	Step       int         `json:"step"`  // of the checkpoint
	Seed       uint64      `json:"seed"`
	Rows       int         `json:"rows"` // generated
	Train      Split       `json:"train"`
	Test       Split       `json:"test"`
	Classifier *Classifier `json:"classifier,omitempty"` // that figures rest on
	Figures    []Figure    `json:"figures"`
	Notes      []string    `json:"notes,omitempty"` // what the figures do not say
}

// A Split is real rows that figures rest on.
type Split struct {
	Data   string `json:"data"`  // a dataset's name, or a path
	Split  string `json:"split"` // "test"
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"` // of the dataset file
}

// A Classifier is one that genhost trained on the real rows.
type Classifier struct {
	Condition string  `json:"condition"` // that it tells
	Rows      int     `json:"rows"`      // that it learned from
	Accuracy  float64 `json:"accuracy"`  // on the held-out rows, from 0 to 1
	SHA256    string  `json:"sha256"`    // of its weights
}

// A Direction says which values are better.
type Direction string

// The directions.
const (
	Neither Direction = ""       // a figure that explains others
	Higher  Direction = "higher" // is better
	Lower   Direction = "lower"  // is better
	Near    Direction = "near"   // the nearer to the figure's Ideal the better
)

// A Figure is what a metric found. Floor and Ceiling are the same metric for
// other rows in place of the generated ones: what a model gets that knows no
// more than each number by itself, and what real rows get. Where Problem says
// why there is no value, the other fields mean nothing.
type Figure struct {
	Name    string    `json:"name"`   // "precision"
	Metric  string    `json:"metric"` // that found it: "prdc"
	Value   float64   `json:"value"`
	SE      float64   `json:"se"`                // standard error; 0 where none is known
	N       int       `json:"n"`                 // rows that it is an estimate from
	Samples int       `json:"samples,omitempty"` // of the latent, for each row's part in it
	Floor   *float64  `json:"floor,omitempty"`
	Ceiling *float64  `json:"ceiling,omitempty"`
	Better  Direction `json:"better,omitempty"`
	Ideal   float64   `json:"ideal,omitempty"` // where Better is Near
	Note    string    `json:"note,omitempty"`  // what it rests on: "σ 0.1668"
	Problem string    `json:"problem,omitempty"`
}

// Check turns a figure that JSON has no number for into one with a problem.
func (f Figure) Check() Figure {
	for _, v := range []*float64{&f.Value, &f.SE, f.Floor, f.Ceiling} {
		if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
			return Figure{Name: f.Name, Metric: f.Metric, Better: f.Better, Ideal: f.Ideal, Problem: fmt.Sprintf("it came out as %g", *v)}
		}
	}
	return f
}

// cost is what is better the lower it is, or NaN.
func (f Figure) cost() float64 {
	switch {
	case f.Problem != "":
		return math.NaN()
	case f.Better == Higher:
		return -f.Value
	case f.Better == Lower:
		return f.Value
	case f.Better == Near:
		return math.Abs(f.Value - f.Ideal)
	}
	return math.NaN()
}

// Figure returns the figure of a name.
func (r Report) Figure(name string) (Figure, bool) {
	for _, f := range r.Figures {
		if f.Name == name {
			return f, true
		}
	}
	return Figure{}, false
}

// Encode returns the report as JSON.
func (r Report) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return append(b, '\n'), nil
}

// Decode reads what Encode wrote. Anything else is [sdk.ErrCorrupt].
func Decode(b []byte) (Report, error) {
	var r Report
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%w: report: %w", sdk.ErrCorrupt, err)
	}
	if r.Run == "" {
		return r, fmt.Errorf("%w: report: it names no run", sdk.ErrCorrupt)
	}
	return r, nil
}

// Has reports whether the report has all figures that an earlier one has.
func (r Report) Has(before Report) bool {
	for _, f := range before.Figures {
		if _, ok := r.Figure(f.Name); !ok {
			return false
		}
	}
	return true
}

// GoesWith reports whether both are about the same model, rows, seed and
// classifier.
func (r Report) GoesWith(before Report) bool {
	if r.Classifier != nil && before.Classifier != nil && *r.Classifier != *before.Classifier {
		return false
	}
	return r.Step == before.Step && r.Run == before.Run && r.Train == before.Train && r.Test == before.Test &&
		r.Rows == before.Rows && r.Seed == before.Seed && r.Genhost == before.Genhost
}

// With returns the report with those figures of an earlier one whose metrics
// it did not look at, where both are about the same model, rows and seed.
func (r Report) With(before Report) Report {
	if !r.GoesWith(before) {
		return r
	}
	if r.Classifier == nil {
		r.Classifier = before.Classifier
	}
	measured := map[string]bool{}
	for _, f := range r.Figures {
		measured[f.Metric] = true
	}
	for _, f := range before.Figures {
		if !measured[f.Metric] {
			r.Figures = append(r.Figures, f)
		}
	}
	return r
}
