package nn

import (
	"math"

	"github.com/genhost/genhost/sdk/tensor"
)

// GlorotUniform draws uniformly, with the variance 2 / (inputs + outputs) that is a
// compromise between numbers and gradients that keep their size: Glorot and Bengio,
// "Understanding the difficulty of training deep feedforward neural networks",
// AISTATS 2010, eq. 16. It suits tanh, sigmoid and no activation.
func GlorotUniform(inputs, outputs int) tensor.Init { return uniform(glorot(inputs, outputs)) }

// GlorotNormal is [GlorotUniform] from a normal distribution: eq. 12.
func GlorotNormal(inputs, outputs int) tensor.Init { return normal(glorot(inputs, outputs)) }

// HeUniform draws uniformly, with the variance 2 / ((1 + slope²) inputs) that makes
// numbers keep their size before a ReLU, of slope 0, or a leaky ReLU of another
// slope: He et al., "Delving deep into rectifiers", arXiv:1502.01852, eqs. 10
// and 15.
func HeUniform(inputs int, slope float64) tensor.Init { return uniform(he(inputs, slope)) }

// HeNormal is [HeUniform] from a normal distribution, as in the paper.
func HeNormal(inputs int, slope float64) tensor.Init { return normal(he(inputs, slope)) }

func glorot(inputs, outputs int) float64 { return 2 / float64(inputs+outputs) }

func he(inputs int, slope float64) float64 { return 2 / ((1 + slope*slope) * float64(inputs)) }

func uniform(variance float64) tensor.Init {
	return tensor.Init{Uniform: float32(math.Sqrt(3 * variance))}
}

func normal(variance float64) tensor.Init {
	return tensor.Init{Normal: float32(math.Sqrt(variance))}
}

// bound is how large the weights before an activation begin, at most.
func bound(inputs, outputs int, act tensor.Activation) float32 {
	switch act {
	case tensor.ReLU, tensor.LeakyReLU:
		return HeUniform(inputs, 0).Uniform
	}
	return GlorotUniform(inputs, outputs).Uniform
}
