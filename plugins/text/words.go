package main

import (
	"unicode"
)

// Tokens of byte-pair encoding do not reach beyond words, and a text is
// encoded word by word: a word is letters, marks and digits, or other
// characters, with the one space before them; or one character that is space.
const (
	maxWord  = 64 // characters; longer ones are cut
	maxToken = 16 // characters

	maxWords  = 1 << 17 // different ones that are learned from
	maxSample = 1 << 24 // characters that are learned from, the first
)

type class int

const (
	space class = iota
	letter
	other
)

func classOf(r rune) class {
	switch {
	case unicode.IsSpace(r):
		return space
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r):
		return letter
	}
	return other
}

// ends reports whether a word, which has a character, ends before r.
func ends(word []rune, r rune) bool {
	last, next := classOf(word[len(word)-1]), classOf(r)
	if len(word) == maxWord || next == space {
		return true
	}
	return next != last && !(len(word) == 1 && word[0] == ' ')
}

// words counts the words of a text. Beyond a number of them it counts those
// that it knows.
type words struct {
	counts map[string]int
	word   []rune
	chars  int
}

func newWords() *words { return &words{counts: map[string]int{}} }

func (w *words) push(r rune) {
	if w.chars++; w.chars > maxSample {
		return
	}
	if len(w.word) > 0 && ends(w.word, r) {
		w.end()
	}
	w.word = append(w.word, r)
}

func (w *words) end() {
	text := string(w.word)
	w.word = w.word[:0]
	if _, known := w.counts[text]; text != "" && (known || len(w.counts) < maxWords) {
		w.counts[text]++
	}
}
