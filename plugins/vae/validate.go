package main

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/sdk"
)

// validationSeed is that of the draws that rows are validated with, always the
// same ones, so that figures differ by the weights alone.
const validationSeed = 1

// Validate returns the same figures as training reports, of other rows: "loss" is
// the negative of the bound that it maximises, with a beta of 1 and no free bits.
func (v *vae) Validate(ctx context.Context, rows sdk.Rows) (sdk.Metrics, error) {
	if !v.trained {
		return nil, fmt.Errorf("vae: validate: %w", sdk.ErrNotTrained)
	}
	if rows.Len() == 0 {
		return nil, fmt.Errorf("%w: vae: validate: no rows", sdk.ErrBadInput)
	}
	var sum terms
	var b sdk.Batch
	for i := 0; i < rows.Len(); i += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b = rows.Gather(b, indices(i, min(i+chunk, rows.Len())))
		if err := v.checkRows(b); err != nil {
			return nil, fmt.Errorf("vae: validate: %w", err)
		}
		t := v.validate(b, i)
		n := float64(b.Len())
		sum.bound += n * t.bound
		sum.likelihood += n * t.likelihood
		sum.kl += n * t.kl
	}
	n := float64(rows.Len())
	return sdk.Metrics{"loss": -sum.bound / n, "reconstruction": -sum.likelihood / n, "kl": sum.kl / n}, nil
}

func (v *vae) validate(b sdk.Batch, first int) terms {
	v.tape.Reset()
	n := b.Len()
	x, labels := v.input(b, validationSeed+bitsApart, first, &v.tape), v.oneHot(b, &v.tape)
	eps := epsilon(v.tape.Constant(v.Samples*n, v.Latent), n, validationSeed, first, &v.tape)
	return v.bound(x, labels, eps, 1, &v.tape)
}

func indices(from, to int) []int {
	all := make([]int, 0, to-from)
	for i := from; i < to; i++ {
		all = append(all, i)
	}
	return all
}
