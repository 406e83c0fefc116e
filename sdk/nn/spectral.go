package nn

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk/tensor"
)

// A SpectralNorm keeps a layer from making more of any difference than there is: it
// divides a weight W by its spectral norm σ(W), the largest of its singular values.
// Miyato et al., "Spectral normalization for generative adversarial networks",
// arXiv:1802.05957, section 2.1 and algorithm 1.
//
//	norm := nn.NewSpectralNorm(&stats, "critic.0", dense.Weight)
//	...
//	norm.Iterate(&tape)                       // once a step
//	dense.Weight = norm.Normalised(&tape)     // before the layer's Forward
//
// The weights of a [Dense], inputs × outputs, are what the paper has. Those of a
// [Conv], filters × patch, it also takes for a matrix.
type SpectralNorm struct {
	Weight *tensor.Tensor // W, the parameter
	Vector *tensor.Tensor // 1 × rows of W: ũ of algorithm 1, the same for equal steps
}

// NewSpectralNorm adds the vector of a norm of w, name.vector, to stats. Like those
// of a [BatchNorm], stats belong to the network, and are not for the optimiser: Init
// them, which draws the vector from N(0, 1), and save them with its parameters.
func NewSpectralNorm(stats *tensor.Params, name string, w *tensor.Tensor) *SpectralNorm {
	return &SpectralNorm{w, stats.Add(name+".vector", 1, w.Rows, tensor.Init{Normal: 1})}
}

// Iterate takes one step of power iteration: ṽ = uᵀW and ũ = Wṽ, both made unit
// vectors. Over a training, whose weights change little in a step, it keeps up with
// them: section 2.1.
func (s *SpectralNorm) Iterate(tape *tensor.Tape) {
	v := unit(tape.Input(s.Vector.Data, 1, s.Vector.Cols).MatMul(s.Weight).Data)
	u := unit(tape.Input(v, 1, len(v)).MatMulT(s.Weight).Data)
	copy(s.Vector.Data, u)
}

// unit makes x a vector of length 1, if it has a length.
func unit(x []float32) []float32 {
	squares := 0.0
	for _, v := range x {
		squares += float64(float64(v) * float64(v))
	}
	if squares > 0 {
		scale := float32(1 / math.Sqrt(squares))
		for i := range x {
			x[i] *= scale
		}
	}
	return x
}

// Normalised returns W/σ on the tape, with a gradient that reaches W through both.
// σ = ‖uᵀW‖ is what algorithm 1 has, uᵀWṽ of the unit vector ṽ along uᵀW, and its
// derivative is uṽᵀ, as in eq. 10: u is a constant. σ is at most the spectral norm,
// and all but equal to it after enough steps of Iterate.
func (s *SpectralNorm) Normalised(tape *tensor.Tape) *tensor.Tensor {
	if s.Vector.Cols != s.Weight.Rows {
		panic(fmt.Sprintf("nn: spectral norm: a vector of %v for %v", s.Vector, s.Weight))
	}
	u := tape.Constant(1, s.Vector.Cols)
	copy(u.Data, s.Vector.Data)
	unit(u.Data)
	return s.Weight.On(tape).Div(u.MatMul(s.Weight).NormRows())
}
