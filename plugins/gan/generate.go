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

// Draw returns latents z from N(0, I), with the conditions that were asked for, and
// others as there were in training, unless they may be left open.
func (n *gan) Draw(_ context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	if err := n.checkRequest(req); err != nil {
		return sdk.Batch{}, fmt.Errorf("gan: draw: %w", err)
	}
	z := sdk.MakeBatch(req.N, n.Latent)
	n.tape.Reset()
	nn.Normal(n.tape.Input(z.Data, req.N, n.Latent), req.Seed, req.First)
	z.Conditions = n.withControls(n.draw(req, &n.tape), req)
	return z, nil
}

// mostNumbers bounds the numbers of one call: 4 GiB.
const mostNumbers = 1 << 30

func (n *gan) checkRequest(req sdk.GenerateRequest) error {
	if !n.trained {
		return sdk.ErrNotTrained
	}
	if err := req.Check(n.asked()...); err != nil {
		return err
	}
	if most := mostNumbers / max(n.Latent, n.width()); req.N > most {
		return sdk.Hint(fmt.Errorf("%w: %d rows at once", sdk.ErrBadInput, req.N), fmt.Sprintf("ask for %d at most", most))
	}
	return nil
}

// Decode returns G(z), by the averaged generator.
func (n *gan) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	if !n.trained {
		return sdk.Batch{}, fmt.Errorf("gan: decode: %w", sdk.ErrNotTrained)
	}
	latents := sdk.Space{Modality: "latent", Shape: []int{n.Latent}, Segments: []sdk.Segment{{Kind: sdk.Real, Len: n.Latent}}, Conditions: n.asked()}
	if err := latents.Check(z); err != nil {
		return sdk.Batch{}, fmt.Errorf("gan: decode: %w", err)
	}
	if err := n.complete(z); err != nil {
		return sdk.Batch{}, fmt.Errorf("gan: decode: %w", err)
	}
	rows := sdk.MakeBatch(z.Len(), n.space.Shape...)
	for i := 0; i < z.Len(); i += chunk {
		if err := ctx.Err(); err != nil {
			return sdk.Batch{}, err
		}
		part := z.Slice(i, min(i+chunk, z.Len()))
		n.tape.Reset()
		n.settle(rows.Slice(i, i+part.Len()).Data, n.decode(part))
	}
	n.space.Settle(rows)
	rows.Conditions = n.heed(z.Conditions)
	return rows, nil
}

// decode returns what the averaged generator makes of latents.
func (n *gan) decode(z sdk.Batch) *tensor.Tensor {
	latents := n.tape.Input(z.Data, z.Len(), n.Latent)
	var noise *tensor.Tensor
	if n.average.finish.noisy() {
		noise = n.heat(noiseOf(latents, &n.tape, n.width()), z)
	}
	if n.toldWidth > 0 {
		told := z.Conditions
		if n.leavesAllOpen(told) {
			told = n.drawSome(z)
		}
		latents = latents.Beside(n.encode(n.tape.Constant(z.Len(), n.toldWidth), told))
	}
	rows, _ := n.average.make(latents, noise)
	return rows
}

// Generate decodes latents that it draws.
func (n *gan) Generate(ctx context.Context, req sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := n.Draw(ctx, req)
	if err != nil {
		return sdk.Batch{}, err
	}
	return n.Decode(ctx, z)
}

// Save writes the weights of the averaged generator and the discriminator.
func (n *gan) Save(_ context.Context, path string) error {
	if !n.trained {
		return fmt.Errorf("gan: save: %w", sdk.ErrNotTrained)
	}
	return nn.Save(path, n.weights()...)
}

// Load reads them.
func (n *gan) Load(_ context.Context, path string) error {
	err := nn.Load(path, n.weights()...)
	if errors.Is(err, nn.ErrMismatch) {
		err = sdk.Hint(fmt.Errorf("%w: %w", sdk.ErrBadInput, err), "load the weights into a model with the settings that they were trained with")
	}
	if err != nil {
		return fmt.Errorf("gan: %w", err)
	}
	n.trained = true
	return nil
}

// weights are all that a file has.
func (n *gan) weights() []*tensor.Params {
	return []*tensor.Params{&n.average.params, &n.average.stats, &n.d.params, &n.d.stats, &n.seen}
}
