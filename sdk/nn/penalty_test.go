package nn

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// A judge is a critic of rows of inputs numbers, and the same in float64: its
// value at x with the parameters p, in the order of Params.
type judge struct {
	make func(p *tensor.Params) Layer
	at   func(p, x []float64) float64
}

const inputs = 5

// judges are critics of each kind of layer that they may have.
var judges = map[string]judge{
	"relu":    mlpJudge(tensor.ReLU),
	"leaky":   mlpJudge(tensor.LeakyReLU),
	"tanh":    mlpJudge(tensor.Tanh),
	"sigmoid": mlpJudge(tensor.Sigmoid),
	"layer norm": {
		func(p *tensor.Params) Layer {
			return Sequential{
				NewDense(p, "first", inputs, 7, tensor.Tanh), NewLayerNorm(p, "norm", 7),
				NewDense(p, "second", 7, 6, tensor.LeakyReLU), NewDense(p, "last", 6, 1, tensor.Linear),
			}
		},
		func(p, x []float64) float64 {
			x, p = dense64(p, x, 7, tensor.Tanh)
			x, p = layerNorm64(p, x)
			x, p = dense64(p, x, 6, tensor.LeakyReLU)
			x, _ = dense64(p, x, 1, tensor.Linear)
			return x[0]
		},
	},
	"residual": {
		func(p *tensor.Params) Layer {
			first, last := NewDense(p, "first", inputs, 6, tensor.LeakyReLU), NewDense(p, "last", 6, 1, tensor.Linear)
			block := NewMLP(p, "block", []int{6, 4, 6}, tensor.Tanh, tensor.Linear)
			return Sequential{first, Residual{block}, last}
		},
		func(p, x []float64) float64 {
			h, p := dense64(p, x, 6, tensor.LeakyReLU)
			w := p[:7]
			b, p := dense64(p[7:], h, 4, tensor.Tanh)
			b, _ = dense64(p, b, 6, tensor.Linear)
			for i := range h {
				h[i] += b[i]
			}
			y, _ := dense64(w, h, 1, tensor.Linear)
			return y[0]
		},
	},
}

// layerNorm64 is a layer norm of gain, then bias, from the front of p.
func layerNorm64(p, x []float64) (y, rest []float64) {
	n := float64(len(x))
	mean, variance := 0.0, 0.0
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		variance += (v - mean) * (v - mean) / n
	}
	y = make([]float64, len(x))
	for i, v := range x {
		y[i] = p[i]*(v-mean)/math.Sqrt(variance+normEps) + p[len(x)+i]
	}
	return y, p[2*len(x):]
}

func mlpJudge(hidden tensor.Activation) judge {
	return judge{
		func(p *tensor.Params) Layer {
			return NewMLP(p, "critic", []int{inputs, 7, 6, 1}, hidden, tensor.Linear)
		},
		func(p, x []float64) float64 {
			x, p = dense64(p, x, 7, hidden)
			x, p = dense64(p, x, 6, hidden)
			x, _ = dense64(p, x, 1, tensor.Linear)
			return x[0]
		},
	}
}

// dense64 is a dense layer that takes its weights and biases from the front of
// p, and returns the rest.
func dense64(p, x []float64, outputs int, act tensor.Activation) (y, rest []float64) {
	y = slices.Clone(p[len(x)*outputs:][:outputs])
	for j := range y {
		for i, v := range x {
			y[j] += v * p[i*outputs+j]
		}
		switch act {
		case tensor.ReLU:
			y[j] = max(y[j], 0)
		case tensor.LeakyReLU:
			y[j] = max(y[j], y[j]/5)
		case tensor.Tanh:
			y[j] = math.Tanh(y[j])
		case tensor.Sigmoid:
			y[j] = 1 / (1 + math.Exp(-y[j]))
		}
	}
	return y, p[(len(x)+1)*outputs:]
}

