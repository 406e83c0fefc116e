package main

import (
	"math"

	"github.com/genhost/genhost/sdk/tensor"
)

// A loss is what the players descend, each a mean over what D says, its logits
// or scores, of real and of generated packs.
type loss struct {
	discriminator func(real, fake *tensor.Tensor, smoothing float64) *tensor.Tensor
	generator     func(fake *tensor.Tensor) *tensor.Tensor

	// says makes of D's outputs what is shown of them.
	says func(logits *tensor.Tensor) *tensor.Tensor

	// even is the discriminator's loss where it cannot tell, 0 where a score
	// alone means nothing. At 0, or at the entropy of smoothed labels, it has won.
	even float64
}

var losses = map[string]loss{
	"nonsaturating": {crossEntropy, nonSaturating, (*tensor.Tensor).Sigmoid, 2 * math.Ln2},
	"hinge":         {hinge, wasserstein, itself, 2},
	"lsgan":         {leastSquares, towardsOne, itself, 0.25},
	"wgan-gp":       {wassersteinDistance, wasserstein, itself, 0},
}

// crossEntropy is −log D(x) − log(1 − D(G(z))), with D the sigmoid of the logits:
// Goodfellow et al., arXiv:1406.2661, algorithm 1. Real packs have the label 1 −
// smoothing: Salimans et al., arXiv:1606.03498, section 3.4.
func crossEntropy(real, fake *tensor.Tensor, smoothing float64) *tensor.Tensor {
	believed := real.Scale(-1).Softplus().Mean().Add(real.Mean().Scale(float32(smoothing)))
	return believed.Add(fake.Softplus().Mean())
}

// nonSaturating is −log D(G(z)), which has a slope where D wins: section 3 of the
// same.
func nonSaturating(fake *tensor.Tensor) *tensor.Tensor { return fake.Scale(-1).Softplus().Mean() }

// hinge is max(0, 1 − D(x)) + max(0, 1 + D(G(z))): Lim and Ye, arXiv:1705.02894;
// Miyato et al., arXiv:1802.05957, eq. 16.
func hinge(real, fake *tensor.Tensor, _ float64) *tensor.Tensor {
	return real.Scale(-1).Plus(1).ReLU().Mean().Add(fake.Plus(1).ReLU().Mean())
}

// leastSquares is ½(D(x) − 1)² + ½D(G(z))²: Mao et al., arXiv:1611.04076, eq. 9.
func leastSquares(real, fake *tensor.Tensor, _ float64) *tensor.Tensor {
	return real.Plus(-1).Square().Mean().Add(fake.Square().Mean()).Scale(0.5)
}

// towardsOne is ½(D(G(z)) − 1)²: eq. 9 of the same.
func towardsOne(fake *tensor.Tensor) *tensor.Tensor { return fake.Plus(-1).Square().Mean().Scale(0.5) }

// wassersteinDistance is D(G(z)) − D(x): Gulrajani et al., arXiv:1704.00028, eq. 3,
// whose penalty is a term of its own.
func wassersteinDistance(real, fake *tensor.Tensor, _ float64) *tensor.Tensor {
	return fake.Mean().Sub(real.Mean())
}

// wasserstein is −D(G(z)): algorithm 1 of Gulrajani et al., eq. 17 of Miyato et al.
func wasserstein(fake *tensor.Tensor) *tensor.Tensor { return fake.Mean().Scale(-1) }

func itself(logits *tensor.Tensor) *tensor.Tensor { return logits }

// led returns how far ahead D is: 0 where it cannot tell and 1 where it always can,
// by the loss it has. It is 0 for a loss that does not say.
func (l loss) led(lossD, smoothing float64) float64 {
	if l.even == 0 {
		return 0
	}
	least := 0.0
	if smoothing > 0 {
		least = -smoothing*math.Log(smoothing) - (1-smoothing)*math.Log(1-smoothing)
	}
	return (l.even - lossD) / (l.even - least)
}
