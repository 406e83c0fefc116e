package main

import (
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// naive is algorithm 1 of the paper as it stands there: it counts all pairs
// anew for every merge.
func naive(a *alphabet, counts map[string]int, vocabulary int) {
	words := map[string][]int32{}
	for text := range counts {
		for _, r := range text {
			t, _ := a.find(r)
			words[text] = append(words[text], t)
		}
	}
	for len(a.tokens) < vocabulary {
		pairs := map[pair]int{}
		for text, word := range words {
			for i := 1; i < len(word); i++ {
				p := pair{word[i-1], word[i]}
				if utf8.RuneCountInString(a.tokens[p[0]]+a.tokens[p[1]]) <= maxToken {
					pairs[p] += counts[text]
				}
			}
		}
		var best pair
		for p, n := range pairs {
			if m := pairs[best]; n > m || n == m && slices.Compare(p[:], best[:]) < 0 {
				best = p
			}
		}
		if pairs[best] < 2 {
			return
		}
		t := a.merge(best)
		for text, word := range words {
			var joined []int32
			for len(word) > 0 {
				if len(word) > 1 && best == (pair{word[0], word[1]}) {
					joined, word = append(joined, t), word[2:]
				} else {
					joined, word = append(joined, word[0]), word[1:]
				}
			}
			words[text] = joined
		}
	}
}

// counted are the words of texts.
func counted(texts ...string) *words {
	w := newWords()
	for _, text := range texts {
		for _, r := range text {
			w.push(r)
		}
		w.end()
	}
	return w
}

func charsOf(text string) *alphabet {
	chars := []rune(text)
	slices.Sort(chars)
	return newAlphabet(slices.Compact(chars))
}

func TestMergesAreThoseOfThePaper(t *testing.T) {
	names, _ := read(t, defaults, sdk.Source{Dataset: "names"})
	for _, c := range []struct {
		texts      []string
		vocabulary int
	}{
		{names.texts[:700], 150},
		{[]string{"aaaa aaaaa baaab", "aaaaaaa", strings.Repeat("ab", 40)}, 1000},
		{[]string{opticks(t)[20_000:28_000]}, 200},
		{[]string{"abc"}, 100},
		{slices.Repeat([]string{strings.Repeat("x", maxToken+1)}, 3), 100}, // in which no token is as long
	} {
		all := strings.Join(c.texts, "")
		w := counted(c.texts...)
		want := charsOf(all)
		naive(want, w.counts, c.vocabulary)
		got := &corpus{settings: set(func(s *settings) { s.Vocabulary = c.vocabulary }), alphabet: charsOf(all)}
		if err := got.merge(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.alphabet.merges, want.merges) {
			t.Errorf("%.20q: merges are %v, want %v", all, got.alphabet.merges, want.merges)
		}
	}
}

// TestEncodingIsAsLearned encodes the words that were learned from, and finds
// what they had become.
func TestEncodingIsAsLearned(t *testing.T) {
	text := opticks(t)[:60_000]
	w := counted(text)
	a := charsOf(text)
	l := newLearner(a, w)
	for range 300 {
		p, ok := l.next()
		if !ok {
			t.Fatal("no more pairs")
		}
		l.merge(p)
	}
	for i, text := range slices.Sorted(maps.Keys(w.counts)) {
		if got := a.encode([]rune(text)); !slices.Equal(got, l.words[i]) {
			t.Errorf("%q is %v, and was learned as %v", text, got, l.words[i])
		}
	}
}

// lengths is a sink that knows how long the tokens before each are together.
type lengths struct {
	*alphabet
	ends []int
}

func (l *lengths) begin(string) { l.ends = []int{0} }
func (l *lengths) end() error   { return nil }

func (l *lengths) token(t int32) error {
	l.ends = append(l.ends, l.ends[len(l.ends)-1]+len(l.tokens[t]))
	return nil
}

// TestNoTokenIsInTwoWords encodes a word that is too long to be one.
func TestNoTokenIsInTwoWords(t *testing.T) {
	text := strings.Repeat("xab", 30)
	c := &corpus{settings: defaults, alphabet: charsOf(text)}
	if err := c.merge(t.Context(), counted(text)); err != nil {
		t.Fatal(err)
	}
	l := &lengths{alphabet: c.alphabet}
	e := newEncoder(c.alphabet, l)
	e.begin("")
	for _, r := range text {
		e.char(r)
	}
	if err := e.end(); err != nil || !slices.Contains(l.ends, maxWord) || l.ends[len(l.ends)-1] != len(text) || len(l.ends) > len(text)/3 {
		t.Errorf("tokens end at %v, %v", l.ends, err)
	}
}

// TestPairsShortenText puts Opticks together again from its windows.
func TestPairsShortenText(t *testing.T) {
	text := []rune(opticks(t))[:100_000]
	s := set(func(s *settings) {
		s.Mode, s.Length, s.Stride, s.Alphabet, s.Vocabulary = "windows", 50, 50, "bpe", 400
	})
	src := file(t, string(text))
	train, info := read(t, s, src)
	src.Split = "test"
	test, _ := read(t, s, src)
	for i, split := range []*rows{train, test} {
		whole := strings.Join(split.texts[:split.n-1], "")
		last := split.texts[split.n-1] // overlaps the one before
		part := string(text[:90_000])
		if i == 1 {
			part = string(text[90_000:])
		}
		if !strings.HasPrefix(part, whole) || !strings.HasSuffix(part, last) || len(whole)+len(last) < len(part) {
			t.Errorf("split %d is not what its windows say", i)
		}
	}
	if info.Space.Segments[0].Of != 400 || train.as != sdk.Floats || train.n > 90_000/50*2/3 {
		t.Errorf("%d rows of %d tokens, as %s", train.n, info.Space.Segments[0].Of, train.as)
	}
	for _, token := range modalityTokens(t, info.Space) {
		if n := utf8.RuneCountInString(token); n > maxToken || n > 1 && strings.ContainsAny(token[1:], " \n") {
			t.Errorf("the token %q", token)
		}
	}
}

func modalityTokens(t *testing.T, space sdk.Space) []string {
	t.Helper()
	s, err := scriptOf(space, sdk.MakeBatch(0, space.Shape...))
	if err != nil {
		t.Fatal(err)
	}
	return s.tokens
}

func TestWords(t *testing.T) {
	for text, want := range map[string][]string{
		"In the 3rd, 'twas  so.\n\tGo": {"In", " the", " 3rd", ",", " '", "twas", " ", " so", ".", "\n", "\t", "Go"},
		"cafe\u0301 wide":              {"cafe\u0301", " wide"},
		strings.Repeat("x", 150):       {strings.Repeat("x", 64), strings.Repeat("x", 22)},
	} {
		equal(t, text, slices.Sorted(maps.Keys(counted(text).counts)), slices.Sorted(slices.Values(want)))
	}
}

func TestRareCharactersMakeNoPairs(t *testing.T) {
	s := set(func(s *settings) { s.Alphabet, s.Least = "bpe", 3 })
	c, err := corpusOf(t, s, func() io.ReadCloser { return io.NopCloser(strings.NewReader("aaxbb aaybb aaxbb")) })
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range c.alphabet.tokens {
		if utf8.RuneCountInString(token) > 1 && strings.ContainsRune(token, replacement) {
			t.Errorf("the token %q", token)
		}
	}
	if len(c.alphabet.merges) == 0 {
		t.Error("no pairs at all")
	}
}

func TestLargeAlphabet(t *testing.T) {
	a := &alphabet{tokens: slices.Repeat([]string{strings.Repeat("好", maxToken)}, 1<<14)}
	if err := a.small(); err == nil || len(sdk.Hints(err)) == 0 {
		t.Errorf("got %v", err)
	}
}
