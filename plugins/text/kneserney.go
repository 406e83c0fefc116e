package main

import (
	"context"
	"iter"
	"math"
	"strings"
	"unicode/utf8"
)

const (
	// orders is how many n-gram models there are: of 1 character, and more.
	orders = 7
	// textStart is before a text whose beginning is one.
	textStart = utf8.MaxRune
)

// A kneserNey gives characters probabilities by those before them: interpolated
// n-gram models with modified Kneser-Ney smoothing, as in Chen and Goodman, "An
// empirical study of smoothing techniques for language modeling", TR-10-98,
// section 4.1. The highest order counts strings; the orders below count how many
// different characters a string comes after.
type kneserNey struct {
	chars          float64 // how many different ones there may be
	counted, after [orders]*grams
}

// Grams are strings of one length.
type grams struct {
	counts    map[string]int
	histories map[string]history // what is before the last character
	discount  [4]float64         // of a count of 0, 1, 2, and 3 or more
}

// A history is what characters come after.
type history struct {
	total int     // how many do
	held  float64 // what discounts take of that
}

// A passage is text, of which what is before from is context alone.
type passage struct {
	text string
	from int
}

// learnKneserNey learns from the first passages, of [mostLearned] characters at
// most beside the context.
func learnKneserNey(ctx context.Context, passages iter.Seq[passage], chars int) (*kneserNey, error) {
	m := &kneserNey{chars: float64(chars)}
	for k := range orders {
		m.counted[k], m.after[k] = &grams{counts: map[string]int{}}, &grams{counts: map[string]int{}}
	}
	left := mostLearned
	for p := range passages {
		if left -= utf8.RuneCountInString(p.text) - p.from; left < 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p.each(func(grams []string) {
			for k, gram := range grams {
				m.counted[k].counts[gram]++
			}
		})
	}
	for k, g := range m.counted {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for gram, n := range g.counts {
			_, first := utf8.DecodeRuneInString(gram)
			if k > 0 {
				m.after[k-1].counts[gram[first:]]++
			}
			if strings.HasPrefix(gram, string(textStart)) {
				m.after[k].counts[gram] = n // nothing is before it
			}
		}
	}
	for k := range orders {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.counted[k].settle()
		m.after[k].settle()
	}
	return m, nil
}

// each calls f with the strings that end at each character from p.from on, the
// shortest first. They are valid until the next.
func (p passage) each(f func(grams []string)) {
	var grams []string
	var starts []int // of characters
	for i, r := range p.text {
		starts = append(starts, i)
		if len(starts) <= p.from {
			continue
		}
		grams = grams[:0]
		for k := range min(len(starts), orders) {
			grams = append(grams, p.text[starts[len(starts)-1-k]:i+utf8.RuneLen(r)])
		}
		f(grams)
	}
}

// settle finds the discounts, of equation 26, and the histories.
func (g *grams) settle() {
	var n [5]float64 // strings with such a count
	for _, c := range g.counts {
		if c < len(n) {
			n[c]++
		}
	}
	y := n[1] / (n[1] + 2*n[2])
	for c := 1; c <= 3; c++ {
		if d := float64(c) - float64(c+1)*y*n[c+1]/n[c]; d > 0 && d <= float64(c) {
			g.discount[c] = d
		} else {
			g.discount[c] = float64(c) / 2 // there are too few strings to tell
		}
	}
	g.histories = map[string]history{}
	for gram, c := range g.counts {
		_, last := utf8.DecodeLastRuneInString(gram)
		before := g.histories[gram[:len(gram)-last]]
		before.total += c
		before.held += g.discount[min(c, 3)]
		g.histories[gram[:len(gram)-last]] = before
	}
}

// probability is that of a string's last character, given what is before it,
// where the order below gives it one.
func (g *grams) probability(gram, before string, below float64) float64 {
	c, known := g.histories[before]
	if !known {
		return below
	}
	n := g.counts[gram]
	return (float64(n) - g.discount[min(n, 3)] + c.held*below) / float64(c.total)
}

// bits is how many a passage takes by the models of each order. A character with
// less before it than a model looks at is given by one that looks at less.
func (m *kneserNey) bits(p passage) (total [orders]float64) {
	p.each(func(grams []string) {
		below, p := 1/m.chars, 0.0
		for k := range orders {
			if k < len(grams) {
				gram := grams[k]
				before := gram[:len(gram)-len(grams[0])]
				p = m.counted[k].probability(gram, before, below)
				below = m.after[k].probability(gram, before, below)
			}
			total[k] -= math.Log2(p)
		}
	})
	return total
}
