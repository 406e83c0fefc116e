package tensor

import "fmt"

// Slice returns rows from to to, sharing their numbers with x.
func (x *Tensor) Slice(from, to int) *Tensor {
	if from < 0 || to < from || to > x.Rows {
		panic(fmt.Sprintf("tensor: slice: rows %d to %d of %v", from, to, x))
	}
	t := x.result("slice", to-from, x.Cols, sliceBack)
	t.from = from * x.Cols
	t.Data = x.Data[t.from : to*x.Cols]
	return t
}

func sliceBack(t *Tensor) { add(t.a.Grad[t.from:t.from+len(t.Grad)], t.Grad) }

// Stack returns the rows of x and then those of y.
func (x *Tensor) Stack(y *Tensor) *Tensor {
	if x.Cols != y.Cols {
		panic(fmt.Sprintf("tensor: stack: %v on %v", x, y))
	}
	t := x.result("stack", x.Rows+y.Rows, x.Cols, stackBack, y)
	t.b = y
	t.own()
	copy(t.Data[copy(t.Data, x.Data):], y.Data)
	return t
}

func stackBack(t *Tensor) {
	n := len(t.a.Data)
	if t.a.wanted() {
		add(t.a.Grad, t.Grad[:n])
	}
	if t.b.wanted() {
		add(t.b.Grad, t.Grad[n:])
	}
}

// Columns returns columns from to to.
func (x *Tensor) Columns(from, to int) *Tensor {
	if from < 0 || to < from || to > x.Cols {
		panic(fmt.Sprintf("tensor: columns: %d to %d of %v", from, to, x))
	}
	t := x.result("columns", x.Rows, to-from, columnsBack)
	t.from = from
	t.own()
	for i := range t.Rows {
		copy(t.row(i), x.row(i)[from:])
	}
	return t
}

func columnsBack(t *Tensor) {
	for i := range t.Rows {
		add(t.a.gradRow(i)[t.from:t.from+t.Cols], t.gradRow(i))
	}
}
