package tensor

import (
	"math"
	"math/rand/v2"
	"testing"
)

// operands are parameters to differentiate by: x and y are alike, row, column
// and number broadcast, w and bias make a dense layer of x, and v one of its
// result.
type operands struct{ x, y, row, column, number, w, bias, v, square *Tensor }

var operations = map[string]func(o operands, tape *Tape) *Tensor{
	"add":           func(o operands, t *Tape) *Tensor { return o.x.On(t).Add(o.y) },
	"add row":       func(o operands, t *Tape) *Tensor { return o.x.On(t).Add(o.row) },
	"add column":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Add(o.column) },
	"add number":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Add(o.number) },
	"add itself":    func(o operands, t *Tape) *Tensor { x := o.x.On(t); return x.Add(x) },
	"sub":           func(o operands, t *Tape) *Tensor { return o.x.On(t).Sub(o.y) },
	"sub row":       func(o operands, t *Tape) *Tensor { return o.x.On(t).Sub(o.row) },
	"sub column":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Sub(o.column) },
	"sub number":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Sub(o.number) },
	"mul":           func(o operands, t *Tape) *Tensor { return o.x.On(t).Mul(o.y) },
	"mul row":       func(o operands, t *Tape) *Tensor { return o.x.On(t).Mul(o.row) },
	"mul column":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Mul(o.column) },
	"mul number":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Mul(o.number) },
	"mul itself":    func(o operands, t *Tape) *Tensor { x := o.x.On(t); return x.Mul(x) },
	"column by one": func(o operands, t *Tape) *Tensor { return o.column.On(t).Mul(o.number) },
	"scale":         func(o operands, t *Tape) *Tensor { return o.x.On(t).Scale(-1.5) },
	"plus":          func(o operands, t *Tape) *Tensor { return o.x.On(t).Plus(3) },
	"exp":           func(o operands, t *Tape) *Tensor { return o.x.On(t).Exp() },
	"square":        func(o operands, t *Tape) *Tensor { return o.x.On(t).Square() },
	"softplus":      func(o operands, t *Tape) *Tensor { return o.x.On(t).Softplus() },
	"relu":          func(o operands, t *Tape) *Tensor { return o.x.On(t).ReLU() },
	"leaky relu":    func(o operands, t *Tape) *Tensor { return o.x.On(t).LeakyReLU() },
	"tanh":          func(o operands, t *Tape) *Tensor { return o.x.On(t).Tanh() },
	"sigmoid":       func(o operands, t *Tape) *Tensor { return o.x.On(t).Sigmoid() },
	"sum":           func(o operands, t *Tape) *Tensor { return o.x.On(t).Sum() },
	"mean":          func(o operands, t *Tape) *Tensor { return o.x.On(t).Mean() },
	"sum rows":      func(o operands, t *Tape) *Tensor { return o.x.On(t).SumRows() },
	"bce":           func(o operands, t *Tape) *Tensor { return o.x.On(t).BCE(o.y) },
	"slice":         func(o operands, t *Tape) *Tensor { return o.x.On(t).Slice(1, 3) },
	"stack":         func(o operands, t *Tape) *Tensor { return o.x.On(t).Stack(o.row) },
	"columns":       func(o operands, t *Tape) *Tensor { return o.x.On(t).Columns(1, 3) },
	"matmul":        func(o operands, t *Tape) *Tensor { return o.x.On(t).MatMul(o.w) },
	"dense linear":  func(o operands, t *Tape) *Tensor { return o.x.On(t).Dense(o.w, o.bias, Linear) },
	"dense relu":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Dense(o.w, o.bias, ReLU) },
	"dense leaky":   func(o operands, t *Tape) *Tensor { return o.x.On(t).Dense(o.w, o.bias, LeakyReLU) },
	"dense tanh":    func(o operands, t *Tape) *Tensor { return o.x.On(t).Dense(o.w, o.bias, Tanh) },
	"dense sigmoid": func(o operands, t *Tape) *Tensor { return o.x.On(t).Dense(o.w, o.bias, Sigmoid) },
	"layer on layer": func(o operands, t *Tape) *Tensor {
		return o.x.On(t).Dense(o.w, o.bias, Tanh).Dense(o.v, nil, Sigmoid).MatMul(o.w)
	},
	"layer used twice": func(o operands, t *Tape) *Tensor {
		h := o.x.On(t).Dense(o.w, o.bias, Tanh)
		return h.MatMul(o.v).Sub(h.MatMul(o.v).Square()).Mul(h.Columns(0, 4))
	},
	"layer used by two layers": func(o operands, t *Tape) *Tensor {
		h := o.x.On(t).Dense(o.w, o.bias, Tanh)
		return h.MatMul(o.v).Sub(h.MatMul(o.v).Square())
	},
	"layer used once by the loss": func(o operands, t *Tape) *Tensor {
		h := o.x.On(t).Dense(o.w, o.bias, Tanh)
		h.MatMul(o.v)
		y := h.MatMul(o.v)
		h.Square()
		return y
	},
	"layer on activation": func(o operands, t *Tape) *Tensor { return o.x.On(t).LeakyReLU().MatMul(o.w) },
	"layer on part":       func(o operands, t *Tape) *Tensor { return o.x.On(t).Sigmoid().Slice(1, 3).MatMul(o.w) },
	"weights used twice": func(o operands, t *Tape) *Tensor {
		return o.x.On(t).Dense(o.w, o.bias, Tanh).MatMul(o.v).Dense(o.w, o.bias, Sigmoid)
	},
	"product of itself": func(o operands, t *Tape) *Tensor { s := o.square.On(t).Tanh(); return s.MatMul(s) },
	"used many times":   func(o operands, t *Tape) *Tensor { x := o.x.On(t).Exp(); return x.Mul(x.Add(o.row)).Sub(x) },
}

