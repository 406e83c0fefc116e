package main

import (
	"container/heap"
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// merge learns byte pairs as in Sennrich, Haddow and Birch 2016,
// arXiv:1508.07909, algorithm 1, on characters: time and again the most
// frequent pair of tokens within words becomes a token. Of pairs that are
// equally frequent the one of the earlier tokens does. A pair that is there
// once makes none.
func (c *corpus) merge(ctx context.Context, w *words) error {
	if n := len(c.alphabet.tokens); n > c.Vocabulary {
		return sdk.Hint(fmt.Errorf("%w: %s: %d characters and the end are more than a vocabulary of %d", sdk.ErrBadInput, c.paths(), n-1, c.Vocabulary),
			fmt.Sprintf("raise read.vocabulary above %d", n))
	}
	l := newLearner(c.alphabet, w)
	for len(c.alphabet.tokens) < c.Vocabulary {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		p, ok := l.next()
		if !ok {
			break
		}
		l.merge(p)
	}
	return nil
}

// A learner knows where each pair of tokens is in the words.
type learner struct {
	*alphabet
	words  [][]int32
	counts []int // of each word
	pairs  map[pair]*places
	queue  queue
}

// places are the words that have, or had, a pair, and how often it is there.
type places struct {
	count int
	words []int
}

func newLearner(a *alphabet, w *words) *learner {
	l := &learner{alphabet: a, pairs: map[pair]*places{}}
	for _, text := range slices.Sorted(maps.Keys(w.counts)) {
		var word []int32
		for _, r := range text {
			t, _ := a.find(r)
			word = append(word, t)
		}
		l.words, l.counts = append(l.words, word), append(l.counts, w.counts[text])
		l.count(len(l.words)-1, +1, func(pair) bool { return true })
	}
	for p, at := range l.pairs {
		l.queue = append(l.queue, queued{p, at.count})
	}
	heap.Init(&l.queue)
	return l
}

// count adds the pairs of a word, or takes them off, and notes the word for
// those that are new in it.
func (l *learner) count(word, sign int, fresh func(pair) bool) {
	tokens := l.words[word]
	for i := 1; i < len(tokens); i++ {
		p := pair{tokens[i-1], tokens[i]}
		if !l.joins(p) {
			continue
		}
		at := l.pairs[p]
		if at == nil {
			at = &places{}
			l.pairs[p] = at
		}
		at.count += sign * l.counts[word]
		if n := len(at.words); sign > 0 && fresh(p) && (n == 0 || at.words[n-1] != word) {
			at.words = append(at.words, word)
		}
	}
}

// joins reports whether a pair may become a token: one that is not too long,
// and of characters that are known.
func (l *learner) joins(p pair) bool {
	a, b := l.tokens[p[0]], l.tokens[p[1]]
	rare := string(replacement)
	return a != rare && b != rare && utf8.RuneCountInString(a)+utf8.RuneCountInString(b) <= maxToken
}

// next returns the most frequent pair.
func (l *learner) next() (pair, bool) {
	for len(l.queue) > 0 {
		top := l.queue[0]
		now := l.pairs[top.pair].count
		switch {
		case now < 2:
			heap.Pop(&l.queue)
		case now != top.count:
			l.queue[0].count = now
			heap.Fix(&l.queue, 0)
		default:
			heap.Pop(&l.queue)
			return top.pair, true
		}
	}
	return pair{}, false
}

// merge makes a token of a pair wherever it is.
func (l *learner) merge(p pair) {
	t := l.alphabet.merge(p)
	fresh := func(q pair) bool { return q[0] == t || q[1] == t }
	added := map[pair]bool{}
	for _, word := range l.pairs[p].words {
		l.count(word, -1, fresh)
		l.words[word] = join(l.words[word], p, t)
		l.count(word, +1, func(q pair) bool {
			if fresh(q) {
				added[q] = true
			}
			return fresh(q)
		})
	}
	delete(l.pairs, p)
	for q := range added {
		heap.Push(&l.queue, queued{q, l.pairs[q].count})
	}
}

// join puts t where p is, from the left, in the memory of tokens.
func join(tokens []int32, p pair, t int32) []int32 {
	out := tokens[:0]
	for i := 0; i < len(tokens); i++ {
		if i+1 < len(tokens) && tokens[i] == p[0] && tokens[i+1] == p[1] {
			out = append(out, t)
			i++
			continue
		}
		out = append(out, tokens[i])
	}
	return out
}

// A queue has the most frequent pair first. A count may be of earlier, when
// there were more.
type queue []queued

type queued struct {
	pair  pair
	count int
}

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if q[i].count != q[j].count {
		return q[i].count > q[j].count
	}
	return slices.Compare(q[i].pair[:], q[j].pair[:]) < 0
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(queued)) }

func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
