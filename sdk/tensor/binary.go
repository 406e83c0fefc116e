package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// Add returns the sums of the numbers of x and y.
func (x *Tensor) Add(y *Tensor) *Tensor { return x.with("add", y, addForward, addBack) }

// Sub returns the numbers of x less those of y.
func (x *Tensor) Sub(y *Tensor) *Tensor { return x.with("sub", y, subForward, subBack) }

// Mul returns the products of the numbers of x and y, one by one.
func (x *Tensor) Mul(y *Tensor) *Tensor { return x.with("mul", y, mulForward, mulBack) }

// Div returns the numbers of x divided by those of y.
func (x *Tensor) Div(y *Tensor) *Tensor { return x.with("div", y, divForward, divBack) }

func (x *Tensor) with(op string, y *Tensor, forward func(*Tensor, int, int), back func(*Tensor)) *Tensor {
	if y.Rows != x.Rows && y.Rows != 1 || y.Cols != x.Cols && y.Cols != 1 {
		panic(fmt.Sprintf("tensor: %s: %v and %v", op, x, y))
	}
	t := x.result(op, x.Rows, x.Cols, back, y)
	t.b = y
	t.own()
	t.rows(t.Rows, t.Cols, forward)
	return t
}

// second returns the numbers of the second operand that row i meets: a row of
// them, or one that stands for all.
func (t *Tensor) second(i int) []float32 { return t.b.part(t.b.Data, i) }

// gradSecond returns the gradient of those.
func (t *Tensor) gradSecond(i int) []float32 { return t.b.part(t.b.Grad, i) }

// part returns row i of data, or the only row.
func (t *Tensor) part(data []float32, i int) []float32 {
	if t.Rows == 1 {
		i = 0
	}
	return data[i*t.Cols : (i+1)*t.Cols]
}

func addForward(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		if y := t.second(i); len(y) == t.Cols {
			kernel.Add(t.row(i), t.a.row(i), y)
		} else {
			kernel.Shift(t.row(i), y[0], t.a.row(i))
		}
	}
}

func addBack(t *Tensor) { sumBack(t, 1) }

func subForward(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		if y := t.second(i); len(y) == t.Cols {
			kernel.Sub(t.row(i), t.a.row(i), y)
		} else {
			kernel.Shift(t.row(i), -y[0], t.a.row(i))
		}
	}
}

func subBack(t *Tensor) { sumBack(t, -1) }

// sumBack is the gradient of x + k·y.
func sumBack(t *Tensor, k float32) {
	if t.a.wanted() {
		t.numbers(addNumbers)
	}
	if !t.b.wanted() {
		return
	}
	if t.b.Rows == 1 {
		t.tape.addColumnSums(t.b.Grad, k, t.Grad)
		return
	}
	for i := range t.Rows {
		if dy := t.gradSecond(i); len(dy) == t.Cols {
			kernel.Axpy(dy, k, t.gradRow(i))
		} else {
			dy[0] += k * float32(kernel.Sum(t.gradRow(i)))
		}
	}
}

func mulForward(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		if y := t.second(i); len(y) == t.Cols {
			kernel.Mul(t.row(i), t.a.row(i), y)
		} else {
			kernel.Scale(t.row(i), y[0], t.a.row(i))
		}
	}
}

func mulBack(t *Tensor) {
	if t.a.wanted() {
		t.rows(t.Rows, t.Cols, mulBackFirst)
	}
	if !t.b.wanted() {
		return
	}
	for i := range t.Rows {
		if dy := t.gradSecond(i); len(dy) == t.Cols {
			kernel.MulAdd(dy, t.gradRow(i), t.a.row(i))
		} else {
			dy[0] += float32(kernel.Dot(t.gradRow(i), t.a.row(i)))
		}
	}
}

func mulBackFirst(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		if y := t.second(i); len(y) == t.Cols {
			kernel.MulAdd(t.a.gradRow(i), t.gradRow(i), y)
		} else {
			kernel.Axpy(t.a.gradRow(i), y[0], t.gradRow(i))
		}
	}
}

func divForward(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		z, x, y := t.row(i), t.a.row(i), t.second(i)
		for j := range z {
			z[j] = x[j] / y[min(j, len(y)-1)]
		}
	}
}

// divBack is dx = dz/y and dy = −dz·z/y.
func divBack(t *Tensor) {
	if t.a.wanted() {
		t.rows(t.Rows, t.Cols, divBackFirst)
	}
	if !t.b.wanted() {
		return
	}
	for i := range t.Rows {
		dz, z, y := t.gradRow(i), t.row(i), t.second(i)
		dy := t.gradSecond(i)
		if len(dy) != t.Cols {
			dy[0] -= float32(kernel.Dot(dz, z)) / y[0]
			continue
		}
		for j := range dy {
			dy[j] -= dz[j] * z[j] / y[j]
		}
	}
}

func divBackFirst(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		dx, dz, y := t.a.gradRow(i), t.gradRow(i), t.second(i)
		for j := range dx {
			dx[j] += dz[j] / y[min(j, len(y)-1)]
		}
	}
}