// slope64 is the norm of the critic's gradient at x, by central differences.
func (j judge) slope64(p, x []float64) float64 {
	const h = 1e-4
	squares := 0.0
	for i, v := range x {
		x[i] = v + h
		up := j.at(p, x)
		x[i] = v - h
		d := (up - j.at(p, x)) / (2 * h)
		x[i] = v
		squares += d * d
	}
	return math.Sqrt(squares)
}

// penalties are both, and what they add up for a row of that slope.
var penalties = map[string]struct {
	of func(critic Layer, real, fake, mix *tensor.Tensor) *tensor.Tensor
	at func(slope float64) float64
}{
	"gradient penalty": {GradientPenalty, func(s float64) float64 { return (s - 1) * (s - 1) }},
	"r1": {func(critic Layer, real, _, _ *tensor.Tensor) *tensor.Tensor { return R1(critic, real) },
		func(s float64) float64 { return s * s / 2 }},
}

// rows returns n rows of numbers around 0.
func rows(n, size int, seed uint64) []float32 {
	rng, x := rand.New(rand.NewPCG(seed, 0)), make([]float32, n*size)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func wide(p *tensor.Params) {
	for _, q := range p.All() {
		q.Init = tensor.Init{Uniform: 0.9}
	}
	p.Init(rand.New(rand.NewPCG(1, 2)))
}

// Both against central differences in float64: the value against those of the
// critic, and the gradient, for every parameter, against those of the value.
func TestPenaltiesAgainstFloat64(t *testing.T) {
	const n = 4
	for name, j := range judges {
		for kind, penalty := range penalties {
			t.Run(name+" "+kind, func(t *testing.T) {
				var p tensor.Params
				critic := j.make(&p)
				wide(&p)
				real, fake, mix := rows(n, inputs, 1), rows(n, inputs, 2), []float32{0.1, 0.4, 0.7, 0.95}
				var tape tensor.Tape
				loss := penalty.of(critic, tape.Input(real, n, inputs), tape.Input(fake, n, inputs), tape.Input(mix, n, 1))
				loss.Backward(&p)

				if kind == "r1" {
					mix = []float32{1, 1, 1, 1}
				}
				at := make([]float64, len(real))
				for i := range at {
					e := float64(mix[i/inputs])
					at[i] = e*float64(real[i]) + (1-e)*float64(fake[i])
				}
				value := func(p []float64) float64 {
					sum := 0.0
					for i := range n {
						sum += penalty.at(j.slope64(p, at[i*inputs:(i+1)*inputs]))
					}
					return sum / n
				}
				p64 := make([]float64, len(p.Data))
				for i, v := range p.Data {
					p64[i] = float64(v)
				}
				if got, want := loss.Item(), value(p64); math.Abs(got-want) > 1e-5*(1+want) {
					t.Errorf("value is %g, want %g", got, want)
				}
				checkPenaltyGradient(t, &p, p64, value)
			})
		}
	}
}

func checkPenaltyGradient(t *testing.T, p *tensor.Params, p64 []float64, value func([]float64) float64) {
	t.Helper()
	const h = 1e-4
	at, steep := 0, 0
	for _, q := range p.All() {
		for i, got := range q.Tensor.Grad {
			old := p64[at]
			p64[at] = old + h
			up := value(p64)
			p64[at] = old - h
			want := (up - value(p64)) / (2 * h)
			p64[at] = old
			if math.Abs(float64(got)-want) > 2e-5*(1+math.Abs(want)) {
				t.Errorf("%s[%d]: gradient %g, differences say %g", q.Name, i, got, want)
			}
			if math.Abs(want) > 1e-3 {
				steep++
			}
			at++
		}
	}
	if steep < len(p64)/4 {
		t.Errorf("only %d of %d parameters matter", steep, len(p64))
	}
}

// A convolutional critic is a dense one whose weights are shared, so that a
// window as large as the picture makes them the same.
func TestPenaltyOfConvolutions(t *testing.T) {
	const n, side, filters = 3, 4, 6
	var p, q tensor.Params
	conv := Sequential{
		NewConv(&p, "conv", Window2D(side, side, 1, side, 1, 0), filters, tensor.Tanh),
		NewDense(&p, "out", filters, 1, tensor.Linear),
	}
	dense := NewMLP(&q, "critic", []int{side * side, filters, 1}, tensor.Tanh, tensor.Linear)
	wide(&p)
	w, v := p.All()[0].Tensor, q.All()[0].Tensor
	for i := range w.Rows {
		for j := range w.Cols {
			v.Data[j*v.Cols+i] = w.Data[i*w.Cols+j]
		}
	}
	copy(q.Data[len(v.Data):], p.Data[len(w.Data):])
	var tape tensor.Tape
	x := tape.Input(rows(n, side*side, 1), n, side*side)
	a, b := R1(conv, x), R1(dense, x)
	a.Backward(&p)
	b.Backward(&q)
	if d := math.Abs(a.Item() - b.Item()); d > 1e-5 {
		t.Errorf("penalty is %g, of the dense critic %g", a.Item(), b.Item())
	}
	for i := range w.Rows {
		for j := range w.Cols {
			if d := w.Grad[i*w.Cols+j] - v.Grad[j*v.Cols+i]; math.Abs(float64(d)) > 1e-5 {
				t.Fatalf("gradient of weight %d of filter %d is off by %g", j, i, d)
			}
		}
	}
}

// An ε of 1 is all real, one of 0 all generated.
func TestMix(t *testing.T) {
	var tape tensor.Tape
	real, fake := tape.Input([]float32{1, 2, 3, 4}, 2, 2), tape.Input([]float32{5, 6, 7, 9}, 2, 2)
	var seen []float32
	critic := Func(func(x *tensor.Tensor) *tensor.Tensor {
		seen = slices.Clone(x.Data)
		return x.SumRows()
	})
	loss := GradientPenalty(critic, real, fake, tape.Input([]float32{1, 0}, 2, 1))
	if want := []float32{1, 2, 7, 9}; !slices.Equal(seen, want) {
		t.Errorf("the critic sees %v, want %v", seen, want)
	}
	if want := (math.Sqrt2 - 1) * (math.Sqrt2 - 1); math.Abs(loss.Item()-want) > 1e-6 {
		t.Errorf("penalty of a sum is %g, want %g", loss.Item(), want)
	}
}

// A critic that is flat has a finite gradient.
func TestPenaltyOfFlatCritic(t *testing.T) {
	var p tensor.Params
	critic := NewMLP(&p, "critic", []int{inputs, 4, 1}, tensor.LeakyReLU, tensor.Linear)
	var tape tensor.Tape
	x := tape.Input(rows(3, inputs, 1), 3, inputs)
	loss := GradientPenalty(critic, x, x, tape.Full(3, 1, 0.5))
	loss.Backward(&p)
	if norm := p.GradNorm(); loss.Item() != 1 || norm != 0 {
		t.Errorf("penalty is %g with a gradient of length %g, want 1 and 0", loss.Item(), norm)
	}
}

// The critic's Backward goes through generated rows without touching what
// generated them.
func TestPenaltyLeavesTheGeneratorAlone(t *testing.T) {
	var g, d tensor.Params
	generator := NewMLP(&g, "generator", []int{3, 8, inputs}, tensor.ReLU, tensor.Tanh)
	critic := NewMLP(&d, "critic", []int{inputs, 8, 1}, tensor.LeakyReLU, tensor.Linear)
	wide(&g)
	wide(&d)
	var tape tensor.Tape
	fake := generator.Forward(Normal(tape.Constant(6, 3), 1, 0))
	real := tape.Input(rows(6, inputs, 1), 6, inputs)
	mix := Uniform(tape.Constant(6, 1), 2, 0)
	GradientPenalty(critic, real, fake, mix).Backward(&d)
	if g.Grad != nil {
		t.Error("the generator has a gradient of the critic's loss")
	}
	critic.Forward(fake).Mean().Backward(&g)
	before, data := slices.Clone(g.Grad), slices.Clone(g.Data)
	GradientPenalty(critic, real, fake, mix).Backward(&d)
	if !slices.Equal(g.Grad, before) || !slices.Equal(g.Data, data) {
		t.Error("the critic's loss changed the generator or its gradient")
	}
}

func TestPenaltyMistakesPanic(t *testing.T) {
	var tape tensor.Tape
	x, mix := tape.Full(4, 3, 1), tape.Full(4, 1, 0.5)
	sum := Func((*tensor.Tensor).SumRows)
	norms := Func((*tensor.Tensor).NormRows)
	for want, mistake := range map[string]func(){
		"tensor: pullback: there is no way back through norm rows":               func() { GradientPenalty(norms, x, x, mix) },
		"nn: gradient penalty: real rows 4×3, fake 1×3, mixed by 4×1":            func() { GradientPenalty(sum, x, x.Slice(0, 1), mix) },
		"nn: gradient penalty: real rows 4×3, fake 4×3, mixed by 4×3":            func() { GradientPenalty(sum, x, x, x) },
		"nn: gradient penalty: real rows 4×3, fake 4×3, mixed by 1×1":            func() { GradientPenalty(sum, x, x, mix.Slice(0, 1)) },
		"nn: r1: the critic makes 4×3 of 4×3, want one number a row":             func() { R1(Func((*tensor.Tensor).Exp), x) },
		"nn: gradient penalty: the critic makes 1×1 of 4×3, want one number a r": func() { GradientPenalty(Func((*tensor.Tensor).Sum), x, x, mix) },
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

// penalised is a step of a critic of rows of 64 numbers.
func penalised(p *tensor.Params, critic Layer, tape *tensor.Tape, data []float32) *tensor.Tensor {
	n := len(data) / 128
	tape.Reset()
	real, fake := tape.Input(data[:64*n], n, 64), tape.Input(data[64*n:], n, 64)
	loss := GradientPenalty(critic, real, fake, Uniform(tape.Constant(n, 1), 1, 0)).Add(R1(critic, real))
	loss.Backward(p)
	return loss
}

func TestPenaltySameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	data := rows(200, 64, 1)
	var want []float32
	for _, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		var p tensor.Params
		critic := NewMLP(&p, "critic", []int{64, 300, 1}, tensor.LeakyReLU, tensor.Linear)
		wide(&p)
		var tape tensor.Tape
		got := append([]float32{float32(penalised(&p, critic, &tape, data).Item())}, p.Grad...)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d threads give other bytes than 1", threads)
		}
	}
}

