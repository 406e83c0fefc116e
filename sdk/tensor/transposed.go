package tensor

import "fmt"

// MatMulT returns the matrix product x·yᵀ.
func (x *Tensor) MatMulT(y *Tensor) *Tensor {
	if x.Cols != y.Cols {
		panic(fmt.Sprintf("tensor: matmul transposed: %v times the transpose of %v", x, y))
	}
	t := x.result("matmul transposed", x.Rows, y.Rows, matMulTBack, y)
	t.b, t.begins = y, true
	t.own()
	t.tape.product(x.matrix(), y.matrix().T(), 0, t.matrix(), nil)
	return t
}

// matMulTBack is dy = dtᵀ·x and dx = dt·y.
func matMulTBack(t *Tensor) {
	x, y := t.a, t.b
	if y.wanted() {
		beta := y.share()
		t.tape.product(t.gradient().T(), x.matrix(), beta, y.gradient(), nil)
	}
	if x.wanted() {
		beta := x.share()
		t.tape.product(t.gradient(), y.matrix(), beta, x.gradient(), t.maskOf(x, x.Cols))
	}
}
