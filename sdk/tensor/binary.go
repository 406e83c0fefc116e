package tensor

import "fmt"

// Add returns the sums of the numbers of x and y.
func (x *Tensor) Add(y *Tensor) *Tensor { return x.with("add", y, addForward, addBack) }

// Sub returns the numbers of x less those of y.
func (x *Tensor) Sub(y *Tensor) *Tensor { return x.with("sub", y, subForward, subBack) }

// Mul returns the products of the numbers of x and y, one by one.
func (x *Tensor) Mul(y *Tensor) *Tensor { return x.with("mul", y, mulForward, mulBack) }

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

// second returns where the numbers of row i of the second operand begin, and
// how far one is from the next: 0 where one stands for all.
func (t *Tensor) second(i int) (at, step int) {
	if t.b.Rows > 1 {
		at = i * t.b.Cols
	}
	if t.b.Cols > 1 || t.Cols == 1 {
		step = 1
	}
	return at, step
}

func addForward(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		dst, x, y := t.row(i), t.a.row(i), t.b.Data
		at, step := t.second(i)
		for j := range dst {
			dst[j] = x[j] + y[at]
			at += step
		}
	}
}

func addBack(t *Tensor) { sumBack(t, 1) }

func subForward(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		dst, x, y := t.row(i), t.a.row(i), t.b.Data
		at, step := t.second(i)
		for j := range dst {
			dst[j] = x[j] - y[at]
			at += step
		}
	}
}

func subBack(t *Tensor) { sumBack(t, -1) }

// sumBack is the gradient of x + k·y.
func sumBack(t *Tensor, k float32) {
	if t.a.wanted() {
		add(t.a.Grad, t.Grad)
	}
	if !t.b.wanted() {
		return
	}
	for i := range t.Rows {
		at, step := t.second(i)
		for _, d := range t.gradRow(i) {
			t.b.Grad[at] += k * d
			at += step
		}
	}
}

func mulForward(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		dst, x, y := t.row(i), t.a.row(i), t.b.Data
		at, step := t.second(i)
		for j := range dst {
			dst[j] = x[j] * y[at]
			at += step
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
		x := t.a.row(i)
		at, step := t.second(i)
		for j, d := range t.gradRow(i) {
			t.b.Grad[at] += d * x[j]
			at += step
		}
	}
}

func mulBackFirst(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		dx, dy, y := t.a.gradRow(i), t.gradRow(i), t.b.Data
		at, step := t.second(i)
		for j, d := range dy {
			dx[j] += d * y[at]
			at += step
		}
	}
}
