package tensor

import (
	"math"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// A unary operation is a function of each number, and its derivative.
type unary struct {
	f func(y, x []float32, k float32)

	// slope adds dy times the derivative to dx.
	slope func(dx, dy, y, x []float32, k float32)
}

func (x *Tensor) each(op string, u *unary, k float32) *Tensor {
	t := x.result(op, x.Rows, x.Cols, eachBack)
	t.own()
	t.args, t.k = u, k
	t.numbers(eachForward)
	return t
}

func eachForward(t *Tensor, from, to int) {
	t.args.(*unary).f(t.Data[from:to], t.a.Data[from:to], t.k)
}

func eachBack(t *Tensor) { t.numbers(eachSlope) }

func eachSlope(t *Tensor, from, to int) {
	t.args.(*unary).slope(t.a.Grad[from:to], t.Grad[from:to], t.Data[from:to], t.a.Data[from:to], t.k)
}

// Scale returns k times each number.
func (x *Tensor) Scale(k float32) *Tensor { return x.each("scale", &scaleOp, k) }

var scaleOp = unary{
	func(y, x []float32, k float32) { kernel.Scale(y, k, x) },
	func(dx, dy, _, _ []float32, k float32) { kernel.Axpy(dx, k, dy) },
}

// Plus returns k plus each number.
func (x *Tensor) Plus(k float32) *Tensor { return x.each("plus", &plusOp, k) }

var plusOp = unary{
	func(y, x []float32, k float32) { kernel.Shift(y, k, x) },
	func(dx, dy, _, _ []float32, _ float32) { add(dx, dy) },
}

// Exp returns e to the power of each number.
func (x *Tensor) Exp() *Tensor { return x.each("exp", &expOp, 0) }

var expOp = unary{
	func(y, x []float32, _ float32) { kernel.Exp(y, x) },
	func(dx, dy, y, _ []float32, _ float32) { kernel.MulAdd(dx, dy, y) },
}

// Log returns the natural logarithm of each number: −Inf of 0, and NaN of what
// is negative.
func (x *Tensor) Log() *Tensor { return x.each("log", &logOp, 0) }

var logOp = unary{
	func(y, x []float32, _ float32) { kernel.Log(y, x) },
	func(dx, dy, _, x []float32, _ float32) {
		for i, d := range dy {
			dx[i] += d / x[i]
		}
	},
}

// Sqrt returns the square root of each number. Its slope is infinite at 0.
func (x *Tensor) Sqrt() *Tensor { return x.each("sqrt", &sqrtOp, 0) }

var sqrtOp = unary{
	func(y, x []float32, _ float32) {
		for i, v := range x {
			y[i] = float32(math.Sqrt(float64(v)))
		}
	},
	func(dx, dy, y, _ []float32, _ float32) {
		for i, d := range dy {
			dx[i] += d / (2 * y[i])
		}
	},
}

// Square returns the square of each number.
func (x *Tensor) Square() *Tensor { return x.each("square", &squareOp, 0) }

var squareOp = unary{
	func(y, x []float32, _ float32) { kernel.Mul(y, x, x) },
	func(dx, dy, _, x []float32, _ float32) { kernel.MulAddScaled(dx, 2, dy, x) },
}

// Softplus returns log(1+eˣ) of each number, without overflow.
func (x *Tensor) Softplus() *Tensor { return x.each("softplus", &softplusOp, 0) }

var softplusOp = unary{
	func(y, x []float32, _ float32) { kernel.Softplus(y, x) },
	func(dx, dy, _, x []float32, _ float32) { kernel.SoftplusSlope(dx, dy, x) },
}

// add adds x to dst.
func add(dst, x []float32) { kernel.Add(dst, dst, x) }
