package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// rounds is how often a row that is completed is encoded and decoded again.
const rounds = 20

// Complete generates rows and puts the given numbers in their places. A decoder
// of sequences writes on from the beginning that is given. With the others, rows
// are encoded, drawn and decoded again, the given numbers put back each time,
// until what is open fits them: the Markov chain of Rezende et al.,
// arXiv:1401.4082, appendix F.
func (v *vae) Complete(ctx context.Context, req sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	z, err := v.Draw(ctx, req)
	if err != nil {
		return sdk.Batch{}, err
	}
	if given, err = v.checkGiven(req.N, given); err != nil {
		return sdk.Batch{}, fmt.Errorf("vae: complete: %w", err)
	}
	given.Conditions = z.Conditions
	if d, ok := v.decoder.(*gruDecoder); ok {
		if err := onlyBeginnings(given); err != nil {
			return sdk.Batch{}, fmt.Errorf("vae: complete: %w", err)
		}
		return v.apply(ctx, z, v.space.Shape, func(part, labels *tensor.Tensor, from int) *tensor.Tensor {
			some := given.Slice(from, from+part.Rows)
			return v.written(d, part, labels, v.tape.Input(some.Data, part.Rows, v.space.Size()), v.heats(z, from, part.Rows))
		})
	}
	rows, err := v.Decode(ctx, z)
	if err != nil || !slices.ContainsFunc(given.Data, isGiven) {
		return rows, err
	}
	for range rounds {
		put(rows, given)
		if rows, err = v.again(ctx, rows, z.Conditions); err != nil {
			return sdk.Batch{}, err
		}
	}
	put(rows, given)
	return rows, nil
}

// checkGiven returns a row for each of n, if what is given are rows of the space
// with some numbers left open.
func (v *vae) checkGiven(n int, given sdk.Batch) (sdk.Batch, error) {
	if !slices.Equal(given.Shape, v.space.Shape) || len(given.Data) != given.Len()*v.space.Size() || given.Len() != 1 && given.Len() != n {
		return given, fmt.Errorf("%w: %d numbers of shape %v are given, want 1 or %d rows of %v", sdk.ErrBadInput, len(given.Data), given.Shape, n, v.space.Shape)
	}
	all := sdk.MakeBatch(n, v.space.Shape...)
	for i := range n {
		copy(all.Row(i), given.Row(i%given.Len()))
	}
	settled := sdk.Batch{Shape: all.Shape, Data: slices.Clone(all.Data)}
	for i, x := range settled.Data {
		if !isGiven(x) {
			settled.Data[i] = 0 // which every kind of number can be
		}
	}
	return all, v.space.Check(settled)
}

// onlyBeginnings reports rows in which a number is given after an open one.
func onlyBeginnings(given sdk.Batch) error {
	for i := range given.Len() {
		row := given.Row(i)
		open := slices.IndexFunc(row, func(x float32) bool { return !isGiven(x) })
		if open >= 0 && slices.ContainsFunc(row[open:], isGiven) {
			return sdk.Hint(fmt.Errorf("%w: a number is given after one that is open", sdk.ErrBadInput),
				"the gru architecture writes from the first to the last: give a beginning")
		}
	}
	return nil
}

// put puts the given numbers into rows.
func put(rows, given sdk.Batch) {
	for i, x := range given.Data {
		if isGiven(x) {
			rows.Data[i] = x
		}
	}
}

// again encodes rows, draws a latent of each, from a seed made of the row itself,
// and decodes it under conditions.
func (v *vae) again(ctx context.Context, rows sdk.Batch, conditions map[string][]float32) (sdk.Batch, error) {
	z, err := v.apply(ctx, rows, []int{v.Latent}, func(x, labels *tensor.Tensor, _ int) *tensor.Tensor {
		mu, logVar := v.encode(v.see(v.fixed(x), &v.tape), labels)
		eps := v.tape.Constant(x.Rows, v.Latent)
		for i := range x.Rows {
			nn.Normal(v.tape.Input(rowOf(eps, i), 1, v.Latent), bitsOf(rowOf(x, i)), 0)
		}
		return sample(mu, logVar, eps)
	})
	if err != nil {
		return z, err
	}
	z.Conditions = conditions
	return v.Decode(ctx, z)
}
