package report

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func made(run string, figures ...Figure) Report {
	return Report{Run: run, Rows: 100, Seed: 1, Test: Split{SHA256: "feedfacefeedface"}, Train: Split{SHA256: "cafe"}, Figures: figures}
}

func figure(name string, better Direction, value, se float64) Figure {
	return Figure{Name: name, Better: better, Value: value, SE: se, N: 100}
}

func best(t *testing.T, c Comparison, name string) (marks []bool) {
	t.Helper()
	i := slices.IndexFunc(c.Rows, func(r Row) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("no row %s", name)
	}
	for _, cell := range c.Rows[i].Cells {
		marks = append(marks, cell.Best)
	}
	return marks
}

func TestBest(t *testing.T) {
	near := func(v float64) Figure {
		f := figure("two_sample", Near, v, 0)
		f.Ideal = 0.5
		return f
	}
	broken := Figure{Name: "mmd", Better: Lower, Problem: "too few rows"}
	c := Compare([]Report{
		made("a", figure("parzen", Higher, 220, 2), near(0.9), figure("fcd", Lower, 3, 0), figure("kl", Neither, 1, 0), figure("mmd", Lower, 0, 0)),
		made("b", figure("parzen", Higher, 225, 2), near(0.55), figure("fcd", Lower, 2, 0), figure("kl", Neither, 2, 0), broken),
		made("c", figure("parzen", Higher, 200, 2), near(0.4), figure("fcd", Lower, 2, 0)),
	})
	for name, want := range map[string][]bool{
		"parzen":     {true, true, false}, // 5 apart, and 2·√8 = 5.7
		"two_sample": {false, true, false},
		"fcd":        {false, true, true},
		"kl":         {false, false, false},
		"mmd":        {false, false, false}, // measured of one alone
	} {
		if got := best(t, c, name); !slices.Equal(got, want) {
			t.Errorf("%s: best %v, want %v", name, got, want)
		}
	}
	if missing := c.Rows[4].Cells[1].Missing + ", " + c.Rows[4].Cells[2].Missing; missing != "too few rows, not measured" {
		t.Errorf("missing: %s", missing)
	}
	if len(c.Warnings) != 0 {
		t.Errorf("warnings %q", c.Warnings)
	}
}

func TestWarnings(t *testing.T) {
	changes := map[string]func(*Report){
		"held-out rows differ: feedfacefeed, feed0": func(r *Report) { r.Test.SHA256 = "feed0" },
		"training rows differ":                      func(r *Report) { r.Train.SHA256 = "feed0" },
		"rows generated differ: 100, 50":            func(r *Report) { r.Rows = 50 },
		"seeds differ":                              func(r *Report) { r.Seed++ },
		"classifiers differ: none, 12":              func(r *Report) { r.Classifier = &Classifier{SHA256: "12"} },
		"genhost versions differ":                   func(r *Report) { r.Genhost = "0.2.0" },
		"nll is from different numbers of rows":     func(r *Report) { r.Figures[0].N = 7 },
		"nll is from different numbers of samples":  func(r *Report) { r.Figures[0].Samples = 5000 },
	}
	for want, change := range changes {
		a, b := made("a", figure("nll", Lower, 1, 0)), made("b", figure("nll", Lower, 1, 0))
		change(&b)
		if w := Compare([]Report{a, b}).Warnings; len(w) != 1 || !strings.Contains(w[0], want) {
			t.Errorf("warnings %q, want %s", w, want)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	floor := -3.5
	want := made("a", Figure{Name: "parzen", Metric: "parzen", Value: 1e-9, SE: 2, N: 3, Floor: &floor, Better: Higher, Note: "σ 0.1"},
		Figure{Name: "mmd", Problem: "no labels"})
	want.Classifier = &Classifier{Condition: "label", Accuracy: 0.9, SHA256: "00"}
	want.Notes = []string{"one"}
	b, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "{}", "[1]", `{"run": "a", "figures": 7}`} {
		if _, err := Decode([]byte(bad)); !errors.Is(err, sdk.ErrCorrupt) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// A figure that JSON cannot hold says so, and the report is still written.
func TestNotFinite(t *testing.T) {
	inf := math.Inf(1)
	for _, f := range []Figure{
		figure("mmd", Lower, math.NaN(), 0), figure("mmd", Lower, 1, inf), {Name: "mmd", Ceiling: &inf},
	} {
		checked := f.Check()
		if checked.Problem == "" || checked.Name != "mmd" {
			t.Errorf("%+v became %+v", f, checked)
		}
		if _, err := made("a", checked).Encode(); err != nil {
			t.Error(err)
		}
	}
	if f := figure("mmd", Lower, 1, 2); f.Check() != f {
		t.Error("a good figure changed")
	}
}

// Figures of another metric stay, unless they are about something else.
func TestWith(t *testing.T) {
	old := made("a", Figure{Name: "nll", Metric: "likelihood", Value: 1}, Figure{Name: "recall", Metric: "prdc", Value: 1})
	old.Classifier = &Classifier{SHA256: "00"}
	now := made("a", Figure{Name: "precision", Metric: "prdc", Value: 2})
	got := now.With(old)
	if len(got.Figures) != 2 || got.Figures[0].Value != 2 || got.Figures[1].Name != "nll" || got.Classifier == nil {
		t.Errorf("%+v", got)
	}
	for name, change := range map[string]func(*Report){
		"step": func(r *Report) { r.Step++ }, "rows": func(r *Report) { r.Rows++ }, "seed": func(r *Report) { r.Seed++ },
		"test": func(r *Report) { r.Test.SHA256 = "" }, "train": func(r *Report) { r.Train.SHA256 = "" },
		"genhost": func(r *Report) { r.Genhost = "1" }, "run": func(r *Report) { r.Run = "b" },
		"classifier": func(r *Report) { r.Classifier = &Classifier{SHA256: "01"} },
	} {
		other := now
		change(&other)
		if got := other.With(old); len(got.Figures) != 1 {
			t.Errorf("another %s, and figures stay: %+v", name, got)
		}
	}
}
