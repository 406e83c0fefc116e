package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/sdk"
)

const (
	// compared is how many texts a divergence is of, which depends on that:
	// as many as Gulrajani et al. have.
	compared = 640
	// looked is how many texts are compared with all training texts, and
	// known how many of these at most.
	looked = 200
	known  = 10_000
	// longest is how many characters of a text an edit distance looks at.
	longest = 256
)

// Measure compares texts: by the divergence of their n-grams from those of the
// training texts, by how many are copies, and by how far they are from the nearest
// training text. A ceiling is what held-out texts get, a floor what those of a
// 2-gram model get that learned from the training texts. Of models whose
// likelihoods are known it is told how many bits a character takes.
func (m *texts) Measure(ctx context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	var all [3][][]rune
	var s *script
	for i, rows := range []sdk.Batch{c.Generated, c.Train, c.Test} {
		var err error
		if s, err = scriptOf(space, rows); err != nil {
			return nil, err
		}
		if rows.Len() == 0 {
			return nil, fmt.Errorf("%w: no texts to compare", sdk.ErrBadInput)
		}
		for j := range rows.Len() {
			all[i] = append(all[i], s.runes(rows.Row(j)))
		}
	}
	x := comparison{generated: all[0], train: all[1], test: all[2], length: longestOf(all[1]), rng: rand.New(rand.NewPCG(c.Seed, 0))}
	found := x.divergences()
	found = append(found, x.copies()...)
	nearest, err := x.nearest(ctx)
	if err != nil {
		return nil, err
	}
	return append(append(found, nearest), s.perCharacter(c)...), nil
}

// runes are the characters of a row, with ends after them up to as many as the
// row has tokens.
func (s *script) runes(row []float32) []rune {
	t := []rune(s.text(row))
	for len(t) < len(row) {
		t = append(t, textEnd)
	}
	return t
}

// said are the characters without the ends.
func said(t []rune) []rune {
	if i := slices.Index(t, textEnd); i >= 0 {
		return t[:i]
	}
	return t
}

// longestOf is the most characters of a text, ends among them.
func longestOf(texts [][]rune) int {
	most := 0
	for _, t := range texts {
		most = max(most, len(t))
	}
	return most
}

// A comparison is texts that are compared.
type comparison struct {
	generated, train, test [][]rune
	length                 int
	rng                    *rand.Rand
}

// divergences are those of strings of 1 to 4 characters.
func (x *comparison) divergences() (found []sdk.Measurement) {
	n := min(compared, len(x.generated), len(x.test))
	var of [3][][]rune // of models of 1 to 3 characters
	for k := range of {
		model := learnChain(x.train, k+1)
		for range n {
			of[k] = append(of[k], model.write(x.rng, x.length))
		}
	}
	for size := 1; size <= 4; size++ {
		real := count(x.train, size)
		js := func(texts [][]rune) float64 { return divergence(count(texts[:n], size), real) }
		ceiling, floor := js(x.test), js(of[1])
		found = append(found, sdk.Measurement{
			Name: fmt.Sprintf("js-%d", size), Doc: fmt.Sprintf("Jensen-Shannon divergence of %d-grams from those of training texts, in bits", size),
			Value: js(x.generated), N: n, Better: "lower", Floor: &floor, Ceiling: &ceiling,
			Note: fmt.Sprintf("floor: a 2-gram model; a 1-gram model has %.3g, a 3-gram model %.3g", js(of[0]), js(of[2])),
		})
	}
	return found
}

// copies are how many texts are new, and how many there are but once.
func (x *comparison) copies() []sdk.Measurement {
	seen := map[string]bool{}
	for _, t := range x.train {
		seen[string(t)] = true
	}
	fresh := func(texts [][]rune) float64 {
		n := 0.0
		for _, t := range texts {
			if !seen[string(t)] {
				n++
			}
		}
		return n / float64(len(texts))
	}
	distinct := func(texts [][]rune) float64 {
		all := map[string]bool{}
		for _, t := range texts {
			all[string(t)] = true
		}
		return float64(len(all)) / float64(len(texts))
	}
	n := len(x.generated)
	some := x.test[:min(n, len(x.test))]
	newOnes, once := fresh(some), distinct(some)
	error := func(p float64) float64 { return math.Sqrt(p * (1 - p) / float64(n)) }
	novel, unique := fresh(x.generated), distinct(x.generated)
	return []sdk.Measurement{
		{Name: "novelty", Doc: "share of texts that are no training text", Value: novel, SE: error(novel), N: n, Ceiling: &newOnes},
		{Name: "uniqueness", Doc: "different texts, as a share of all", Value: unique, N: n, Better: "higher", Ceiling: &once},
	}
}

// nearest is the mean edit distance to the nearest training text, as a share of
// the text's length.
func (x *comparison) nearest(ctx context.Context) (sdk.Measurement, error) {
	train := x.train[:min(known, len(x.train))]
	of := func(texts [][]rune) (mean, se float64, n int, err error) {
		n = min(looked, len(texts))
		sum, squares := 0.0, 0.0
		for _, t := range texts[:n] {
			if err := ctx.Err(); err != nil {
				return 0, 0, 0, err
			}
			d := share(t, train)
			sum, squares = sum+d, squares+d*d
		}
		mean = sum / float64(n)
		return mean, math.Sqrt(max(0, squares/float64(n)-mean*mean) / float64(n)), n, nil
	}
	ceiling, _, _, err := of(x.test)
	if err != nil {
		return sdk.Measurement{}, err
	}
	mean, se, n, err := of(x.generated)
	return sdk.Measurement{
		Name: "edit-distance", Doc: "to the nearest training text, as a share of the text's length; far below the ceiling they are copies",
		Value: mean, SE: se, N: n, Ceiling: &ceiling,
	}, err
}

// share is the edit distance of a text to the nearest of others, of its length.
func share(t []rune, among [][]rune) float64 {
	t = said(t[:min(longest, len(t))])
	least, pattern := len(t), newPattern(t)
	for _, other := range among {
		if least == 0 {
			break
		}
		least = min(least, pattern.apart(said(other[:min(longest, len(other))]), least-1))
	}
	return float64(least) / float64(max(1, len(t)))
}