func TestGradients(t *testing.T) {
	for name, make := range operations {
		t.Run(name, func(t *testing.T) {
			var p Params
			o := operands{
				x: p.Add("x", 3, 4, Init{}), y: p.Add("y", 3, 4, Init{}), row: p.Add("row", 1, 4, Init{}),
				column: p.Add("column", 3, 1, Init{}), number: p.Add("number", 1, 1, Init{}),
				w: p.Add("w", 4, 5, Init{}), bias: p.Add("bias", 1, 5, Init{}),
				v: p.Add("v", 5, 4, Init{}), square: p.Add("square", 3, 3, Init{}),
			}
			rng := rand.New(rand.NewPCG(3, 4))
			for _, q := range p.All() {
				for i := range q.Tensor.Data {
					// Away from 0, where relu has no derivative.
					q.Tensor.Data[i] = (0.1 + 0.8*rng.Float32()) * float32(1-2*rng.IntN(2))
				}
			}
			checkGradient(t, &p, func(tape *Tape) *Tensor { return make(o, tape) })
		})
	}
}

// checkGradient compares the gradient of a weighted sum of what build makes
// with central differences, for every number of p.
func checkGradient(t *testing.T, p *Params, build func(*Tape) *Tensor) {
	t.Helper()
	var tape Tape
	loss := func() *Tensor {
		tape.Reset()
		y := build(&tape)
		weights := tape.Constant(y.Rows, y.Cols)
		for i := range weights.Data {
			weights.Data[i] = float32(i%5) - 1.7
		}
		return y.Mul(weights).Sum()
	}
	loss().Backward(p)
	any := false
	const h = 1.0 / 128
	for _, q := range p.All() {
		for i := range q.Tensor.Data {
			old := q.Tensor.Data[i]
			q.Tensor.Data[i] = old + h
			up := loss().Item()
			q.Tensor.Data[i] = old - h
			down := loss().Item()
			q.Tensor.Data[i] = old
			want, got := (up-down)/(2*h), float64(q.Tensor.Grad[i])
			if !(math.Abs(got-want) < 1e-3*(1+math.Abs(want))) {
				t.Errorf("%s[%d]: gradient %.5f, differences say %.5f", q.Name, i, got, want)
			}
			any = any || want != 0
		}
	}
	if !any {
		t.Error("nothing depends on the parameters")
	}
}

