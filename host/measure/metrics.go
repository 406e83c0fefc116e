package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// A Metric finds figures.
type Metric struct {
	Name    string
	Figures []string // that it finds
	Doc     string   // one line, lower case
}

// Metrics are all there are, in the order in which they are told.
func Metrics() []Metric {
	var all []Metric
	for _, m := range metrics() {
		all = append(all, Metric{m.name, m.figures, m.doc})
	}
	return all
}

// A metric finds figures. Find returns errInapplicable, wrapped, where the
// model or the data has no such figure.
type metric struct {
	name    string
	figures []string
	doc     string
	find    func(context.Context, *study) ([]report.Figure, error)
}

var errInapplicable = errors.New("not for this model and data")

func metrics() []metric {
	return []metric{
		{"likelihood", []string{"elbo", "reconstruction", "kl", "nll", "nll-train"},
			"lower bound, its two parts, and the likelihood by importance samples, of held-out rows", likelihood},
		{"active-units", []string{"active-units"}, "latents that depend on the row", activeUnits},
		{"mse", []string{"mse"}, "squared error of held-out rows that are encoded and decoded", squaredError},
		{"parzen", []string{"parzen"}, "log-likelihood of held-out rows under Gaussian kernels on generated ones", parzen},
		{"prdc", []string{"precision", "recall", "density", "coverage"}, "how far generated and held-out rows cover each other", prdc},
		{"fcd", []string{"fcd", "frechet"}, "Fréchet distance in the features of a classifier; frechet is that of rows without labels, or short ones", fcd},
		{"mmd", []string{"mmd"}, "kernel distance, in the form of KID", mmd},
		{"two-sample", []string{"two-sample"}, "real and generated rows that their nearest neighbour tells apart", twoSample},
		{"label-accuracy", []string{"label-accuracy"}, "generated rows that a classifier takes for what was asked for", labelAccuracy},
		{"tstr", []string{"tstr"}, "accuracy, on real rows, of a classifier that learned from generated ones", tstr},
		{"memorisation", []string{"memorisation"}, "nearness of generated rows to training rows, against that of held-out rows", memorisation},
		{"ndb", []string{"ndb", "ndb-js"}, "bins of the training rows that generated rows fill otherwise", ndb},
		{"modes", []string{"modes", "high-quality", "reverse-kl"}, "which Gaussians of a known mixture generated rows reach", modes},
		{"modality", nil, "figures that the modality of the rows has of its own", ofModality},
	}
}

// choose returns the metrics with these names, or that find figures with them.
func choose(names []string) ([]metric, error) {
	all := metrics()
	if len(names) == 0 {
		return all, nil
	}
	if err := CheckNames(names); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(m metric) bool { return !slices.ContainsFunc(names, m.answers) }), nil
}

func (m metric) answers(name string) bool { return m.name == name || slices.Contains(m.figures, name) }

// CheckNames reports a name that no metric and no figure has. The error says
// which metrics there are.
func CheckNames(names []string) error {
	for _, name := range names {
		if slices.ContainsFunc(metrics(), func(m metric) bool { return m.answers(name) }) {
			continue
		}
		var known []string
		for _, m := range metrics() {
			known = append(known, m.name)
		}
		return sdk.Hint(fmt.Errorf("%w: there is no metric %q", sdk.ErrBadInput, name), sdk.Suggest(name, known))
	}
	return nil
}

// Sort puts figures in the order of [Metrics]. Those of one metric stay as they
// are.
func Sort(figures []report.Figure) {
	rank := map[string]int{}
	for i, m := range metrics() {
		rank[m.name] = i
	}
	slices.SortStableFunc(figures, func(a, b report.Figure) int { return cmp.Compare(rank[a.Metric], rank[b.Metric]) })
}
