package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

func learned(t *testing.T, chars int, passages ...passage) *kneserNey {
	t.Helper()
	m, err := learnKneserNey(t.Context(), slices.Values(passages), chars)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The last tenth of Newton's Opticks takes so many bits a character by models of
// the rest as by a program in Python that was written from the paper alone.
func TestKneserNey(t *testing.T) {
	text := []rune(strings.TrimPrefix(opticks(t), "\ufeff"))
	chars := map[rune]bool{}
	for _, r := range text {
		chars[r] = true
	}
	at := len(text) * 9 / 10
	m := learned(t, len(chars)+1, passage{string(text[:at]), 0})
	bits := m.bits(passage{string(text[at:]), 0})
	for n, want := range map[int]float64{2: 3.538, 3: 2.851, 4: 2.306, 5: 2.040, 6: 1.960, 7: 1.938} {
		if got := bits[n-1] / float64(len(text)-at); math.Abs(got-want) > 1e-3 {
			t.Errorf("%d-grams: %.4f bits a character, want %.3f", n, got, want)
		}
	}
}

// Characters are counted, not bytes, and without context; what is beyond the
// bound is not even asked for.
func TestMostLearned(t *testing.T) {
	const each = 1 << 16
	given := 0
	m, err := learnKneserNey(t.Context(), func(yield func(passage) bool) {
		for given < 20 {
			given++
			if !yield(passage{strings.Repeat("é", each+5), 5}) {
				return
			}
		}
	}, 2)
	if err != nil {
		t.Fatal(err)
	}
	if n := m.counted[0].counts["é"]; n != mostLearned || given != mostLearned/each+1 {
		t.Errorf("%d characters learned from, of %d passages; want %d", n, given, mostLearned)
	}
}

// Whatever is before a character, the probabilities of all sum to 1.
func TestKneserNeySums(t *testing.T) {
	const chars = "abcd\x00"
	m := learned(t, len(chars), passage{"\U0010ffffabcab\x00", 1}, passage{"\U0010ffffba\x00", 1}, passage{"\U0010ffffaab\x00", 1}, passage{"\U0010ffffabcabbcabca\x00", 1})
	for _, before := range []string{"", "\U0010ffff", "\U0010ffffa", "ab", "abca", "dd", "cd", "\U0010ffffabcabbc"} {
		var total [orders]float64
		for _, r := range chars {
			from := len([]rune(before))
			for order, b := range m.bits(passage{before + string(r), from}) {
				total[order] += math.Exp2(-b)
			}
		}
		for order, p := range total {
			if math.Abs(p-1) > 1e-9 {
				t.Errorf("after %q the %d-gram model has probabilities of %.6f", before, order+1, p)
			}
		}
	}
}

// Windows that overlap teach each character but once, with what is before it in
// either window, also where tokens are of several characters.
func TestPassages(t *testing.T) {
	s := &script{tokens: []string{"", "a", "b", "ab"}, mode: modeWindows, stride: 2}
	for _, c := range []struct {
		row    []float32
		learns bool
		want   passage
	}{
		{[]float32{1, 2, 3, 2, 1}, true, passage{"ababba", 4}},
		{[]float32{1, 3, 3, 2, 1}, true, passage{"aababba", 5}},
		{[]float32{1, 2, 3, 2, 1}, false, passage{"ababba", 0}},
		{[]float32{1, 2, 0, 0, 0}, false, passage{"ab\x00", 0}},
	} {
		if got := s.passage(c.row, c.learns); got != c.want {
			t.Errorf("%v: %+v, want %+v", c.row, got, c.want)
		}
	}
	lines := &script{tokens: s.tokens, mode: modeLines, stride: 3}
	if got, want := lines.passage([]float32{3, 1, 0}, true), (passage{"\U0010ffffaba\x00", 1}); got != want {
		t.Errorf("a line: %+v, want %+v", got, want)
	}
	if n := s.chars(); n != 3 {
		t.Errorf("%d characters, want 3", n)
	}
	_, info := read(t, set(func(s *settings) { s.Mode, s.Length, s.Stride = modeWindows, 8, 4 }), file(t, strings.Repeat("some text. ", 40)))
	if got := info.Space.Meta[metaStride]; got != "4" {
		t.Errorf("stride %q, want 4", got)
	}
	info.Space.Meta[metaStride] = "9"
	if _, err := scriptOf(info.Space, sdk.Batch{Shape: info.Space.Shape}); err == nil {
		t.Error("a stride longer than a row: no error")
	}
}

// Texts of which each takes as many bits as it has characters, ends among them,
// take one a character.
func TestBitsPerCharacter(t *testing.T) {
	train, test := namesOf(t, folder.Train), namesOf(t, folder.Test)
	c := sdk.Comparison{Generated: test.batch, Train: train.batch, Test: test.batch, Seed: 1}
	if _, there := measured(t, train.space, c)["bits-per-character"]; there {
		t.Error("bits a character, of unknown likelihoods")
	}
	for _, text := range test.texts {
		n := float64(len([]rune(text)))
		if n < 12 {
			n++
		}
		c.Scores = append(c.Scores, sdk.Score{LogLikelihood: -n * math.Ln2, ELBO: -2 * n * math.Ln2})
	}
	m := measured(t, train.space, c)["bits-per-character"]
	if math.Abs(m.Value-1) > 1e-9 || m.SE > 1e-9 || m.N != len(test.texts) || !strings.HasSuffix(m.Note, "by the lower bound alone 2") {
		t.Errorf("got %+v", m)
	}
	// What is known of letters in a name, and of English ones.
	if *m.Floor < 2 || *m.Floor > 3.5 {
		t.Errorf("n-gram models have %.3f bits a character: %s", *m.Floor, m.Note)
	}
	t.Log(m.Note)
	c.Scores[3].LogLikelihood = math.Inf(-1)
	if m, there := measured(t, train.space, c)["bits-per-character"]; there {
		t.Errorf("a text is impossible: %+v", m)
	}
	value, se := ratio([]float64{2, 4, 9}, []float64{1, 2, 3})
	if fmt.Sprintf("%.3f %.4f", value, se) != "2.500 0.3819" { // residuals −½, −1, 1½
		t.Errorf("a ratio of %.3f ± %.4f", value, se)
	}
	value, se = mean([]float64{1, 2, 4})
	if fmt.Sprintf("%.4f %.4f", value, se) != "2.3333 0.8819" { // a variance of 7/3, over 3
		t.Errorf("a mean of %.4f ± %.4f", value, se)
	}
	if value, se = mean([]float64{5}); value != 5 || se != 0 {
		t.Errorf("a mean of one number: %v ± %v", value, se)
	}
}
