package optim

import (
	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// A Clip is how large a gradient may be that an optimiser follows. 0 is no
// limit, and less or NaN panics in Step.
type Clip struct {
	// Value is how large any number of it may be: a larger one becomes Value,
	// in Params.Grad too.
	Value float64

	// Norm is how long it may be, as the Euclidean norm over all parameters:
	// a longer one is scaled down to it (Pascanu et al., arXiv:1211.5063,
	// algorithm 1), which leaves Params.Grad as it is. It comes after Value.
	Norm float64
}

// scale returns what the gradient of p is to be multiplied by.
func (c Clip) scale(p *tensor.Params) float32 {
	if c.Value > 0 {
		limit(p.Grad, c.Value)
	}
	if c.Norm > 0 {
		if norm := p.GradNorm(); norm > c.Norm {
			return float32(c.Norm / norm)
		}
	}
	return 1
}

// ClipWeights makes every parameter of p lie between -most and most. After each
// step of a critic it bounds how steep the critic is: Arjovsky et al.,
// "Wasserstein GAN", arXiv:1701.07875, algorithm 1.
func ClipWeights(p *tensor.Params, most float64) { limit(p.Data, most) }

func limit(x []float32, most float64) { kernel.Clip(x, float32(-most), float32(most), x) }
