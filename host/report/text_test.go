package report

import (
	"strings"
	"testing"
)

func TestText(t *testing.T) {
	ceiling, floor := 241.95, -8.
	r := made("vae-1",
		Figure{Name: "parzen", Metric: "parzen", Value: 225.04, SE: 2.1, N: 1000, Better: Higher, Floor: &floor, Ceiling: &ceiling, Note: "σ 0.1668"},
		Figure{Name: "two-sample", Value: 0.61234, SE: 0.004321, N: 800, Better: Near, Ideal: 0.5},
		Figure{Name: "kl", Value: 12.34567, N: 1000},
		Figure{Name: "mmd", Problem: "too few\n\x1b[31mrows"},
	)
	r.Model, r.Step, r.Notes = "vae", 300, []string{"one\ttwo"}
	r.Test = Split{"fashion", "test", 1000, "feedfacefeedface"}
	r.Classifier = &Classifier{"label", 9500, 0.8864, "f91e981f7a7fabcd"}
	text := r.Text()
	for _, line := range []string{
		"vae-1: model vae at step 300, 100 rows generated with seed 1",
		"held out: 1000 rows of fashion, test, sha256 feedfacefeed",
		"classifier of label: right on 88.6 % of the held-out rows, learned from 9500, sha256 f91e981f7a7f",
		"FIGURE      VALUE            N     FLOOR  CEILING  BETTER    NOTE",
		"parzen      225.0 ± 2.1      1000  -8.0   241.9    higher    σ 0.1668",
		"two-sample  0.6123 ± 0.0043  800   -      -        near 0.5",
		"kl          12.35            1000  -      -        -",
		"mmd         -                -     -      -        -         too few [31mrows",
		"one two",
	} {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	if !strings.Contains(text, "\nnot comparable with FID") {
		t.Error("it does not say what it does not compare with")
	}
}

func TestComparisonText(t *testing.T) {
	a := made("a", figure("fcd", Lower, 3, 0), figure("nll", Lower, 90.25, 0.5))
	b := made("b", figure("fcd", Lower, 2, 0))
	b.Seed = 7
	text := Compare([]Report{a, b}).Text()
	want := `FIGURE  BETTER  a             b
fcd     lower   3             2 *
nll     lower   90.25 ± 0.50  -

* the best, and what is within two standard errors of it
warning: the seeds differ: 1, 7
`
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestDigits(t *testing.T) {
	for _, c := range []struct {
		v, se float64
		want  string
	}{
		{239.6123, 2.4, "239.6 ± 2.4"}, {0.01479, 0.000312, "0.01479 ± 0.00031"}, {5, 0, "5"}, {-242, 120, "-242 ± 120"},
		{86.4912, 0, "86.49"}, {123456, 0, "123456"}, {1e12, 0, "1e+12"}, {2, 4e-16, "2"}, {0.5, 0.099, "0.500 ± 0.099"},
	} {
		if got := estimate(c.v, c.se); got != c.want {
			t.Errorf("%g ± %g: %q, want %q", c.v, c.se, got, c.want)
		}
	}
}
