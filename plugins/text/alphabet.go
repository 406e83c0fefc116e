package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// An alphabet is the tokens that texts are made of.
type alphabet struct {
	tokens []string // the first, "", is the end of a text
	index  map[rune]int32
	merges []pair         // each makes a token, the last of the alphabet
	made   map[pair]int32 // the token that a merge makes
}

// A pair is two tokens that follow one another.
type pair [2]int32

const (
	alphabetBPE = "bpe"
	maxChars    = 4096 // of an alphabet
	replacement = utf8.RuneError
)

// newAlphabet is that of characters, which are sorted.
func newAlphabet(chars []rune) *alphabet {
	a := &alphabet{tokens: []string{""}, index: map[rune]int32{}, made: map[pair]int32{}}
	for _, r := range chars {
		a.index[r] = int32(len(a.tokens))
		a.tokens = append(a.tokens, string(r))
	}
	return a
}

// merge adds the token that p makes.
func (a *alphabet) merge(p pair) int32 {
	t := int32(len(a.tokens))
	a.tokens = append(a.tokens, a.tokens[p[0]]+a.tokens[p[1]])
	a.merges = append(a.merges, p)
	a.made[p] = t
	return t
}

// find returns the token of a character, or of that which stands for rare ones.
func (a *alphabet) find(r rune) (int32, bool) {
	t, ok := a.index[r]
	if !ok {
		t, ok = a.index[replacement]
	}
	return t, ok
}

// A census counts characters, and words where there are to be any.
type census struct {
	pages [unicode.MaxRune/page + 1]*[page]int // nil where there are none
	words *words
}

const page = 256 // characters

func (c *census) begin(string) {}

func (c *census) char(r rune) error {
	at := &c.pages[r/page]
	if *at == nil {
		*at = new([page]int)
	}
	(*at)[r%page]++
	if c.words != nil {
		c.words.push(r)
	}
	return nil
}

// count returns how often a character is there.
func (c *census) count(r rune) int {
	if at := c.pages[r/page]; at != nil {
		return at[r%page]
	}
	return 0
}

// all are the characters that are there, in order, and how often.
func (c *census) all() iter.Seq2[rune, int] {
	return func(yield func(rune, int) bool) {
		for i, at := range c.pages {
			if at == nil {
				continue
			}
			for j, n := range at {
				if n > 0 && !yield(rune(i*page+j), n) {
					return
				}
			}
		}
	}
}

func (c *census) end() error {
	if c.words != nil {
		c.words.end()
	}
	return nil
}

// learn chooses the alphabet: by the text of the first split, with a character
// for those that others have and it has not.
func (c *corpus) learn(ctx context.Context) error {
	learned, others := &census{}, &census{}
	if c.Alphabet == alphabetBPE {
		learned.words = newWords()
	}
	for i, p := range c.parts {
		w := others
		if i == 0 {
			w = learned
		}
		if err := p.walk(ctx, c.mode, w); err != nil {
			return err
		}
	}
	chars, err := c.choose(learned, others)
	if err != nil {
		return err
	}
	c.alphabet = newAlphabet(chars)
	if learned.words != nil {
		if err := c.merge(ctx, learned.words); err != nil {
			return err
		}
	}
	return c.alphabet.small()
}

// choose returns the characters of the alphabet, sorted, and counts those that
// are replaced.
func (c *corpus) choose(learned, others *census) ([]rune, error) {
	var chars []rune
	for r, n := range learned.all() {
		if n >= c.Least {
			chars = append(chars, r)
		} else {
			c.replaced += n
		}
	}
	for r, n := range others.all() {
		if learned.count(r) < c.Least {
			c.replaced += n
		}
	}
	if len(chars) == 0 {
		return nil, sdk.Hint(fmt.Errorf("%w: %s: no character is there %d times", sdk.ErrBadInput, c.paths(), c.Least), "lower read.least")
	}
	if len(chars) > maxChars {
		return nil, sdk.Hint(fmt.Errorf("%w: %s: %d different characters: want at most %d", sdk.ErrBadInput, c.paths(), len(chars), maxChars), learned.rarer())
	}
	if c.replaced > 0 && !slices.Contains(chars, replacement) {
		chars = append(chars, replacement)
		slices.Sort(chars)
	}
	return chars, nil
}

// rarer says how to have fewer characters, of more than there may be.
func (c *census) rarer() string {
	var counts []int
	for _, n := range c.all() {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	least := counts[len(counts)-maxChars-1] + 1
	if counts[len(counts)-1] < least {
		return "is it text?"
	}
	return fmt.Sprintf("replace the rare ones: --set read.least=%d", least)
}
