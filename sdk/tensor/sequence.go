package tensor

import "fmt"

// TimeMajor takes rows of so many steps each, Rows × (steps·n), apart into rows
// of one step: first all of step 0, then all of step 1, (steps·Rows) × n.
func (x *Tensor) TimeMajor(steps int) *Tensor {
	if steps < 1 || x.Cols%steps != 0 {
		panic(fmt.Sprintf("tensor: time major: %d steps of %v", steps, x))
	}
	t := x.result("time major", steps*x.Rows, x.Cols/steps, timeMajorBack)
	t.own()
	for i := range t.Rows {
		step, row := i/x.Rows, i%x.Rows
		copy(t.row(i), x.row(row)[step*t.Cols:])
	}
	return t
}

func timeMajorBack(t *Tensor) {
	n := t.Cols
	for i := range t.Rows {
		step, row := i/t.a.Rows, i%t.a.Rows
		add(t.a.gradRow(row)[step*n:(step+1)*n], t.gradRow(i))
	}
}

// BatchMajor is the way back: it puts the steps of a row beside one another.
func (x *Tensor) BatchMajor(steps int) *Tensor {
	if steps < 1 || x.Rows%steps != 0 {
		panic(fmt.Sprintf("tensor: batch major: %d steps of %v", steps, x))
	}
	t := x.result("batch major", x.Rows/steps, x.Cols*steps, batchMajorBack)
	t.own()
	for i := range x.Rows {
		step, row := i/t.Rows, i%t.Rows
		copy(t.row(row)[step*x.Cols:], x.row(i))
	}
	return t
}

func batchMajorBack(t *Tensor) {
	n := t.a.Cols
	for i := range t.a.Rows {
		step, row := i/t.Rows, i%t.Rows
		add(t.a.gradRow(i), t.gradRow(row)[step*n:(step+1)*n])
	}
}
