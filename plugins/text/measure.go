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
	found, err := x.divergences(ctx)
	if err != nil {
		return nil, err
	}
	copies, err := x.copies(ctx)
	if err != nil {
		return nil, err
	}
	nearest, err := x.nearest(ctx)
	if err != nil {
		return nil, err
	}
	bits, err := s.perCharacter(ctx, c)
	if err != nil {
		return nil, err
	}
	return slices.Concat(found, copies, []sdk.Measurement{nearest}, bits), nil
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
func (x *comparison) divergences(ctx context.Context) (found []sdk.Measurement, err error) {
	learned := within(mostLearned, x.train)
	n := min(compared, len(x.generated), len(x.test))
	var of [3][][]rune // of models of 1 to 3 characters
	for k := range of {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		model := learnChain(learned, k+1)
		for range n {
			of[k] = append(of[k], model.write(x.rng, x.length))
		}
	}
	for size := 1; size <= 4; size++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		real := count(learned, size)
		js := func(texts [][]rune) float64 { return divergence(count(texts[:n], size), real) }
		ceiling, floor := js(x.test), js(of[1])
		found = append(found, sdk.Measurement{
			Name: fmt.Sprintf("js-%d", size), Doc: fmt.Sprintf("Jensen-Shannon divergence of %d-grams from those of training texts, in bits", size),
			Value: js(x.generated), N: n, Better: "lower", Floor: &floor, Ceiling: &ceiling,
			Note: fmt.Sprintf("floor: a 2-gram model; a 1-gram model has %.3g, a 3-gram model %.3g", js(of[0]), js(of[2])),
		})
	}
	return found, nil
}

// copies are how many texts are new, and how many there are but once.
func (x *comparison) copies(ctx context.Context) ([]sdk.Measurement, error) {
	n := len(x.generated)
	some := x.test[:min(n, len(x.test))]
	copied := map[string]bool{} // of those alone: the training texts may be many more
	for _, t := range slices.Concat(x.generated, some) {
		copied[string(t)] = false
	}
	for _, t := range x.train {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, there := copied[string(t)]; there {
			copied[string(t)] = true
		}
	}
	fresh := func(texts [][]rune) float64 {
		n := 0.0
		for _, t := range texts {
			if !copied[string(t)] {
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
	newOnes, once := fresh(some), distinct(some)
	error := func(p float64) float64 { return math.Sqrt(p * (1 - p) / float64(n)) }
	novel, unique := fresh(x.generated), distinct(x.generated)
	return []sdk.Measurement{
		{Name: "novelty", Doc: "share of texts that are no training text", Value: novel, SE: error(novel), N: n, Ceiling: &newOnes},
		{Name: "uniqueness", Doc: "different texts, as a share of all", Value: unique, N: n, Better: "higher", Ceiling: &once},
	}, nil
}

// nearest is the mean edit distance to the nearest training text, as a share of
// the text's length.
func (x *comparison) nearest(ctx context.Context) (sdk.Measurement, error) {
	train := x.train[:min(known, len(x.train))]
	of := func(texts [][]rune) (shares []float64, err error) {
		for _, t := range texts[:min(looked, len(texts))] {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			shares = append(shares, share(t, train))
		}
		return shares, nil
	}
	held, err := of(x.test)
	if err != nil {
		return sdk.Measurement{}, err
	}
	made, err := of(x.generated)
	if err != nil {
		return sdk.Measurement{}, err
	}
	ceiling, _ := mean(held)
	value, se := mean(made)
	return sdk.Measurement{
		Name: "edit-distance", Doc: "to the nearest training text, as a share of the text's length; far below the ceiling they are copies",
		Value: value, SE: se, N: len(made), Ceiling: &ceiling,
	}, nil
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
