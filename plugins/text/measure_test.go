package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

func runesOf(texts ...string) (all [][]rune) {
	for _, t := range texts {
		all = append(all, []rune(t))
	}
	return all
}

func TestDivergence(t *testing.T) {
	js := func(a, b []string, n int) float64 {
		return divergence(count(runesOf(a...), n), count(runesOf(b...), n))
	}
	for _, c := range []struct {
		a, b []string
		n    int
		want float64
	}{
		{[]string{"ab"}, []string{"ba", "ab"}, 1, 0},
		{[]string{"aa"}, []string{"bb"}, 1, 1},
		{[]string{"ab"}, []string{"ba"}, 2, 1},
		{[]string{"aab"}, []string{"aab", "aab"}, 2, 0},
		// p = (¾, ¼), q = (¼, ¾), m = (½, ½): 1 − H(¼) = 0.1887
		{[]string{"aaab"}, []string{"abbb"}, 1, 1 + 0.25*math.Log2(0.25) + 0.75*math.Log2(0.75)},
		{[]string{"a"}, []string{"ab"}, 2, 1}, // nothing to compare
	} {
		if got := js(c.a, c.b, c.n); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%q and %q, %d-grams: %.6f, want %.6f", c.a, c.b, c.n, got, c.want)
		}
		if got := js(c.b, c.a, c.n); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%q and %q the other way: %.6f", c.b, c.a, got)
		}
	}
}

// editDistance is the definition.
func editDistance(a, b string) int {
	if a == "" || b == "" {
		return len(a) + len(b)
	}
	change := editDistance(a[1:], b[1:])
	if a[0] != b[0] {
		change++
	}
	return min(change, editDistance(a[1:], b)+1, editDistance(a, b[1:])+1)
}

func TestApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		word := func() string {
			b := make([]byte, rng.IntN(6))
			for i := range b {
				b[i] = byte('a' + rng.IntN(3))
			}
			return string(b)
		}
		a, b := word(), word()
		checkApart(t, a, b, editDistance(a, b))
	}
}

// Texts of several words of a machine, of which the first few characters are put
// in, some changed and the last taken out.
func TestApartLong(t *testing.T) {
	for _, n := range []int{60, 63, 64, 65, 127, 128, 129, 200} {
		a := strings.Repeat("abcdefghij", n)[:n]
		b := []byte("XX" + a[:n-3])
		b[n/2], b[n-2] = 'Y', 'Y'
		checkApart(t, a, string(b), 2+2+3)
		checkApart(t, string(b), a, 2+2+3)
		checkApart(t, a, a, 0)
		checkApart(t, a, strings.Repeat("Z", n-20), n)
	}
}

func checkApart(t *testing.T, a, b string, want int) {
	t.Helper()
	for _, most := range []int{0, 1, 2, 3, 4, 5, 6, want - 1, want, want + 1, 1000} {
		got := newPattern([]rune(a)).apart([]rune(b), most)
		if want <= most && got != want || want > most && got <= most {
			t.Errorf("%q and %q are %d apart, got %d of at most %d", a, b, want, got, most)
		}
	}
}

// A 3-gram model of a text in which two characters tell the next writes that
// text.
func TestChain(t *testing.T) {
	model := learnChain(runesOf("abcabd\x00"), 3)
	got := map[string]bool{}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		got[string(model.write(rng, 7))] = true
	}
	for text := range got {
		if !strings.HasPrefix(text, "ab") || strings.Contains(text, "ba") || strings.Contains(text, "ac") {
			t.Errorf("wrote %q", text)
		}
	}
	if !got["abd\x00"] || !got["abcabd\x00"] {
		t.Errorf("wrote %v", got)
	}
}