func TestPenaltyAllocatesNothing(t *testing.T) {
	var p tensor.Params
	var critic Layer = NewMLP(&p, "critic", []int{64, 30, 1}, tensor.Tanh, tensor.Linear)
	wide(&p)
	var tape tensor.Tape
	data := rows(20, 64, 1)
	if n := testing.AllocsPerRun(10, func() { penalised(&p, critic, &tape, data) }); n != 0 {
		t.Errorf("%g allocations a step", n)
	}
}

func TestUniform(t *testing.T) {
	const rows, cols = 4000, 25
	var tape tensor.Tape
	x := Uniform(tape.Constant(rows, cols), 3, 0)
	var mean, square float64
	for _, v := range x.Data {
		if v < 0 || v >= 1 {
			t.Fatalf("drew %g", v)
		}
		mean, square = mean+float64(v), square+float64(v)*float64(v)
	}
	const n = rows * cols
	if d := mean/n - 0.5; math.Abs(d) > 4*math.Sqrt(1.0/12/n) {
		t.Errorf("mean is off by %g", d)
	}
	if d := square/n - 1.0/3; math.Abs(d) > 4*math.Sqrt(4.0/45/n) {
		t.Errorf("mean square is off by %g", d)
	}
	some := Uniform(tape.Constant(3, cols), 3, 12)
	if !slices.Equal(some.Data, x.Data[12*cols:15*cols]) {
		t.Error("row 12 depends on where the batch begins")
	}
	if other := Uniform(tape.Constant(rows, cols), 4, 0); slices.Equal(other.Data, x.Data) {
		t.Error("the seed makes no difference")
	}
}
