package main

import (
	"math"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// steep is a model of two numbers, two categories and two zeros or ones, all of
// them as one latent says, by a decoder that is linear. What its encoder says is
// arbitrary.
func steep(t *testing.T) *vae {
	t.Helper()
	s := defaults
	s.Latent, s.Hidden = 1, nil
	v, err := newVAE(s, sdk.Space{Modality: "table", Shape: []int{6}, Segments: []sdk.Segment{
		{Kind: sdk.Real, Len: 2}, {Kind: sdk.Category, Len: 2, Of: 2}, {Kind: sdk.Unit, Len: 2},
	}})
	if err != nil {
		t.Fatal(err)
	}
	v.params.Init(job().Rand(0))
	last := v.decoder.(mlpDecoder).MLP[0]
	copy(last.Weight.Data, steepSlopes)
	copy(last.Bias.Data, steepBiases)
	v.spread.Data[0] = float32(math.Log(steepNoise*steepNoise) / spreadScale)
	v.trained = true
	return v
}

// What the decoder of steep gives is these, and the latent times the slopes.
var (
	steepSlopes = []float32{2, -1, 0, 5, 0, -4, 4, -6}
	steepBiases = []float32{1, 0.5, 0, -4, 0, 2, -3, 1}
)

const steepNoise = 0.5 // the standard deviation of its numbers

// steepMeans are the means of all numbers of steep's rows that have some,
// by the integral over the latent in float64.
func steepMeans(given []float32) (mean, square []float64) {
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	mean, square = make([]float64, 6), make([]float64, 6)
	total := 0.0
	for z := -8.0; z < 8; z += 1e-3 {
		at := func(i int) float64 { return float64(steepSlopes[i])*z + float64(steepBiases[i]) }
		m := []float64{at(0), at(1), sigmoid(at(3)), sigmoid(at(5)), sigmoid(at(6)), sigmoid(at(7))}
		w := math.Exp(-z * z / 2)
		for i, x := range given {
			switch {
			case !isGiven(x):
			case i < 2:
				w *= math.Exp(logNormal(float64(x), m[i], steepNoise))
			case x == 1:
				w *= m[i]
			default:
				w *= 1 - m[i]
			}
		}
		total += w
		for i, m := range m {
			mean[i] += w * m
			if square[i] += w * m; i < 2 {
				square[i] += w * (m*m + steepNoise*steepNoise - m)
			}
		}
	}
	for i := range mean {
		mean[i] /= total
		square[i] /= total
	}
	return mean, square
}

// What is open is drawn from p(rest|given), which the integral over the latent
// tells.
func TestCompleteIsConditional(t *testing.T) {
	const n = 2000
	open := float32(math.NaN())
	v := steep(t)
	for _, row := range [][]float32{
		{open, open, 1, open, open, open}, // one row in five
		{open, open, open, 1, open, 1},
		{open, open, open, open, 1, 0},
		{-1.5, open, open, open, open, open},
		{open, -1.25, open, 0, open, open},
		{5, open, open, open, open, open}, // at two standard deviations
	} {
		made, err := v.Complete(t.Context(), sdk.GenerateRequest{N: n, Seed: 4}, sdk.Batch{Shape: []int{6}, Data: row})
		if err != nil {
			t.Fatal(err)
		}
		mean, square := steepMeans(row)
		for j := range row {
			if isGiven(row[j]) {
				continue
			}
			sum, squares := 0.0, 0.0
			for i := range n {
				x := float64(made.Row(i)[j])
				sum, squares = sum+x/n, squares+x*x/n
			}
			variance := square[j] - mean[j]*mean[j]
			if within := 4*math.Sqrt(variance/n) + 0.002; math.Abs(sum-mean[j]) > within {
				t.Errorf("given %v: the mean of number %d is %.4f, want %.4f ± %.4f", row, j, sum, mean[j], within)
			}
			if got := squares - sum*sum; math.Abs(got/variance-1) > 0.15 && j < 2 {
				t.Errorf("given %v: the variance of number %d is %.4f, want %.4f", row, j, got, variance)
			}
		}
	}
}

// Of a model that has learned, rows are completed as those that it generates
// go on that happen to have what is given.
func TestCompletedRowsAreLikeGenerated(t *testing.T) {
	const n = 1000
	open := float32(math.NaN())
	v := learnedSentences(t, "mlp")
	drawn, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 20 * n, Seed: 9})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][]float32{{2, 0, open, open, open}, {open, open, 1, open, open}} {
		made, err := v.Complete(t.Context(), sdk.GenerateRequest{N: n, Seed: 4}, sdk.Batch{Shape: []int{5}, Data: row})
		if err != nil {
			t.Fatal(err)
		}
		got, want := shareInOrder(made, row), shareInOrder(drawn, row)
		if within := 4 * math.Sqrt(want*(1-want)*(1.0/n+1.0/(5*n))); math.Abs(got-want) > within {
			t.Errorf("given %v: %.3f are in order, generated %.3f ± %.3f", row, got, want, within)
		}
	}
}

// shareInOrder is that of the rows that have what is given.
func shareInOrder(rows sdk.Batch, given []float32) float64 {
	some := sdk.Batch{Shape: rows.Shape}
	for i := range rows.Len() {
		has := true
		for j, x := range given {
			has = has && (!isGiven(x) || rows.Row(i)[j] == x)
		}
		if has {
			some.Data = append(some.Data, rows.Row(i)...)
		}
	}
	return float64(inOrder(some)) / float64(some.Len())
}

// A row depends on what is given for it, not on its neighbours, and is what is
// generated where nothing is.
func TestCompletedRowsStandAlone(t *testing.T) {
	open := float32(math.NaN())
	v := steep(t)
	given := sdk.MakeBatch(6, 6)
	for i := range given.Data {
		given.Data[i] = open
	}
	given.Row(1)[2], given.Row(4)[0] = 1, 5
	req := sdk.GenerateRequest{N: 6, Seed: 4, First: 10}
	all, err := v.Complete(t.Context(), req, given)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := v.Generate(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		want := drawn.Row(i)
		if i == 1 || i == 4 {
			one, err := v.Complete(t.Context(), sdk.GenerateRequest{N: 1, Seed: 4, First: 10 + i}, given.Slice(i, i+1))
			if err != nil {
				t.Fatal(err)
			}
			if want = one.Row(0); slices.Equal(want, drawn.Row(i)) {
				t.Errorf("row %d is %v whatever is given", i, want)
			}
		}
		if !slices.Equal(all.Row(i), want) {
			t.Errorf("row %d is %v, by itself %v", i, all.Row(i), want)
		}
	}
}
