package tensor

import "fmt"

// Pullback returns the gradient, with respect to x, of the sum of y's numbers
// each times one of dy, which is as large as y; nil stands for ones. Where row i of
// y depends on row i of x alone, row i of the result is the gradient of that row.
//
// Unlike what [Tensor.Backward] computes, the gradient is a tensor on the tape,
// made of x and the parameters by operations like any others. So it can be part
// of a loss, and Backward finds the gradient of the gradient. (That of ReLU and
// LeakyReLU is constant almost everywhere: what multiplies them counts as such.)
//
// It goes through Add, Sub, Mul, Div, Scale, Plus, Exp, Log, Sqrt, Square, Softplus,
// SiLU, GELU, Activate and the activations, Sum, Mean, SumRows, Slice, Stack, Columns,
// Beside and Reshape, and through Dense, MatMul, MatMulT, Conv, ConvTransposed and
// LayerNorm by their first operand. It panics at any other operation between x and y. x must be on the
// tape.
func (y *Tensor) Pullback(x, dy *Tensor) *Tensor {
	if y.tape == nil || x.tape != y.tape {
		panic(fmt.Sprintf("tensor: pullback: from %v to %v: want both on one tape", y, x))
	}
	tape := y.tape
	if dy == nil {
		dy = tape.Full(y.Rows, y.Cols, 1)
	}
	if dy.Rows != y.Rows || dy.Cols != y.Cols {
		panic(fmt.Sprintf("tensor: pullback: of %v with %v", y, dy))
	}
	p := &tape.pullback
	p.begin(tape, x, y)
	p.to(y, dy)
	for at := y.at; at > x.at; at-- {
		if dt := p.grads[at]; dt != nil {
			p.through(tape.nodes[at], dt)
		}
	}
	if y.at < x.at || p.grads[x.at] == nil {
		return tape.Full(x.Rows, x.Cols, 0)
	}
	return p.grads[x.at]
}

// A pullback goes back over the tape from y to x.
type pullback struct {
	tape  *Tape
	way   []bool    // which tensors are made of x, by place on the tape
	grads []*Tensor // with respect to these, as far as it is known
}

// begin finds the way from x to y.
func (p *pullback) begin(tape *Tape, x, y *Tensor) {
	p.tape, p.way, p.grads = tape, p.way[:0], p.grads[:0]
	for at, t := range tape.nodes[:y.at+1] {
		p.way = append(p.way, at == x.at || p.leads(t.a) || p.leads(t.b) || p.leads(t.c) || p.leads(t.d))
		p.grads = append(p.grads, nil)
	}
}

// leads reports whether o, an operand or nil, is made of x.
func (p *pullback) leads(o *Tensor) bool {
	return o != nil && o.tape == p.tape && o.at < len(p.way) && p.way[o.at]
}

// to adds g to the gradient with respect to o, if that leads to x.
func (p *pullback) to(o, g *Tensor) {
	if !p.leads(o) {
		return
	}
	if old := p.grads[o.at]; old != nil {
		g = old.Add(g)
	}
	p.grads[o.at] = g
}

// through goes through the operation that made t, given the gradient with
// respect to t: dt times the derivative goes to each operand.
func (p *pullback) through(t, dt *Tensor) {
	switch t.op {
	case "add":
		p.to(t.a, dt)
		p.toSecond(t, dt, 1)
	case "sub":
		p.to(t.a, dt)
		p.toSecond(t, dt, -1)
	case "mul":
		if p.leads(t.a) {
			p.to(t.a, dt.Mul(t.b))
		}
		if p.leads(t.b) {
			p.toSecond(t, dt.Mul(t.a), 1)
		}
	case "div":
		if p.leads(t.a) {
			p.to(t.a, dt.Div(t.b))
		}
		if p.leads(t.b) {
			p.toSecond(t, dt.Mul(t).Div(t.b), -1)
		}
	case "sum", "mean":
		p.to(t.a, p.tape.Full(t.a.Rows, t.a.Cols, t.k).Mul(dt))
	case "sum rows":
		p.to(t.a, p.tape.Full(t.a.Rows, t.a.Cols, 1).Mul(dt))
	default:
		p.throughEach(t, dt)
	}
}

// throughEach is through for functions of each number.
func (p *pullback) throughEach(t, dt *Tensor) {
	switch t.op {
	case "scale":
		p.to(t.a, dt.Scale(t.k))
	case "plus":
		p.to(t.a, dt)
	case "exp":
		p.to(t.a, dt.Mul(t))
	case "log":
		p.to(t.a, dt.Div(t.a))
	case "sqrt":
		p.to(t.a, dt.Div(t).Scale(0.5))
	case "square":
		p.to(t.a, dt.Mul(t.a).Scale(2))
	case "softplus":
		p.to(t.a, dt.Mul(t.a.Sigmoid()))
	case "silu":
		s := t.a.Sigmoid()
		p.to(t.a, dt.Mul(s.Add(t.Sub(t.Mul(s)))))
	case "gelu":
		p.to(t.a, dt.Mul(t.a.geluSlopes()))
	case "activate":
		p.to(t.a, t.sloped(dt))
	default:
		p.throughParts(t, dt)
	}
}

