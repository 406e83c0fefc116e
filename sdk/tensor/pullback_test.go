package tensor

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// pulled are parameters to go with x.
type pulled struct{ x, y, row, column, number, w, bias, v, filters, filtersT *Tensor }

// pullable are the operations that Pullback goes through, as functions of x.
var pullable = map[string]func(o pulled, x *Tensor) *Tensor{
	"nothing":           func(o pulled, x *Tensor) *Tensor { return x },
	"add":               func(o pulled, x *Tensor) *Tensor { return x.Add(o.y) },
	"add as second":     func(o pulled, x *Tensor) *Tensor { return o.y.Add(x) },
	"add itself":        func(o pulled, x *Tensor) *Tensor { return x.Add(x) },
	"add row of it":     func(o pulled, x *Tensor) *Tensor { return o.y.Add(x.Slice(1, 2)) },
	"add column of it":  func(o pulled, x *Tensor) *Tensor { return o.y.Add(x.SumRows()) },
	"add number of it":  func(o pulled, x *Tensor) *Tensor { return o.y.Add(x.Sum()) },
	"sub":               func(o pulled, x *Tensor) *Tensor { return x.Sub(o.row) },
	"sub as second":     func(o pulled, x *Tensor) *Tensor { return o.y.Sub(x) },
	"sub number of it":  func(o pulled, x *Tensor) *Tensor { return o.y.Sub(x.Mean()) },
	"mul":               func(o pulled, x *Tensor) *Tensor { return x.Mul(o.y) },
	"mul row":           func(o pulled, x *Tensor) *Tensor { return x.Mul(o.row) },
	"mul column":        func(o pulled, x *Tensor) *Tensor { return x.Mul(o.column) },
	"mul number":        func(o pulled, x *Tensor) *Tensor { return x.Mul(o.number) },
	"mul as second":     func(o pulled, x *Tensor) *Tensor { return o.y.Mul(x) },
	"mul itself":        func(o pulled, x *Tensor) *Tensor { return x.Mul(x) },
	"mul row of it":     func(o pulled, x *Tensor) *Tensor { return x.Mul(x.Slice(0, 1)) },
	"mul column of it":  func(o pulled, x *Tensor) *Tensor { return x.Mul(x.SumRows()) },
	"mul number of it":  func(o pulled, x *Tensor) *Tensor { return x.Mul(x.Sum()) },
	"column by one":     func(o pulled, x *Tensor) *Tensor { return x.SumRows().Mul(x.Mean()) },
	"scale":             func(o pulled, x *Tensor) *Tensor { return x.Scale(-1.5) },
	"plus":              func(o pulled, x *Tensor) *Tensor { return x.Plus(3) },
	"exp":               func(o pulled, x *Tensor) *Tensor { return x.Exp() },
	"square":            func(o pulled, x *Tensor) *Tensor { return x.Square() },
	"softplus":          func(o pulled, x *Tensor) *Tensor { return x.Softplus() },
	"div":               func(o pulled, x *Tensor) *Tensor { return x.Exp().Div(o.y.On(x.tape).Exp()) },
	"div by row":        func(o pulled, x *Tensor) *Tensor { return x.Square().Div(o.row.On(x.tape).Exp()) },
	"div as second":     func(o pulled, x *Tensor) *Tensor { return o.y.On(x.tape).Div(x.Exp()) },
	"div by itself":     func(o pulled, x *Tensor) *Tensor { return x.Exp().Div(x.Square().Plus(1)) },
	"div by row of it":  func(o pulled, x *Tensor) *Tensor { return x.Div(x.Slice(0, 1).Exp()) },
	"div by column":     func(o pulled, x *Tensor) *Tensor { return x.Div(x.SumRows().Exp()) },
	"div by number":     func(o pulled, x *Tensor) *Tensor { return x.Div(x.Mean().Exp()) },
	"log":               func(o pulled, x *Tensor) *Tensor { return x.Square().Plus(1).Log() },
	"sqrt":              func(o pulled, x *Tensor) *Tensor { return x.Square().Plus(1).Sqrt() },
	"silu":              func(o pulled, x *Tensor) *Tensor { return x.Scale(2).SiLU() },
	"gelu":              func(o pulled, x *Tensor) *Tensor { return x.Scale(2).GELU() },
	"layer norm":        func(o pulled, x *Tensor) *Tensor { return x.LayerNorm(o.row, o.row, 0.1) },
	"layer norm inside": func(o pulled, x *Tensor) *Tensor { return x.Exp().LayerNorm(o.row, o.row, 0.1).Tanh().MatMul(o.w) },
	"layer norm of runs": func(o pulled, x *Tensor) *Tensor {
		return x.Reshape(6, 2).LayerNorm(o.row.On(x.tape).Columns(0, 2), o.row.On(x.tape).Columns(2, 4), 0.1).Reshape(3, 4).Square()
	},
	"relu":              func(o pulled, x *Tensor) *Tensor { return x.ReLU().Square() },
	"leaky relu":        func(o pulled, x *Tensor) *Tensor { return x.LeakyReLU().Square() },
	"tanh":              func(o pulled, x *Tensor) *Tensor { return x.Tanh() },
	"sigmoid":           func(o pulled, x *Tensor) *Tensor { return x.Sigmoid() },
	"linear":            func(o pulled, x *Tensor) *Tensor { return x.Activate(Linear).Square() },
	"sum":               func(o pulled, x *Tensor) *Tensor { return x.Square().Sum() },
	"mean":              func(o pulled, x *Tensor) *Tensor { return x.Square().Mean() },
	"sum rows":          func(o pulled, x *Tensor) *Tensor { return x.Square().SumRows() },
	"slice":             func(o pulled, x *Tensor) *Tensor { return x.Exp().Slice(1, 3) },
	"columns":           func(o pulled, x *Tensor) *Tensor { return x.Exp().Columns(1, 3) },
	"stack":             func(o pulled, x *Tensor) *Tensor { return x.Exp().Stack(o.row) },
	"stack under":       func(o pulled, x *Tensor) *Tensor { return o.row.Stack(x.Exp()) },
	"stack twice":       func(o pulled, x *Tensor) *Tensor { return x.Exp().Stack(x.Square()) },
	"beside":            func(o pulled, x *Tensor) *Tensor { return x.Exp().Beside(o.y).Square() },
	"beside on right":   func(o pulled, x *Tensor) *Tensor { return o.column.Beside(x.Exp()).Square() },
	"beside twice":      func(o pulled, x *Tensor) *Tensor { return x.Exp().Beside(x.Columns(0, 1)).Square() },
	"reshape":           func(o pulled, x *Tensor) *Tensor { return x.Exp().Reshape(4, 3).Square().SumRows() },
	"matmul":            func(o pulled, x *Tensor) *Tensor { return x.Exp().MatMul(o.w) },
	"matmul transposed": func(o pulled, x *Tensor) *Tensor { return x.Exp().MatMulT(o.v) },
	"dense relu":        func(o pulled, x *Tensor) *Tensor { return x.Dense(o.w, o.bias, ReLU).Square() },
	"dense leaky":       func(o pulled, x *Tensor) *Tensor { return x.Dense(o.w, o.bias, LeakyReLU).Square() },
	"dense tanh":        func(o pulled, x *Tensor) *Tensor { return x.Dense(o.w, o.bias, Tanh) },
	"dense sigmoid":     func(o pulled, x *Tensor) *Tensor { return x.Dense(o.w, nil, Sigmoid) },
	"layers": func(o pulled, x *Tensor) *Tensor {
		return x.Dense(o.w, o.bias, Tanh).Dense(o.v, nil, Sigmoid).MatMul(o.w)
	},
	"residual": func(o pulled, x *Tensor) *Tensor { return x.Add(x.Dense(o.w, o.bias, Tanh).MatMul(o.v)) },
	"layer used twice": func(o pulled, x *Tensor) *Tensor {
		h := x.Dense(o.w, o.bias, Tanh)
		return h.MatMul(o.v).Mul(h.Columns(0, 4))
	},
	"conv":       func(o pulled, x *Tensor) *Tensor { return x.Conv(&pullWindow, o.filters, o.number, Tanh).Square() },
	"conv leaky": func(o pulled, x *Tensor) *Tensor { return x.Conv(&pullWindow, o.filters, nil, LeakyReLU).Square() },
	"conv transposed": func(o pulled, x *Tensor) *Tensor {
		return x.ConvTransposed(&pullWindowT, o.filtersT, nil, Sigmoid).Exp()
	},
	"another way as well":  func(o pulled, x *Tensor) *Tensor { x.Mul(x).Softplus(); return x.Exp().Mul(o.y) },
	"what is not of x too": func(o pulled, x *Tensor) *Tensor { return x.Mul(o.y.On(x.tape).BCE(o.y)) },
}