// names reads the carried names, of 12 characters.
func namesOf(t *testing.T, split string) rows {
	t.Helper()
	var r rows
	m := modality(t, set(func(s *settings) { s.Length = 12 }))
	if err := m.Read(t.Context(), sdk.Source{Dataset: carried, Split: split}, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func measured(t *testing.T, space sdk.Space, c sdk.Comparison) map[string]sdk.Measurement {
	t.Helper()
	found, err := modality(t, defaults).Measure(t.Context(), space, c)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]sdk.Measurement{}
	for _, f := range found {
		all[f.Name] = f
	}
	return all
}

// Held-out names, and those of n-gram models, have what other programs found.
func TestMeasureNames(t *testing.T) {
	train, test := namesOf(t, folder.Train), namesOf(t, folder.Test)
	got := measured(t, train.space, sdk.Comparison{Generated: test.batch, Train: train.batch, Test: test.batch, Seed: 1})
	for name, want := range map[string][2]float64{"js-2": {0.0194, 0.0182}, "js-3": {0.108, 0.178}, "js-4": {0.234, 0.360}} {
		m := got[name]
		if math.Abs(m.Value/want[0]-1) > 0.2 || math.Abs(*m.Floor/want[1]-1) > 0.25 || *m.Ceiling != m.Value || m.N != compared {
			t.Errorf("%s: held-out names have %.4f, a 2-gram model %.4f, want about %.4f and %.4f", name, m.Value, *m.Floor, want[0], want[1])
		}
	}
	if got["novelty"].Value < 0.99 || got["edit-distance"].Value < 0.15 || got["edit-distance"].Value != *got["edit-distance"].Ceiling {
		t.Errorf("held-out names: %+v and %+v", got["novelty"], got["edit-distance"])
	}
	copied := measured(t, train.space, sdk.Comparison{Generated: train.batch.Slice(0, 700), Train: train.batch, Test: test.batch, Seed: 1})
	if copied["novelty"].Value != 0 || copied["edit-distance"].Value != 0 {
		t.Errorf("copies: %+v and %+v", copied["novelty"], copied["edit-distance"])
	}
	one := sdk.Batch{Shape: train.batch.Shape, Data: slices.Repeat(train.batch.Row(0), 700)}
	same := measured(t, train.space, sdk.Comparison{Generated: one, Train: train.batch, Test: test.batch, Seed: 1})
	if math.Abs(same["uniqueness"].Value-1.0/700) > 1e-9 || same["js-2"].Value < 0.3 {
		t.Errorf("one name over and over: %+v and %+v", same["uniqueness"], same["js-2"])
	}
}

// Of two generated texts and of two held-out ones, one each is a training text.
func TestCopies(t *testing.T) {
	x := comparison{generated: runesOf("a", "b"), train: runesOf("b", "c"), test: runesOf("c", "d")}
	found, err := x.copies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m := found[0]; m.Name != "novelty" || m.Value != 0.5 || *m.Ceiling != 0.5 {
		t.Errorf("got %+v", m)
	}
}

func TestWithin(t *testing.T) {
	texts := runesOf("abc", "éé", "d")
	for most, want := range map[int]int{2: 0, 3: 1, 4: 1, 5: 2, 6: 3, 100: 3} {
		if got := len(within(most, texts)); got != want {
			t.Errorf("%d texts of at most %d characters, want %d", got, most, want)
		}
	}
}

// Each part of the measuring ends when the context does.
func TestMeasureStops(t *testing.T) {
	train := namesOf(t, folder.Train)
	s, err := scriptOf(train.space, train.batch)
	if err != nil {
		t.Fatal(err)
	}
	x := comparison{generated: runesOf("a"), train: runesOf("ab"), test: runesOf("b"), length: 2, rng: rand.New(rand.NewPCG(1, 2))}
	one := train.batch.Slice(0, 1)
	for name, part := range map[string]func(context.Context) error{
		"divergences": func(ctx context.Context) error { _, err := x.divergences(ctx); return err },
		"copies":      func(ctx context.Context) error { _, err := x.copies(ctx); return err },
		"nearest":     func(ctx context.Context) error { _, err := x.nearest(ctx); return err },
		"n-gram models": func(ctx context.Context) error {
			_, err := learnKneserNey(ctx, slices.Values([]passage{{"ab", 0}}), 3)
			return err
		},
		"bits": func(ctx context.Context) error {
			_, err := s.perCharacter(ctx, sdk.Comparison{Train: one, Test: one, Scores: []sdk.Score{{}}})
			return err
		},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		if err := part(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		if err := part(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", name, err)
		}
	}
}

func TestPrompt(t *testing.T) {
	train := namesOf(t, folder.Train)
	m := modality(t, defaults)
	row, err := m.Prompt(t.Context(), train.space, "Jo")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scriptOf(train.space, sdk.Batch{Shape: train.space.Shape})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.tokens[int(row.Data[0])] + s.tokens[int(row.Data[1])]; got != "Jo" || !math.IsNaN(float64(row.Data[2])) || !math.IsNaN(float64(row.Data[11])) {
		t.Errorf("Jo is %v", row.Data)
	}
	for what, words := range map[string]string{"no UTF-8": "J\xff", "a character that it does not know": "J漢", "too long": strings.Repeat("a", 13)} {
		_, err := m.Prompt(t.Context(), train.space, words)
		if !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%s: %v", what, err)
		}
		if h := sdk.Hints(err); what == "a character that it does not know" && (len(h) != 1 || !strings.HasSuffix(h[0], "alone: - A-Z a-z")) {
			t.Errorf("%s: hints %q", what, h)
		}
	}
}
