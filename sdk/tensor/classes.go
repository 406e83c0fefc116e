package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// classesOf panics unless each number of t is a class: a whole number from 0 to
// below n.
func (t *Tensor) classesOf(op string, n int) {
	for i, v := range t.Data {
		if c := int(v); float32(c) != v || c < 0 || c >= n {
			panic(fmt.Sprintf("tensor: %s: %g in row %d, want a class from 0 to %d", op, v, i/t.Cols, n-1))
		}
	}
}

// Embed replaces each number of x, which is a whole one, by that row of table:
// Rows × (Cols times as many as table has). Nothing of the gradient reaches x.
func (x *Tensor) Embed(table *Tensor) *Tensor {
	x.classesOf("embed", table.Rows)
	t := x.result("embed", x.Rows, x.Cols*table.Cols, embedBack, table)
	t.b = table
	t.own()
	t.rows(t.Rows, t.Cols, embed)
	return t
}

func embed(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		row := t.row(i)
		for _, id := range t.a.row(i) {
			row = row[copy(row, t.b.row(int(id))):]
		}
	}
}

// embedBack goes through x in order: a row of the table may be there more than
// once.
func embedBack(t *Tensor) {
	if !t.b.wanted() {
		return
	}
	n := t.b.Cols
	for i, id := range t.a.Data {
		add(t.b.gradRow(int(id)), t.Grad[i*n:(i+1)*n])
	}
}

// CrossEntropy returns, for each row of logits, −log softmax(x) at the row's
// class, in nats: Rows×1. Where classes has several columns, each row of logits
// is so many of equal length, side by side, and the result their sum. No logit
// overflows.
func (x *Tensor) CrossEntropy(classes *Tensor) *Tensor {
	if x.Rows != classes.Rows || classes.Cols < 1 || x.Cols%classes.Cols != 0 {
		panic("tensor: cross entropy: logits " + x.String() + " and classes " + classes.String())
	}
	n := x.Cols / classes.Cols
	classes.classesOf("cross entropy", n)
	t := x.result("cross entropy", x.Rows, 1, crossEntropyBack, classes)
	t.b, t.from = classes, n
	t.own()
	t.aux = resize(t.aux, x.Rows*x.Cols)
	t.rows(x.Rows, x.Cols, crossEntropy)
	return t
}

// crossEntropy keeps softmax(x), less 1 at the class, for the gradient.
func crossEntropy(t *Tensor, from, to int) {
	n := t.from
	for i := from; i < to; i++ {
		logits, kept := t.a.row(i), t.a.part(t.aux, i)
		sum := 0.0
		for j, class := range t.b.row(i) {
			p := kept[j*n : (j+1)*n]
			kernel.LogSoftmax(p, logits[j*n:(j+1)*n])
			sum -= float64(p[int(class)])
			kernel.Exp(p, p)
			p[int(class)]--
		}
		t.Data[i] = float32(sum)
	}
}

func crossEntropyBack(t *Tensor) {
	if t.a.wanted() {
		t.rows(t.a.Rows, t.a.Cols, crossEntropySlope)
	}
}

func crossEntropySlope(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		kernel.Axpy(t.a.gradRow(i), t.Grad[i], t.a.part(t.aux, i))
	}
}
