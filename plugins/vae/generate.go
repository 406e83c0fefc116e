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

// Encode returns the mean μ of q(z|x).
func (v *vae) Encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	if !v.trained {
		return sdk.Batch{}, fmt.Errorf("vae: encode: %w", sdk.ErrNotTrained)
	}
	if err := v.space.Check(x); err != nil {
		return sdk.Batch{}, fmt.Errorf("vae: encode: %w", err)
	}
	return v.apply(ctx, x, []int{v.Latent}, func(x *tensor.Tensor) *tensor.Tensor {
		mu, _ := v.encode(x)
		return mu
	})
}

// Draw returns latents z from the prior, N(0, I).
func (v *vae) Draw(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	if err := v.checkRequest(req); err != nil {
		return sdk.Batch{}, fmt.Errorf("vae: draw: %w", err)
	}
	z := sdk.MakeBatch(req.N, v.Latent)
	v.tape.Reset()
	nn.Normal(v.tape.Input(z.Data, req.N, v.Latent), req.Seed, req.First)
	return z, nil
}

// mostNumbers bounds the numbers of one call: 4 GiB.
const mostNumbers = 1 << 30

func (v *vae) checkRequest(req sdk.GenerateRequest) error {
	if !v.trained {
		return sdk.ErrNotTrained
	}
	if err := req.Check(); err != nil {
		return err
	}
	if most := mostNumbers / max(v.Latent, v.space.Size()); req.N > most {
		return sdk.Hint(fmt.Errorf("%w: %d rows at once", sdk.ErrBadInput, req.N), fmt.Sprintf("ask for %d at most", most))
	}
	return nil
}

// Decode returns the means of p(x|z).
func (v *vae) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	if !v.trained {
		return sdk.Batch{}, fmt.Errorf("vae: decode: %w", sdk.ErrNotTrained)
	}
	latents := sdk.Space{Modality: "latent", Shape: []int{v.Latent}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: v.Latent}}}
	if err := latents.Check(z); err != nil {
		return sdk.Batch{}, fmt.Errorf("vae: decode: %w", err)
	}
	rows, err := v.apply(ctx, z, v.space.Shape, func(z *tensor.Tensor) *tensor.Tensor {
		if v.spread == nil {
			return v.decode(z).Sigmoid()
		}
		return v.decode(z)
	})
	v.space.Settle(rows)
	return rows, err
}

// Generate decodes latents from the prior.
func (v *vae) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := v.Draw(ctx, req)
	if err != nil {
		return sdk.Batch{}, err
	}
	return v.Decode(ctx, z)
}

// apply puts the rows of x through f, and returns rows of the given shape.
func (v *vae) apply(ctx context.Context, x sdk.Batch, shape []int, f func(*tensor.Tensor) *tensor.Tensor) (sdk.Batch, error) {
	out := sdk.MakeBatch(x.Len(), shape...)
	for i := 0; i < x.Len(); i += chunk {
		if err := ctx.Err(); err != nil {
			return sdk.Batch{}, err
		}
		part := x.Slice(i, min(i+chunk, x.Len()))
		v.tape.Reset()
		y := f(v.tape.Input(part.Data, part.Len(), x.RowSize()))
		copy(out.Slice(i, i+part.Len()).Data, y.Data)
	}
	return out, nil
}

// Save writes the weights of both networks.
func (v *vae) Save(_ context.Context, path string) error {
	if !v.trained {
		return fmt.Errorf("vae: save: %w", sdk.ErrNotTrained)
	}
	return nn.Save(path, &v.params)
}

// Load reads the weights of both networks.
func (v *vae) Load(_ context.Context, path string) error {
	err := nn.Load(path, &v.params)
	if errors.Is(err, nn.ErrMismatch) {
		err = sdk.Hint(fmt.Errorf("%w: %w", sdk.ErrBadInput, err), "load the weights into a model with the settings that they were trained with")
	}
	if err != nil {
		return fmt.Errorf("vae: %w", err)
	}
	v.trained = true
	return nil
}
