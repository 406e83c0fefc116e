package measure

import (
	"context"
	"math"

	"github.com/genhost/genhost/sdk"
)

// halfway returns what the model decodes halfway from the latent of each held-out
// row of [study.test] to that of the next, and from the last to the first. It has
// the conditions of the row that it comes to.
func (y *study) halfway(ctx context.Context) (sdk.Batch, error) {
	z, err := y.latents(ctx)
	if err != nil {
		return sdk.Batch{}, err
	}
	half := sdk.Batch{Shape: z.Shape, Conditions: map[string][]float32{}}
	for i := range z.Len() {
		next := (i + 1) % z.Len()
		half.Data = append(half.Data, Slerp(z.Row(i), z.Row(next), 0.5)...)
		for name, values := range z.Conditions {
			half.Conditions[name] = append(half.Conditions[name], values[next])
		}
	}
	return y.decode(ctx, half)
}

// Slerp goes from a to b along the arc of a circle, at t from 0 to 1: on a
// straight line between two draws of a Gaussian in many dimensions, the middle
// would be nearer to the origin than any draw (White, "Sampling Generative
// Networks", arXiv:1609.04468, §2.1). Where a and b are parallel it is a
// straight line.
func Slerp(a, b []float32, t float64) []float32 {
	var ab, aa, bb float64
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
	}
	wa, wb := 1-t, t
	if angle := math.Acos(ab / math.Sqrt(aa*bb)); math.Sin(angle) > 1e-6 {
		wa, wb = math.Sin((1-t)*angle)/math.Sin(angle), math.Sin(t*angle)/math.Sin(angle)
	}
	c := make([]float32, len(a))
	for i := range c {
		c[i] = float32(wa*float64(a[i]) + wb*float64(b[i]))
	}
	return c
}
