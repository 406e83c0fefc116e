package tensor

import (
	"fmt"
	"slices"
	"weak"
)

// A Tape owns the tensors made in a step. The zero Tape is ready to use.
type Tape struct {
	nodes   []*Tensor // all that there ever were; the first n are of this step
	n       int
	workers Workers
	pass    pass
	ending  ending

	spreading  spreading
	columnSums columnSums

	training training

	pullback pullback
}

// Reset forgets the tensors made since the last Reset, and takes their memory
// for those to come. They must not be used any more.
func (tape *Tape) Reset() { tape.n, tape.training = 0, training{} }

// Input returns data as a constant. It shares memory with data.
func (tape *Tape) Input(data []float32, rows, cols int) *Tensor {
	if rows < 0 || cols < 0 || len(data) != rows*cols {
		panic(fmt.Sprintf("tensor: input: %d numbers for %d×%d", len(data), rows, cols))
	}
	t := tape.next(rows, cols)
	t.Data = data
	return t
}

// Constant returns a constant whose numbers are undefined, for the caller to
// fill.
func (tape *Tape) Constant(rows, cols int) *Tensor {
	if rows < 0 || cols < 0 {
		panic(fmt.Sprintf("tensor: constant: %d×%d", rows, cols))
	}
	t := tape.next(rows, cols)
	t.own()
	return t
}

// Full returns a constant of one value throughout.
func (tape *Tape) Full(rows, cols int, value float32) *Tensor {
	t := tape.Constant(rows, cols)
	for i := range t.Data {
		t.Data[i] = value
	}
	return t
}

// On returns t as the start of a chain on a tape. It is for parameters, which
// are on none.
func (t *Tensor) On(tape *Tape) *Tensor {
	y := tape.next(t.Rows, t.Cols)
	y.Data, y.op, y.a, y.back = t.Data, "on", t, onBack
	return y
}

func onBack(t *Tensor) { add(t.a.Grad, t.Grad) }

// next returns a constant without numbers, at the end of the tape.
func (tape *Tape) next(rows, cols int) *Tensor {
	if tape.n == len(tape.nodes) {
		tape.nodes = append(tape.nodes, &Tensor{tape: tape, at: tape.n})
	}
	t := tape.nodes[tape.n]
	tape.n++
	t.Rows, t.Cols = rows, cols
	t.back, t.a, t.b, t.c, t.d, t.args = nil, nil, nil, nil, nil, nil
	t.op, t.act, t.begins = "", "", false
	return t
}

// own gives t numbers of its own.
func (t *Tensor) own() {
	t.memory = resize(t.memory, t.Rows*t.Cols)
	t.Data = t.memory
}

// result returns the tensor that an operation on x and others makes.
func (x *Tensor) result(op string, rows, cols int, back func(*Tensor), others ...*Tensor) *Tensor {
	tape := x.tape
	for _, o := range others {
		if o == nil || o.tape == nil {
			continue
		}
		if tape != nil && tape != o.tape {
			panic("tensor: " + op + ": the operands are on two tapes")
		}
		tape = o.tape
	}
	if tape == nil {
		panic("tensor: " + op + ": no operand is on a tape: start with Tape.Input or Tensor.On")
	}
	t := tape.next(rows, cols)
	t.op, t.a, t.back = op, x, back
	return t
}

// Backward computes the gradient of t, one number, with respect to all
// parameters in params, and puts it in their Grad. No other gradient is
// computed where it is not on the way, so that one network can be trained
// through another.
//
// Parameters may change only after the Backward of all that was made of them.
func (t *Tensor) Backward(params ...*Params) {
	if t.Rows != 1 || t.Cols != 1 || t.tape == nil {
		panic(fmt.Sprintf("tensor: backward: from %v, want one number on a tape", t))
	}
	for _, p := range params {
		p.want(true)
		p.lent = weak.Make(t.tape.workers.threads())
	}
	if steps := t.tape.nodes[:t.at+1]; t.trace(steps) {
		t.begin()
		t.Grad[0] = 1
		for _, n := range slices.Backward(steps) {
			n.backward()
		}
	}
	for _, p := range params {
		p.want(false)
	}
}

// trace finds out which of steps, of which t is the last, need a gradient, and
// who comes first of those made of each: it is the last to add to its gradient.
// It reports whether t needs one.
func (t *Tensor) trace(steps []*Tensor) bool {
	for _, n := range steps {
		n.begun, n.masked, n.needs, n.last = false, false, false, nil
		for _, o := range [...]*Tensor{n.a, n.b, n.c, n.d} {
			if !o.wanted() {
				continue
			}
			n.needs = true
			if o.last == nil && o.owner == nil {
				o.last = n
			}
		}
	}
	return t.needs
}

// backward adds to the gradients of t's operands.
func (t *Tensor) backward() {
	if !t.begun {
		return
	}
	if !t.begins {
		t.a.begin()
		t.b.begin()
		t.c.begin()
		t.d.begin()
	}
	t.back(t)
}

// begin makes the gradient of t zero, if it is wanted and has not begun.
func (t *Tensor) begin() {
	if t.first() {
		clear(t.Grad)
	}
}

// first makes room for the gradient of t, and reports whether nothing has been
// added to it yet, so that its numbers are undefined.
func (t *Tensor) first() bool {
	if !t.wanted() || t.begun {
		return false
	}
	if t.owner == nil {
		t.Grad = resize(t.Grad, t.Rows*t.Cols)
	}
	t.begun = true
	return true
}

// resize returns n numbers, in the memory of s where that is large enough.
func resize(s []float32, n int) []float32 {
	if cap(s) >= n && s != nil {
		return s[:n]
	}
	return make([]float32, n)
}
