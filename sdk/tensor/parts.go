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

// Reshape returns the numbers of x as rows×cols, sharing them with x. What was
// a picture, one row in NHWC order, can so become a row for each pixel.
func (x *Tensor) Reshape(rows, cols int) *Tensor {
	if rows < 0 || cols < 0 || rows*cols != x.Rows*x.Cols {
		panic(fmt.Sprintf("tensor: reshape: %v to %d×%d", x, rows, cols))
	}
	t := x.result("reshape", rows, cols, sameBack)
	t.Data = x.Data
	return t
}

func sameBack(t *Tensor) { t.numbers(addNumbers) }

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

// Beside returns the columns of x and then those of y.
func (x *Tensor) Beside(y *Tensor) *Tensor {
	if x.Rows != y.Rows {
		panic(fmt.Sprintf("tensor: beside: %v and %v", x, y))
	}
	t := x.result("beside", x.Rows, x.Cols+y.Cols, besideBack, y)
	t.b = y
	t.own()
	for i := range t.Rows {
		row := t.row(i)
		copy(row[copy(row, x.row(i)):], y.row(i))
	}
	return t
}

func besideBack(t *Tensor) {
	n := t.a.Cols
	for i := range t.Rows {
		if t.a.wanted() {
			add(t.a.gradRow(i), t.gradRow(i)[:n])
		}
		if t.b.wanted() {
			add(t.b.gradRow(i), t.gradRow(i)[n:])
		}
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
