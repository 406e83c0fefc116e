package tensor

import "fmt"

// A Tape owns the tensors made in a step. The zero Tape is ready to use.
type Tape struct {
	nodes   []*Tensor // all that there ever were; the first n are of this step
	n       int
	workers Workers
	pass    pass
	gemm    gemm
}

// Reset forgets the tensors made since the last Reset, and takes their memory
// for those to come. They must not be used any more.
func (tape *Tape) Reset() { tape.n = 0 }

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
	y.Data, y.a, y.back = t.Data, t, onBack
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
	t.back, t.a, t.b, t.c, t.unary = nil, nil, nil, nil, nil
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
	t.a, t.back = x, back
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
	}
	steps := t.tape.nodes[:t.at+1]
	for _, n := range steps {
		n.begun = false
		n.needs = n.a != nil && n.a.wanted() || n.b != nil && n.b.wanted() || n.c != nil && n.c.wanted()
	}
	if t.needs {
		t.begin()
		t.Grad[0] = 1
	}
	for i := t.at; i >= 0; i-- {
		if n := steps[i]; n.begun {
			n.a.begin()
			n.b.begin()
			n.c.begin()
			n.back(n)
		}
	}
	for _, p := range params {
		p.want(false)
	}
}

// begin makes the gradient of t zero, the first time that it is called in a
// Backward. That of parameters is already.
func (t *Tensor) begin() {
	if t == nil || t.owner != nil || !t.needs || t.begun {
		return
	}
	t.Grad = resize(t.Grad, t.Rows*t.Cols)
	clear(t.Grad)
	t.begun = true
}

// resize returns n numbers, in the memory of s where that is large enough.
// They begin where 16 bytes do: gonum's dot product groups its sums by that,
// and with it the last bit would depend on where memory happened to be.
func resize(s []float32, n int) []float32 {
	if cap(s) >= n && s != nil {
		return s[:n]
	}
	return make([]float32, (n+aligned-1)/aligned*aligned)[:n]
}

// aligned is how many numbers memory is rounded up to. From 32 bytes on, Go's
// size classes are multiples of 16 bytes.
const aligned = 16