// A dense layer that spans many tiles must agree with sums in float64.
func TestDenseAgainstReference(t *testing.T) {
	for _, s := range [][3]int{{1, 784, 256}, {70, 5, 200}, {130, 193, 3}, {65, 65, 65}, {3, 1, 1}, {2, 300, 577}} {
		rows, in, out := s[0], s[1], s[2]
		rng := rand.New(rand.NewPCG(5, 6))
		var tape Tape
		var p, q Params
		x := p.Add("x", rows, in, Init{Uniform: 1})
		w, b := q.Add("w", in, out, Init{Uniform: 1}), q.Add("b", 1, out, Init{Uniform: 1})
		p.Init(rng)
		q.Init(rng)
		y := x.On(&tape).Dense(w, b, Linear)
		dy := tape.Constant(rows, out)
		for i := range dy.Data {
			dy.Data[i] = rng.Float32() - 0.5
		}
		y.Mul(dy).Sum().Backward(&p, &q)

		near := func(name string, got float32, want float64, terms int) {
			if math.Abs(float64(got)-want) > 1e-6*float64(terms) {
				t.Fatalf("%v: %s is %g, want %g", s, name, got, want)
			}
		}
		for i := range rows {
			for j := range out {
				want := float64(b.Data[j])
				for l := range in {
					want += float64(x.row(i)[l]) * float64(w.row(l)[j])
				}
				near("y", y.row(i)[j], want, in+10)
			}
			for l := range in {
				want := 0.0
				for j := range out {
					want += float64(dy.row(i)[j]) * float64(w.row(l)[j])
				}
				near("dx", x.gradRow(i)[l], want, out+10)
			}
		}
		for j := range out {
			db := 0.0
			for i := range rows {
				db += float64(dy.row(i)[j])
			}
			near("db", b.Grad[j], db, rows+10)
			for l := range in {
				want := 0.0
				for i := range rows {
					want += float64(x.row(i)[l]) * float64(dy.row(i)[j])
				}
				near("dw", w.gradRow(l)[j], want, rows+10)
			}
		}
	}
}

// Backward computes the gradients that it was asked for and no others.
func TestBackwardOnlyWhatIsWanted(t *testing.T) {
	var tape Tape
	var g, d Params
	w, v := g.Add("w", 2, 2, Init{Uniform: 1}), d.Add("v", 2, 1, Init{Uniform: 1})
	rng := rand.New(rand.NewPCG(1, 1))
	g.Init(rng)
	d.Init(rng)
	z := tape.Input([]float32{1, 2}, 1, 2)
	fake := z.MatMul(w)
	loss := fake.MatMul(v).Sum()

	loss.Backward(&d)
	if g.Grad != nil || fake.needs {
		t.Error("a gradient of g was computed for d")
	}
	if d.Grad[0] != fake.Data[0] || d.Grad[1] != fake.Data[1] {
		t.Errorf("dv is %v, want %v", d.Grad[:2], fake.Data)
	}
	before := d.Grad[0]
	d.Data[0]++ // as an optimiser would
	loss = fake.MatMul(v).Sum()
	loss.Backward(&g)
	if d.Grad[0] != before {
		t.Error("g's Backward touched the gradient of d")
	}
	for i, want := range []float32{v.Data[0], v.Data[1], 2 * v.Data[0], 2 * v.Data[1]} {
		if w.Grad[i] != want {
			t.Errorf("dw[%d] is %g, want %g", i, w.Grad[i], want)
		}
	}
}

// A Backward leaves nothing of the one before, whatever that was asked for.
func TestGradientsBeginAnew(t *testing.T) {
	var tape Tape
	var p Params
	w, other := p.Add("w", 2, 2, Init{Uniform: 1}), p.Add("other", 1, 2, Init{Uniform: 1})
	p.Init(rand.New(rand.NewPCG(1, 1)))
	x := tape.Input([]float32{1, 2}, 1, 2)
	x.Dense(w, other, Tanh).Sum().Backward(&p)
	x.Mul(other).Sum().Backward(&p, &p)
	for i, want := range []float32{0, 0, 0, 0, 1, 2} {
		if p.Grad[i] != want {
			t.Errorf("gradient %d is %g, want %g", i, p.Grad[i], want)
		}
	}
	x.Sum().Backward(&p)
	if p.GradNorm() != 0 {
		t.Errorf("what depends on nothing has gradients %v", p.Grad)
	}
}
