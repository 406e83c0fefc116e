package tensor

import (
	"math"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// LayerNorm returns gain·(x − μ)/√(σ² + eps) + bias, where μ and σ² are the mean
// and variance of each row: Ba et al., arXiv:1607.06450, section 3. Gain and
// bias are 1×Cols.
func (x *Tensor) LayerNorm(gain, bias *Tensor, eps float32) *Tensor {
	t := x.normalised("layer norm", x.Rows, gain, bias, layerNormBack)
	t.k = eps
	t.rows(t.Rows, t.Cols, layerNorm)
	return t
}

// layerNorm keeps 1/√(σ² + eps) of each row.
func layerNorm(t *Tensor, from, to int) {
	n := float64(t.Cols)
	inverse := t.kept(0, t.Rows)
	for i := from; i < to; i++ {
		x, hat := t.a.row(i), t.hat(i)
		kernel.Shift(hat, -float32(kernel.Sum(x)/n), x)
		variance := kernel.Dot(hat, hat) / n
		inverse[i] = float32(1 / math.Sqrt(variance+float64(t.k)))
		kernel.Scale(hat, inverse[i], hat)
		t.gainAndBias(i)
	}
}

func layerNormBack(t *Tensor) {
	if t.b.wanted() || t.c.wanted() {
		t.slopeTotals()
	}
	if t.a.wanted() {
		t.rows(t.Rows, t.Cols, layerNormSlope)
	}
}

// layerNormSlope makes the gradient of x of g = gain·dy:
//
//	dx = (g − mean(g) − x̂·mean(g·x̂))/√(σ² + eps)
func layerNormSlope(t *Tensor, from, to int) {
	n := float64(t.Cols)
	inverse := t.kept(0, t.Rows)
	for i := from; i < to; i++ {
		g, hat := t.gradRow(i), t.hat(i)
		kernel.Mul(g, g, t.b.Data)
		mean, slope := kernel.Sum(g)/n, kernel.Dot(g, hat)/n
		kernel.Shift(g, -float32(mean), g)
		kernel.Axpy(g, -float32(slope), hat)
		kernel.Axpy(t.a.gradRow(i), inverse[i], g)
	}
}
