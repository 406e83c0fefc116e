package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// GRU runs gated recurrent units over a sequence: Cho et al., arXiv:1406.1078,
// in the variant of cuDNN, where the reset gate r is applied after the product
// with the state h, and not before. That makes one product of all three gates.
//
//	r  = σ(x_r + h·u_r + b_r)
//	z  = σ(x_z + h·u_z + b_z)
//	n  = tanh(x_n + r⊙(h·u_n + b_n))
//	h′ = n + z⊙(h − n)
//
// x holds what the inputs have to say to the gates r, z and n, side by side, and
// so do the weights u, size × 3·size, and bias, 1 × 3·size. h has the first
// state of each sequence of the batch, batch × size, and x the rows of the first step, then
// those of the second, and so on. So has the result, of all states.
//
// Where mask, a column with a number for each row of x, is 0, a state stays as
// it was: the sequence is over, or has not begun. It may be nil.
func (x *Tensor) GRU(u, bias, h, mask *Tensor) *Tensor {
	if u == nil || bias == nil || h == nil {
		panic(fmt.Sprintf("tensor: gru: weights %v, bias %v, state %v: want all; a state of zeros is Full(batch, size, 0)", u, bias, h))
	}
	size := u.Rows
	if u.Cols != 3*size || x.Cols != 3*size || bias.Rows != 1 || bias.Cols != 3*size || h.Cols != size {
		panic(fmt.Sprintf("tensor: gru: gates %v, weights %v, bias %v, state %v: want n × 3·size, size × 3·size, 1 × 3·size and batch × size", x, u, bias, h))
	}
	if h.Rows == 0 && x.Rows > 0 || x.Rows%max(1, h.Rows) != 0 || mask != nil && (mask.Rows != x.Rows || mask.Cols != 1) {
		panic(fmt.Sprintf("tensor: gru: gates %v, state %v, mask %v: want a state of batch × size, rows of gates for each step of the batch, one step after the other as of TimeMajor, and a mask for each"+
			" of them", x, h, mask))
	}
	t := x.result("gru", x.Rows, size, gruBack, u, bias, h, mask)
	t.b, t.c, t.d = u, bias, h
	if mask != nil {
		t.args = mask
	}
	t.own()
	t.aux = resize(t.aux, 7*x.Rows*size)
	for t.from = 0; t.from < x.Rows; t.from += h.Rows {
		t.tape.product(t.stateBefore(), u.matrix(), 0, t.stepOf(t.gruGates(0)), nil)
		t.rows(h.Rows, 3*size, gru)
	}
	return t
}

// While a GRU runs, its from is the first row of the step at work. Its aux is
// three parts of a row for each of its own.

// gruGates returns, from row i on, the gates r and z, and h·u_n + b_n.
func (t *Tensor) gruGates(i int) []float32 { return t.aux[i*3*t.Cols : t.Rows*3*t.Cols] }

// gruSlopes returns the gradient of h·u + b from row i on.
func (t *Tensor) gruSlopes(i int) []float32 { return t.aux[(t.Rows+i)*3*t.Cols : t.Rows*6*t.Cols] }

// gruCandidate returns n of row i.
func (t *Tensor) gruCandidate(i int) []float32 {
	return t.aux[(t.Rows*6+i)*t.Cols : (t.Rows*6+i+1)*t.Cols]
}

// stepOf returns the rows of the step at work of a part of the aux that is
// three times as wide as t.
func (t *Tensor) stepOf(part []float32) kernel.Matrix {
	n := 3 * t.Cols
	return kernel.Matrix{Rows: t.d.Rows, Cols: n, Stride: n, Data: part[t.from*n:]}
}

// stateBefore returns the states before the step at work.
func (t *Tensor) stateBefore() kernel.Matrix { return t.before(t.Data, t.d.Data) }

// before returns the rows before the step at work, of data or, where it is the
// first step, of first.
func (t *Tensor) before(data, first []float32) kernel.Matrix {
	if t.from > 0 {
		first = data[(t.from-t.d.Rows)*t.Cols : t.from*t.Cols]
	}
	return kernel.Matrix{Rows: t.d.Rows, Cols: t.Cols, Stride: t.Cols, Data: first}
}

// over reports whether row i is masked.
func (t *Tensor) over(i int) bool {
	mask, ok := t.args.(*Tensor)
	return ok && mask.Data[i] == 0
}

