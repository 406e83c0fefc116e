package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// SiLU returns x·sigmoid(x) of each number, which is also known as swish:
// Elfwing et al., arXiv:1702.03118.
func (x *Tensor) SiLU() *Tensor { return x.each("silu", &siluOp, 0) }

var siluOp = unary{
	func(y, x []float32, _ float32) {
		kernel.Sigmoid(y, x)
		kernel.Mul(y, y, x)
	},
	siluSlope,
}

// GELU returns ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) of each number: the
// second form of Hendrycks and Gimpel, arXiv:1606.08415, section 2.
func (x *Tensor) GELU() *Tensor { return x.each("gelu", &geluOp, 0) }

// It is x·σ(v), as ½(1 + tanh u) is σ(2u), with v = c1·x + c3·x³.
const (
	geluC1 = 1.5957691216057308 // 2√(2/π)
	geluC3 = 0.044715 * geluC1
)

var geluOp = unary{
	func(y, x []float32, _ float32) {
		kernel.Mul(y, x, x)
		kernel.Affine(y, geluC3, y, geluC1)
		kernel.Mul(y, y, x)
		kernel.Sigmoid(y, y)
		kernel.Mul(y, y, x)
	},
	geluSlope,
}

// A piece is room for numbers on the way to a slope. (It is not made by one
// function for another, as it would be garbage then.)
type piece [256]float32

// siluSlope adds dy·(σ(x) + y·(1−σ(x))) to dx.
func siluSlope(dx, dy, y, x []float32, _ float32) {
	var pieces [2]piece
	for len(x) > 0 {
		n := min(len(x), len(piece{}))
		slope, rest := pieces[0][:n], pieces[1][:n]
		kernel.Sigmoid(slope, x[:n])
		kernel.Affine(rest, -1, slope, 1)
		kernel.MulAdd(slope, rest, y[:n])
		kernel.MulAdd(dx[:n], dy[:n], slope)
		dx, dy, y, x = dx[n:], dy[n:], y[n:], x[n:]
	}
}

// geluSlope adds dy·(σ(v) + x·v′·σ(v)·(1−σ(v))) to dx.
func geluSlope(dx, dy, _, x []float32, _ float32) {
	var pieces [4]piece
	for len(x) > 0 {
		n := min(len(x), len(piece{}))
		slope, rest, clipped, square := pieces[0][:n], pieces[1][:n], pieces[2][:n], pieces[3][:n]
		kernel.Clip(clipped, -30, 30, x[:n]) // where σ(v) is 0 or 1, and no power overflows
		kernel.Mul(square, clipped, clipped)
		kernel.Affine(slope, geluC3, square, geluC1)
		kernel.Mul(slope, slope, clipped)
		kernel.Sigmoid(slope, slope)
		kernel.Affine(rest, 3*geluC3, square, geluC1)
		kernel.Mul(rest, rest, clipped)
		kernel.SigmoidSlope(rest, slope)
		kernel.Add(slope, slope, rest)
		kernel.MulAdd(dx[:n], dy[:n], slope)
		dx, dy, x = dx[n:], dy[n:], x[n:]
	}
}