// A row of x is a picture of 2×2, or the 2 places of another.
var (
	pullWindow  = Window{Height: 2, Width: 2, Channels: 1, KernelHeight: 2, KernelWidth: 1, StrideHeight: 1, StrideWidth: 1, PaddingHeight: 1}
	pullWindowT = Window{Height: 3, Width: 3, Channels: 2, KernelHeight: 2, KernelWidth: 2, StrideHeight: 1, StrideWidth: 1}
)

func pullOperands(p *Params) pulled {
	o := pulled{
		x: p.Add("x", 3, 4, Init{}), y: p.Add("y", 3, 4, Init{}), row: p.Add("row", 1, 4, Init{}),
		column: p.Add("column", 3, 1, Init{}), number: p.Add("number", 1, 1, Init{}),
		w: p.Add("w", 4, 5, Init{}), bias: p.Add("bias", 1, 5, Init{}), v: p.Add("v", 5, 4, Init{}),
		filters: p.Add("filters", 1, 2, Init{}), filtersT: p.Add("filters transposed", 1, 8, Init{}),
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for _, q := range p.All() {
		for i := range q.Tensor.Data {
			q.Tensor.Data[i] = (0.1 + 0.8*rng.Float32()) * float32(1-2*rng.IntN(2))
		}
	}
	return o
}

// What Pullback returns is the gradient that Backward computes, and its own
// gradient is that of finite differences.
func TestPullback(t *testing.T) {
	for name, f := range pullable {
		t.Run(name, func(t *testing.T) {
			var p Params
			o := pullOperands(&p)
			var tape Tape
			x := o.x.On(&tape)
			y := f(o, x)
			weights := p.Add("dy", y.Rows, y.Cols, Init{})
			Init{Uniform: 1}.draw(weights.Data, rand.New(rand.NewPCG(5, 6)))
			tape.Reset()
			for range 50 {
				tape.Full(9, 9, 7) // memory that is not 0
			}
			tape.Reset()
			x = o.x.On(&tape)
			y = f(o, x)
			got := y.Pullback(x, weights.On(&tape))
			y.Mul(weights).Sum().Backward(&p)
			for i, want := range x.Grad {
				if math.Abs(float64(got.Data[i]-want)) > 1e-5*(1+math.Abs(float64(want))) {
					t.Fatalf("number %d is %g, Backward says %g", i, got.Data[i], want)
				}
			}
			checkGradient(t, &p, func(tape *Tape) *Tensor {
				x := o.x.On(tape)
				return f(o, x).Pullback(x, weights.On(tape))
			})
		})
	}
}

// Nothing in between is no gradient, not an error.
func TestPullbackOfNothing(t *testing.T) {
	var tape Tape
	first, x := tape.Full(2, 3, 1).Exp(), tape.Full(2, 3, 1)
	for name, y := range map[string]*Tensor{"before": first, "after": first.Square()} {
		if g := y.Pullback(x, nil); !slices.Equal(g.Data, make([]float32, 6)) {
			t.Errorf("gradient of what was made %s it is %v", name, g.Data)
		}
	}
}

func TestPullbackMistakesPanic(t *testing.T) {
	var tape, other Tape
	var p Params
	w := p.Add("w", 3, 2, Init{})
	x := tape.Full(2, 3, 1)
	for want, mistake := range map[string]func(){
		"tensor: pullback: there is no way back through bce":                 func() { x.Exp().BCE(x).Mean().Pullback(x, nil) },
		"tensor: pullback: there is no way back through norm rows":           func() { x.NormRows().Pullback(x, nil) },
		"tensor: pullback: dense: its weights are made of what to":           func() { tape.Full(4, 2, 1).MatMul(x).Pullback(x, nil) },
		"tensor: pullback: matmul transposed: its weights are made of":       func() { x.MatMulT(x).Pullback(x, nil) },
		"tensor: pullback: layer norm: its weights are made of what to diff": func() { g := tape.Full(1, 3, 1); x.LayerNorm(g.Exp(), g, 1).Pullback(g, nil) },
		"tensor: pullback: from 2×3 to 2×3: want both on one tape":           func() { x.Pullback(other.Full(2, 3, 1), nil) },
		"tensor: pullback: from 2×2 to 3×2: want both on one tape":           func() { x.MatMul(w).Pullback(w, nil) },
		"tensor: pullback: of 2×3 with 3×2":                                  func() { x.Exp().Pullback(x, w) },
		"tensor: matmul transposed: 2×3 times the transpose of 3×2":          func() { x.MatMulT(w) },
		"tensor: pullback: conv: its weights are made of what to differenti": func() { convOfWeights(&tape) },
	} {
		func() {
			defer func() {
				got, _ := recover().(string)
				if !strings.HasPrefix(got, want) {
					t.Errorf("panic says %q, want %q", got, want)
				}
			}()
			mistake()
		}()
	}
}

func convOfWeights(tape *Tape) {
	f := tape.Full(1, 2, 1)
	tape.Full(3, 4, 1).Conv(&pullWindow, f.Exp(), nil, Linear).Pullback(f, nil)
}

// critic is a loss with a gradient in it, of layers that threads share.
func (n *net) critic(tape *Tape, rows []float32, count int) *Tensor {
	tape.Reset()
	x := tape.Input(rows, count, n.w.Rows)
	h := x.Dense(n.w, n.b, LeakyReLU)
	y := h.Dense(n.v, nil, Tanh).Add(x).SumRows()
	loss := y.Pullback(x, nil).NormRows().Plus(-1).Square().Mean().Add(y.Mean())
	loss.Backward(&n.Params)
	return loss
}

func TestPullbackSameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const in, count = 150, 130
	rows := uniform(count * in)
	var want []float32
	for _, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		n := newNet(in, 400)
		var tape Tape
		got := append([]float32{float32(n.critic(&tape, rows, count).Item())}, n.Grad...)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d threads give other bytes than 1", threads)
		}
	}
}