// gru is one step of the rows from to to of a batch.
func gru(t *Tensor, from, to int) {
	n := t.Cols
	before := t.stateBefore().Data
	for b := from; b < to; b++ {
		i := t.from + b
		y, h := t.row(i), before[b*n:(b+1)*n]
		if t.over(i) {
			copy(y, h)
			continue
		}
		x, gates, candidate := t.a.row(i), t.gruGates(i)[:3*n], t.gruCandidate(i)
		r, z, state := gates[:n], gates[n:2*n], gates[2*n:]
		add(gates, t.c.Data)
		add(gates[:2*n], x[:2*n])
		kernel.Sigmoid(gates[:2*n], gates[:2*n])
		kernel.Mul(candidate, r, state)
		add(candidate, x[2*n:])
		kernel.Tanh(candidate, candidate)
		kernel.Sub(y, h, candidate)
		kernel.Mul(y, y, z)
		add(y, candidate)
	}
}

// gruBack goes through the steps from the last to the first. The gradients of u
// and bias are sums over all of them, and so one product at the end.
func gruBack(t *Tensor) {
	batch := t.d.Rows
	for t.from = t.Rows - batch; t.from >= 0 && batch > 0; t.from -= batch {
		t.rows(batch, 3*t.Cols, gruSlope)
		if t.from > 0 || t.d.wanted() {
			t.tape.product(t.stepOf(t.gruSlopes(0)), t.b.matrix().T(), 1, t.before(t.Grad, t.d.Grad), nil)
		}
	}
	if t.b.wanted() {
		t.gruWeights()
	}
	t.tape.addBias(t.c, t.gruSlopes(0))
}

// gruSlope makes the gradients of the gates of the rows from to to of one step,
// and adds to that of the states before all but what comes by the product.
func gruSlope(t *Tensor, from, to int) {
	n := t.Cols
	before, slopeBefore := t.stateBefore().Data, []float32(nil)
	if t.from > 0 || t.d.wanted() {
		slopeBefore = t.before(t.Grad, t.d.Grad).Data
	}
	for b := from; b < to; b++ {
		i := t.from + b
		dy, slopes := t.gradRow(i), t.gruSlopes(i)[:3*n]
		if t.over(i) {
			clear(slopes)
			if slopeBefore != nil {
				add(slopeBefore[b*n:(b+1)*n], dy)
			}
			continue
		}
		t.gateSlopes(i, slopes, before[b*n:(b+1)*n])
		if t.a.wanted() {
			add(t.a.gradRow(i), slopes)
		}
		gates := t.gruGates(i)
		kernel.Mul(slopes[2*n:], slopes[2*n:], gates[:n]) // from x_n to h·u_n + b_n
		if slopeBefore != nil {
			kernel.MulAdd(slopeBefore[b*n:(b+1)*n], dy, gates[n:2*n])
		}
	}
}

// gateSlopes sets slopes to the gradient of what the inputs say to the gates,
// of row i, given the state before:
//
//	dn = dy·(1−z)·(1−n²)
//	dz = dy·(h−n)·z·(1−z)
//	dr = dn·(h·u_n + b_n)·r·(1−r)
func (t *Tensor) gateSlopes(i int, slopes, h []float32) {
	n := t.Cols
	dy, gates, candidate := t.gradRow(i), t.gruGates(i)[:3*n], t.gruCandidate(i)
	r, z, state := gates[:n], gates[n:2*n], gates[2*n:]
	dr, dz, dn := slopes[:n], slopes[n:2*n], slopes[2*n:]

	kernel.Affine(dn, -1, z, 1)
	kernel.Mul(dn, dn, dy)
	kernel.TanhSlope(dn, candidate)

	kernel.Sub(dz, h, candidate)
	kernel.Mul(dz, dz, dy)
	kernel.SigmoidSlope(dz, z)

	kernel.Mul(dr, dn, state)
	kernel.SigmoidSlope(dr, r)
}

// gruWeights adds hᵀ·slopes to the gradient of u, with the states before each
// step: the first of all, and then those of t but for its last step's.
func (t *Tensor) gruWeights() {
	n, batch := t.Cols, t.d.Rows
	rest := t.Rows - batch
	states := kernel.Matrix{Rows: rest, Cols: n, Stride: n, Data: t.Data}
	slopes := kernel.Matrix{Rows: rest, Cols: 3 * n, Stride: 3 * n, Data: t.gruSlopes(batch)}
	t.from = 0
	t.tape.product(t.d.matrix().T(), t.stepOf(t.gruSlopes(0)), 1, t.b.gradient(), nil)
	if rest > 0 {
		t.tape.product(states.T(), slopes, 1, t.b.gradient(), nil)
	}
}
