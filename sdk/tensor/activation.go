package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// An Activation is the function at the end of a dense layer.
type Activation string

// The activations. Their names are those that settings use.
const (
	Linear    Activation = "linear"     // x
	ReLU      Activation = "relu"       // max(x, 0)
	LeakyReLU Activation = "leaky_relu" // x, or x/5 where x is negative
	Tanh      Activation = "tanh"       // in (-1, 1)
	Sigmoid   Activation = "sigmoid"    // 1/(1+e⁻ˣ), in (0, 1)
)

// leak is the slope of LeakyReLU below 0, that of Radford et al.,
// arXiv:1511.06434, section 3.
const leak = 0.2

// check panics where a is none of the activations.
func (a Activation) check(op string) {
	switch a {
	case Linear, ReLU, LeakyReLU, Tanh, Sigmoid:
	default:
		panic(fmt.Sprintf("tensor: %s: no activation %q, want linear, relu, leaky_relu, tanh or sigmoid", op, string(a)))
	}
}

// apply sets dst to a of x.
func (a Activation) apply(dst, x []float32) {
	switch a {
	case ReLU:
		kernel.ReLU(dst, x)
	case LeakyReLU:
		kernel.LeakyReLU(dst, x, leak)
	case Tanh:
		kernel.Tanh(dst, x)
	case Sigmoid:
		kernel.Sigmoid(dst, x)
	default:
		copy(dst, x)
	}
}

// applyWithBias adds bias to each row of dst, which are so far apart, and
// replaces the sums by a of them.
func (a Activation) applyWithBias(dst []float32, rows, stride int, bias []float32) {
	switch a {
	case ReLU:
		kernel.BiasReLU(dst, rows, stride, bias)
	case LeakyReLU:
		kernel.BiasLeakyReLU(dst, rows, stride, bias, leak)
	case Tanh:
		kernel.BiasTanh(dst, rows, stride, bias)
	case Sigmoid:
		kernel.BiasSigmoid(dst, rows, stride, bias)
	default:
		kernel.Bias(dst, rows, stride, bias)
	}
}

// mulSlope multiplies dst by the derivative, which each activation can tell
// from its result y.
func (a Activation) mulSlope(dst, y []float32) {
	switch a {
	case ReLU:
		kernel.ReLUSlope(dst, y)
	case LeakyReLU:
		kernel.LeakyReLUSlope(dst, y, leak)
	case Tanh:
		kernel.TanhSlope(dst, y)
	case Sigmoid:
		kernel.SigmoidSlope(dst, y)
	}
}

// Activate returns a of each number.
func (x *Tensor) Activate(a Activation) *Tensor {
	a.check("activate")
	t := x.result("activate", x.Rows, x.Cols, activateBack)
	t.own()
	t.act = a
	t.numbers(activate)
	return t
}

func activate(t *Tensor, from, to int) { t.act.apply(t.Data[from:to], t.a.Data[from:to]) }

func activateBack(t *Tensor) {
	if !t.masked {
		t.numbers(maskNumbers)
	}
	t.numbers(addNumbers)
}

func addNumbers(t *Tensor, from, to int) { add(t.a.Grad[from:to], t.Grad[from:to]) }

// ReLU returns max(x, 0) of each number.
func (x *Tensor) ReLU() *Tensor { return x.Activate(ReLU) }

// LeakyReLU returns x, or x/5 where x is negative.
func (x *Tensor) LeakyReLU() *Tensor { return x.Activate(LeakyReLU) }

// Tanh returns the hyperbolic tangent of each number.
func (x *Tensor) Tanh() *Tensor { return x.Activate(Tanh) }

// Sigmoid returns 1/(1+e⁻ˣ) of each number.
func (x *Tensor) Sigmoid() *Tensor { return x.Activate(Sigmoid) }
