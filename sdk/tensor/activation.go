package tensor

import "fmt"

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
		panic(fmt.Sprintf("tensor: %s: no activation %q", op, string(a)))
	}
}

// apply replaces each number of dst.
func (a Activation) apply(dst []float32) {
	switch a {
	case ReLU:
		for i, x := range dst {
			if x < 0 {
				dst[i] = 0
			}
		}
	case LeakyReLU:
		for i, x := range dst {
			if x < 0 {
				dst[i] = leak * x
			}
		}
	case Tanh:
		for i, x := range dst {
			dst[i] = tanh(x)
		}
	case Sigmoid:
		for i, x := range dst {
			dst[i] = sigmoid(x)
		}
	}
}

// mulSlope multiplies dst by the derivative, which each activation can tell
// from its result y.
func (a Activation) mulSlope(dst, y []float32) {
	dst = dst[:len(y)]
	switch a {
	case ReLU:
		for i, v := range y {
			if !(v > 0) {
				dst[i] = 0
			}
		}
	case LeakyReLU:
		for i, v := range y {
			if !(v > 0) {
				dst[i] *= leak
			}
		}
	case Tanh:
		for i, v := range y {
			dst[i] *= 1 - v*v
		}
	case Sigmoid:
		for i, v := range y {
			dst[i] *= v * (1 - v)
		}
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

func activate(t *Tensor, from, to int) {
	copy(t.Data[from:to], t.a.Data[from:to])
	t.act.apply(t.Data[from:to])
}

func activateBack(t *Tensor) { t.numbers(activateSlope) }

func activateSlope(t *Tensor, from, to int) {
	t.act.mulSlope(t.Grad[from:to], t.Data[from:to])
	add(t.a.Grad[from:to], t.Grad[from:to])
}

// ReLU returns max(x, 0) of each number.
func (x *Tensor) ReLU() *Tensor { return x.Activate(ReLU) }

// LeakyReLU returns x, or x/5 where x is negative.
func (x *Tensor) LeakyReLU() *Tensor { return x.Activate(LeakyReLU) }

// Tanh returns the hyperbolic tangent of each number.
func (x *Tensor) Tanh() *Tensor { return x.Activate(Tanh) }

// Sigmoid returns 1/(1+e⁻ˣ) of each number.
func (x *Tensor) Sigmoid() *Tensor { return x.Activate(Sigmoid) }
