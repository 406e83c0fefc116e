package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

// Complete generates rows and puts the given numbers in their places. A decoder
// of sequences writes on from the beginning that is given. With the others, the
// latents are those that fit what is given, see resample.
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
	if err := v.resample(ctx, z, given, req); err != nil {
		return sdk.Batch{}, err
	}
	rows, err := v.Decode(ctx, z)
	if err != nil {
		return sdk.Batch{}, err
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
