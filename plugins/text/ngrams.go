package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	// textEnd stands for the end of a text, up to the length of a row.
	textEnd = 0
	// mostLearned bounds how many characters n-grams are learned from: they
	// may take a hundred bytes each, and more in the models of most characters.
	mostLearned = 1 << 20
)

// ngrams are how often there is each string of n characters.
type ngrams struct {
	counts map[string]int
	total  int
}

// within are the first of texts, of so many characters together at most, ends
// among them.
func within(most int, texts [][]rune) [][]rune {
	for i, t := range texts {
		if most -= len(t); most < 0 {
			return texts[:i]
		}
	}
	return texts
}

// count counts those of texts, ends among them.
func count(texts [][]rune, n int) ngrams {
	g := ngrams{counts: map[string]int{}}
	for _, t := range texts {
		for i := 0; i+n <= len(t); i++ {
			g.counts[string(t[i:i+n])]++
			g.total++
		}
	}
	return g
}

// divergence is the Jensen-Shannon divergence of two distributions of n-grams,
// in bits: from 0 for equal ones to 1 for those that share none. Gulrajani et
// al., arXiv:1704.00028, section 5.4, compare characters so.
func divergence(p, q ngrams) float64 {
	if p.total == 0 || q.total == 0 {
		return 1
	}
	sum := 0.0
	half := func(a, b ngrams) {
		for _, gram := range sortedKeys(a.counts) {
			x, y := float64(a.counts[gram])/float64(a.total), float64(b.counts[gram])/float64(b.total)
			sum += x * math.Log2(2*x/(x+y)) / 2
		}
	}
	half(p, q)
	half(q, p)
	return max(0, sum)
}

func sortedKeys(counts map[string]int) []string {
	keys := make([]string, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// A chain is an n-gram model: each character depends on the n−1 before it.
type chain struct {
	n     int
	after map[string][]rune // all that came after a context, as often as it did
}

func learnChain(texts [][]rune, n int) *chain {
	c := &chain{n: n, after: map[string][]rune{}}
	for _, t := range texts {
		for i, r := range t {
			context := string(t[max(0, i-n+1):i])
			if i < n-1 {
				context = "^" + context // a beginning is none of the middle
			}
			c.after[context] = append(c.after[context], r)
		}
	}
	return c
}

// write draws a text of so many characters, ends among them.
func (c *chain) write(rng *rand.Rand, length int) []rune {
	var t []rune
	for len(t) < length {
		context := string(t[max(0, len(t)-c.n+1):])
		if len(t) < c.n-1 {
			context = "^" + context
		}
		next := c.after[context]
		if len(next) == 0 {
			break
		}
		t = append(t, next[rng.IntN(len(next))])
	}
	return t
}