func TestPullbackAllocatesNothing(t *testing.T) {
	n, rows := newNet(30, 40), uniform(20*30)
	var tape Tape
	if made := testing.AllocsPerRun(10, func() { n.critic(&tape, rows, 20) }); made != 0 {
		t.Errorf("%g allocations a step", made)
	}
}

func TestMatMulT(t *testing.T) {
	var p Params
	x, y, square := p.Add("x", 3, 70, Init{Normal: 1}), p.Add("y", 5, 70, Init{Normal: 1}), p.Add("square", 3, 3, Init{Normal: 1})
	p.Init(rand.New(rand.NewPCG(1, 2)))
	var tape Tape
	got := x.On(&tape).MatMulT(y)
	for i := range 3 {
		for j := range 5 {
			want := 0.0
			for l := range 70 {
				want += float64(x.row(i)[l]) * float64(y.row(j)[l])
			}
			if math.Abs(float64(got.row(i)[j])-want) > 1e-4 {
				t.Errorf("[%d, %d] is %g, want %g", i, j, got.row(i)[j], want)
			}
		}
	}
	for name, make := range map[string]func(tape *Tape) *Tensor{
		"of two":             func(tape *Tape) *Tensor { return x.On(tape).Tanh().MatMulT(y) },
		"of itself":          func(tape *Tape) *Tensor { s := square.On(tape).Tanh(); return s.MatMulT(s) },
		"of what is reused":  func(tape *Tape) *Tensor { s := square.On(tape).Tanh(); return s.MatMulT(square).Add(s) },
		"of what was reused": func(tape *Tape) *Tensor { s := square.On(tape).Tanh(); u := s.Exp(); return s.MatMulT(square).Mul(u) },
	} {
		t.Run(name, func(t *testing.T) { checkGradient(t, &p, make) })
	}
}

func TestNormRows(t *testing.T) {
	var p Params
	x := p.Add("x", 3, 4, Init{Normal: 1})
	p.Init(rand.New(rand.NewPCG(1, 2)))
	checkGradient(t, &p, func(tape *Tape) *Tensor { return x.On(tape).NormRows() })

	// Rows that have no norm to speak of, or nearly too much, have gradients
	// all the same.
	copy(x.Data, []float32{0, 0, 0, 0, 1e-40, 0, -1e-39, 0, 2e38, 0, 0, 1e38})
	var tape Tape
	y := x.On(&tape).NormRows()
	y.Scale(1e6).Sum().Backward(&p)
	if y.Data[0] != 0 || y.Data[2] != float32(math.Hypot(2e38, 1e38)) {
		t.Errorf("norms are %v", y.Data)
	}
	for i, g := range p.Grad {
		if size := math.Abs(float64(g)); !(size <= 1e6) || i < 4 && g != 0 {
			t.Errorf("gradient %d is %g", i, g)
		}
	}
}
