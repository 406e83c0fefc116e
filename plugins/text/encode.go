package main

import (
	"errors"
	"fmt"
	"slices"
)

// A sink takes texts, token by token.
type sink interface {
	begin(label string)
	token(int32) error
	end() error
}

// errUnknown is for a character that has no token, nor stands anything for it.
var errUnknown = errors.New("is not in the alphabet")

// An encoder is the walker that makes tokens of characters.
type encoder struct {
	*alphabet
	to    sink
	word  []rune
	known map[string][]int32 // words that were encoded
}

// maxKnown bounds how many words are remembered.
const maxKnown = 1 << 16

func newEncoder(a *alphabet, to sink) *encoder {
	return &encoder{alphabet: a, to: to, known: map[string][]int32{}}
}

func (e *encoder) begin(label string) { e.to.begin(label) }

func (e *encoder) char(r rune) error {
	t, ok := e.find(r)
	if !ok {
		return fmt.Errorf("%q %w", r, errUnknown)
	}
	if len(e.merges) == 0 {
		return e.to.token(t)
	}
	if len(e.word) > 0 && ends(e.word, r) {
		if err := e.endWord(); err != nil {
			return err
		}
	}
	e.word = append(e.word, r)
	return nil
}

func (e *encoder) end() error {
	if err := e.endWord(); err != nil {
		return err
	}
	return e.to.end()
}

func (e *encoder) endWord() error {
	if len(e.word) == 0 {
		return nil
	}
	text := string(e.word)
	tokens, ok := e.known[text]
	if !ok {
		tokens = e.encode(e.word)
		if len(e.known) < maxKnown {
			e.known[text] = tokens
		}
	}
	e.word = e.word[:0]
	for _, t := range tokens {
		if err := e.to.token(t); err != nil {
			return err
		}
	}
	return nil
}

// encode makes the merges that a word has, the earliest learned first.
func (a *alphabet) encode(word []rune) []int32 {
	var tokens []int32
	for _, r := range word {
		t, _ := a.find(r)
		tokens = append(tokens, t)
	}
	for {
		p, t := a.earliest(tokens)
		if t == 0 {
			return slices.Clip(tokens)
		}
		tokens = join(tokens, p, t)
	}
}

// earliest returns the pair of neighbours that was learned first, and the token
// that it makes; 0 for none.
func (a *alphabet) earliest(tokens []int32) (first pair, makes int32) {
	for i := 1; i < len(tokens); i++ {
		p := pair{tokens[i-1], tokens[i]}
		if t, ok := a.made[p]; ok && (makes == 0 || t < makes) {
			first, makes = p, t
		}
	}
	return first, makes
}