// throughParts is through for operations that move numbers.
func (p *pullback) throughParts(t, dt *Tensor) {
	switch t.op {
	case "slice", "columns":
		p.to(t.a, dt.within(t.a.Rows, t.a.Cols, t.from))
	case "stack":
		if p.leads(t.a) {
			p.to(t.a, dt.Slice(0, t.a.Rows))
		}
		if p.leads(t.b) {
			p.to(t.b, dt.Slice(t.a.Rows, t.Rows))
		}
	case "beside":
		if p.leads(t.a) {
			p.to(t.a, dt.Columns(0, t.a.Cols))
		}
		if p.leads(t.b) {
			p.to(t.b, dt.Columns(t.a.Cols, t.Cols))
		}
	case "reshape":
		p.to(t.a, dt.Reshape(t.a.Rows, t.a.Cols))
	default:
		p.throughLinear(t, dt)
	}
}

// throughLinear is through for layers.
func (p *pullback) throughLinear(t, dt *Tensor) {
	switch t.op {
	case "dense":
		p.to(t.a, t.sloped(dt).MatMulT(p.weights(t)))
	case "matmul transposed":
		p.to(t.a, dt.MatMul(p.weights(t)))
	case "layer norm":
		p.to(t.a, t.layerNormPulled(dt, p.weights(t)))
	case "conv":
		p.to(t.a, t.sloped(dt).ConvTransposed(t.args.(*Window), p.weights(t), nil, Linear))
	case "conv transposed":
		p.to(t.a, t.sloped(dt).Conv(t.args.(*Window), p.weights(t), nil, Linear))
	default:
		panic("tensor: pullback: there is no way back through " + t.op)
	}
}

// weights returns the second operand of t, which must not lead to x.
func (p *pullback) weights(t *Tensor) *Tensor {
	if p.leads(t.b) || p.leads(t.c) {
		panic("tensor: pullback: " + t.op + ": its weights are made of what to differentiate by")
	}
	return t.b
}

// toSecond adds k·g to the gradient with respect to the second operand of t,
// which may have stood for many rows or columns.
func (p *pullback) toSecond(t, g *Tensor, k float32) {
	o := t.b
	if !p.leads(o) {
		return
	}
	if o.Rows != g.Rows {
		g = p.tape.Full(1, g.Rows, 1).MatMul(g)
	}
	if o.Cols != g.Cols {
		g = g.SumRows()
	}
	if k != 1 {
		g = g.Scale(k)
	}
	p.to(o, g)
}

// sloped returns dt times the derivative of the activation of which t is the
// result.
func (t *Tensor) sloped(dt *Tensor) *Tensor {
	switch t.act {
	case ReLU, LeakyReLU:
		mask := t.tape.Full(t.Rows, t.Cols, 1)
		t.act.mulSlope(mask.Data, t.Data)
		return dt.Mul(mask)
	case Tanh:
		return dt.Mul(t.Square().Scale(-1).Plus(1))
	case Sigmoid:
		return dt.Mul(t.Sub(t.Square()))
	}
	return dt
}

// geluSlopes returns the derivative of GELU at each number of x, σ + x·σ·(1−σ)·v′:
// see geluOp.
func (x *Tensor) geluSlopes() *Tensor {
	square := x.Square()
	s := square.Scale(geluC3).Plus(geluC1).Mul(x).Sigmoid()
	return s.Add(s.Sub(s.Square()).Mul(x).Mul(square.Scale(3 * geluC3).Plus(geluC1)))
}

// layerNormPulled is layerNormSlope as operations: x̂ and 1/√(σ² + eps) depend on
// x too.
func (t *Tensor) layerNormPulled(dt, gain *Tensor) *Tensor {
	k := 1 / float32(t.Cols)
	d := t.a.Sub(t.a.SumRows().Scale(k))
	deviation := d.Square().SumRows().Scale(k).Plus(t.k).Sqrt()
	hat, g := d.Div(deviation), dt.Mul(gain)
	g = g.Sub(g.SumRows().Scale(k)).Sub(hat.Mul(g.Mul(hat).SumRows().Scale(k)))
	return g.Div(deviation)
}

// within returns t as a part of a matrix of zeros, rows × cols, from that
// number on.
func (t *Tensor) within(rows, cols, from int) *Tensor {
	y := t.result("within", rows, cols, withinBack)
	y.from = from
	y.own()
	clear(y.Data)
	for i := range t.Rows {
		copy(y.Data[from+i*cols:], t.row(i))
	}
	return y
}

func withinBack(t *Tensor) {
	for i := range t.a.Rows {
		add(t.a.gradRow(i), t.Grad[t.from+i*t.Cols:][:t.a.Cols])
	}
}
