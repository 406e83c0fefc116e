package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/genhost/genhost/sdk"
)

// passage is the text of a row, with its end where the row has one. Of a row that
// learns, what the row before has too is context alone.
func (s *script) passage(row []float32, learns bool) passage {
	var text strings.Builder
	from := 0
	if s.mode == modeLines {
		text.WriteRune(textStart)
		from = 1
	}
	for i, v := range row {
		if v == 0 {
			text.WriteRune(textEnd)
			break
		}
		token := s.tokens[int(v)]
		if learns && i < len(row)-s.stride {
			from += utf8.RuneCountInString(token)
		}
		text.WriteString(token)
	}
	return passage{text.String(), from}
}

// chars is how many different characters a text may have, and its end.
func (s *script) chars() int {
	n := 0
	for _, t := range s.tokens {
		if utf8.RuneCountInString(t) <= 1 {
			n++
		}
	}
	return n
}

// perCharacter is how many bits a character of held-out texts takes by the
// model's likelihood of them, beside n-gram models that learned from the training
// texts. These see no more of what is before a row than the model does.
func (s *script) perCharacter(ctx context.Context, c sdk.Comparison) ([]sdk.Measurement, error) {
	if len(c.Scores) != c.Test.Len() || len(c.Scores) == 0 {
		return nil, nil
	}
	model, err := learnKneserNey(ctx, func(yield func(passage) bool) {
		for i := 0; i < c.Train.Len() && yield(s.passage(c.Train.Row(i), true)); i++ {
		}
	}, s.chars())
	if err != nil {
		return nil, err
	}
	var by [orders]float64
	var bits, bound, lengths []float64
	for i, score := range c.Scores {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := s.passage(c.Test.Row(i), false)
		for order, b := range model.bits(p) {
			by[order] += b
		}
		bits = append(bits, -score.LogLikelihood/math.Ln2)
		bound = append(bound, -score.ELBO/math.Ln2)
		lengths = append(lengths, float64(utf8.RuneCountInString(p.text)-p.from))
	}
	value, se := ratio(bits, lengths)
	lower, _ := ratio(bound, lengths)
	var all []string
	for order := range by {
		by[order] /= sum(lengths)
		all = append(all, fmt.Sprintf("%.3g", by[order]))
	}
	floor := slices.Min(by[:])
	if math.IsNaN(lower) || math.IsInf(lower, 0) || math.IsNaN(value) || math.IsInf(value, 0) {
		return nil, nil
	}
	return []sdk.Measurement{{
		Name: "bits-per-character", Doc: "of held-out texts, by the model's likelihood of them; the end of a text counts as a character",
		Value: value, SE: se, N: len(bits), Better: "lower", Floor: &floor,
		Note: fmt.Sprintf("floor: a Kneser-Ney %d-gram model, the best of 1 to %d characters, which have %s; by the lower bound alone %.3g",
			1+slices.Index(by[:], floor), orders, strings.Join(all, " "), lower),
	}}, nil
}

func sum(x []float64) (total float64) {
	for _, v := range x {
		total += v
	}
	return total
}

// ratio is Σ a / Σ b over rows, and its standard error.
func ratio(a, b []float64) (value, se float64) {
	n := float64(len(a))
	value = sum(a) / sum(b)
	if n < 2 {
		return value, 0
	}
	squares := 0.0
	for i := range a {
		d := a[i] - value*b[i]
		squares += d * d
	}
	return value, math.Sqrt(squares*n/(n-1)) / sum(b)
}

// mean is that of x, and its standard error.
func mean(x []float64) (value, se float64) {
	return ratio(x, slices.Repeat([]float64{1}, len(x)))
}
