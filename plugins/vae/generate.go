package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// chunk is how many rows pass through a network at a time. What comes out does
// not depend on it.
const chunk = 128

// Encode returns the mean μ of q(z|x), with the conditions that the model heeds.
func (v *vae) Encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	if !v.trained {
		return sdk.Batch{}, fmt.Errorf("vae: encode: %w", sdk.ErrNotTrained)
	}
	if err := v.checkRows(x); err != nil {
		return sdk.Batch{}, fmt.Errorf("vae: encode: %w", err)
	}
	return v.apply(ctx, x, []int{v.Latent}, func(x, labels *tensor.Tensor, _ int) *tensor.Tensor {
		mu, _ := v.encode(v.see(v.fixed(x), &v.tape), labels)
		return mu
	})
}

// fixed binarises rows if that is done once and for all. A dynamic model takes a
// grey row for the mean of its draws.
func (v *vae) fixed(x *tensor.Tensor) *tensor.Tensor {
	if v.Binarise != "static" {
		return x
	}
	return nn.BinariseOnce(v.tape.Constant(x.Rows, x.Cols), x, onceSeed)
}

// checkRows reports rows that are none of the space, or lack a condition.
func (v *vae) checkRows(x sdk.Batch) error {
	if err := v.space.Check(x); err != nil {
		return err
	}
	return v.checkLabels(x)
}

// Draw returns latents z from the prior, N(0, I), with the conditions that are
// asked for, or as the training rows had them.
func (v *vae) Draw(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	if err := v.checkRequest(req); err != nil {
		return sdk.Batch{}, fmt.Errorf("vae: draw: %w", err)
	}
	z := sdk.MakeBatch(req.N, v.Latent)
	v.tape.Reset()
	nn.Normal(v.tape.Input(z.Data, req.N, v.Latent), req.Seed, req.First)
	z.Conditions = v.drawConditions(req)
	return z, nil
}

// mostNumbers bounds the numbers of one call: 4 GiB.
const mostNumbers = 1 << 30

func (v *vae) checkRequest(req sdk.GenerateRequest) error {
	if !v.trained {
		return sdk.ErrNotTrained
	}
	if err := req.Check(v.asked()...); err != nil {
		return err
	}
	if most := mostNumbers / max(v.Latent, v.space.Size()); req.N > most {
		return sdk.Hint(fmt.Errorf("%w: %d rows at once", sdk.ErrBadInput, req.N), fmt.Sprintf("ask for %d at most", most))
	}
	return nil
}

// Decode returns the means of p(x|z), or draws from it: see the setting output.
func (v *vae) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	if !v.trained {
		return sdk.Batch{}, fmt.Errorf("vae: decode: %w", sdk.ErrNotTrained)
	}
	if err := v.checkLatents(z); err != nil {
		return sdk.Batch{}, fmt.Errorf("vae: decode: %w", err)
	}
	rows, err := v.apply(ctx, z, v.space.Shape, func(part, labels *tensor.Tensor, from int) *tensor.Tensor {
		heat := v.heats(z, from, part.Rows)
		if d, ok := v.decoder.(*gruDecoder); ok {
			return v.written(d, part, labels, nil, heat)
		}
		return v.outcome(part, v.decode(part, labels, nil), heat, &v.tape)
	})
	v.space.Settle(rows)
	return rows, err
}

func (v *vae) checkLatents(z sdk.Batch) error {
	latents := sdk.Space{Modality: "latent", Shape: []int{v.Latent}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: v.Latent}}, Conditions: v.asked()}
	if err := latents.Check(z); err != nil {
		return err
	}
	return v.checkLabels(z)
}

// Generate decodes latents from the prior.
func (v *vae) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := v.Draw(ctx, req)
	if err != nil {
		return sdk.Batch{}, err
	}
	return v.Decode(ctx, z)
}

// apply puts the rows of x and their labels through f, a few at a time from a row
// on, and returns rows of the given shape under the same conditions.
func (v *vae) apply(ctx context.Context, x sdk.Batch, shape []int, f func(x, labels *tensor.Tensor, from int) *tensor.Tensor) (sdk.Batch, error) {
	out := sdk.MakeBatch(x.Len(), shape...)
	out.Conditions = v.heed(x)
	for i := 0; i < x.Len(); i += chunk {
		if err := ctx.Err(); err != nil {
			return sdk.Batch{}, err
		}
		part := x.Slice(i, min(i+chunk, x.Len()))
		v.tape.Reset()
		y := f(v.tape.Input(part.Data, part.Len(), x.RowSize()), v.oneHot(part, &v.tape), i)
		copy(out.Slice(i, i+part.Len()).Data, y.Data)
	}
	return out, nil
}

// Save writes the weights of both networks, and how often there was each label.
func (v *vae) Save(_ context.Context, path string) error {
	if !v.trained {
		return fmt.Errorf("vae: save: %w", sdk.ErrNotTrained)
	}
	return nn.Save(path, &v.params, &v.counts)
}

// Load reads what Save wrote.
func (v *vae) Load(_ context.Context, path string) error {
	err := nn.Load(path, &v.params, &v.counts)
	if errors.Is(err, nn.ErrMismatch) {
		err = sdk.Hint(fmt.Errorf("%w: %w", sdk.ErrBadInput, err), "load the weights into a model with the settings that they were trained with")
	}
	if err != nil {
		return fmt.Errorf("vae: %w", err)
	}
	v.trained = true
	return nil
}
