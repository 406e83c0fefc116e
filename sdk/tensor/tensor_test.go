package tensor

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// net is a small network with every kind of operation that is shared out.
type net struct {
	Params
	w, b, v *Tensor
}

func newNet(in, hidden int) *net {
	n := &net{}
	n.w, n.b, n.v = n.Add("w", in, hidden, Init{Uniform: 0.2}), n.Add("b", 1, hidden, Init{Uniform: 0.2}), n.Add("v", hidden, in, Init{Uniform: 0.2})
	n.Init(rand.New(rand.NewPCG(7, 8)))
	return n
}

func (n *net) forward(x *Tensor) *Tensor { return x.Dense(n.w, n.b, Tanh).MatMul(n.v) }

func (n *net) step(tape *Tape, rows []float32, count int) *Tensor {
	tape.Reset()
	x := tape.Input(rows, count, n.w.Rows)
	y := n.forward(x)
	loss := y.BCE(x).Mean().Add(y.Mul(y.Exp()).Square().SumRows().Mean().Scale(1e-3))
	loss.Backward(&n.Params)
	return loss
}

func uniform(n int) []float32 {
	rng := rand.New(rand.NewPCG(9, 10))
	x := make([]float32, n)
	for i := range x {
		x[i] = rng.Float32()
	}
	return x
}

func TestRowsDoNotDependOnTheBatch(t *testing.T) {
	const in, most = 97, 300
	n, rows := newNet(in, 210), uniform(most*in)
	var tape Tape
	all := slices.Clone(n.forward(tape.Input(rows, most, in)).Data)
	for _, size := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 31, 48, 64, 65, 100, 150, 257, most} {
		tape.Reset()
		from := (most - size) / 2
		y := n.forward(tape.Input(rows[from*in:(from+size)*in], size, in))
		if !slices.Equal(y.Data, all[from*in:(from+size)*in]) {
			t.Fatalf("rows differ in a batch of %d", size)
		}
	}
}

func TestSameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const in, count = 150, 130
	rows := uniform(count * in)
	var want []float32
	for _, threads := range []int{1, 2, 4, 7} {
		runtime.GOMAXPROCS(threads)
		for range 5 {
			n := newNet(in, 400)
			var tape Tape
			loss := n.step(&tape, rows, count)
			got := append([]float32{float32(loss.Item())}, n.Grad...)
			if want == nil {
				want = got
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%d threads give other bytes than 1", threads)
			}
		}
	}
}

// Results are the same on every CPU and with every instruction set of it: to
// change this number is to change them all.
func TestSameBytesOnAnyCPU(t *testing.T) {
	n := newNet(83, 61)
	var tape Tape
	sum := fnv.New64a()
	for range 3 {
		loss := n.step(&tape, uniform(37*83), 37)
		binary.Write(sum, binary.LittleEndian, append(loss.Data, n.Grad...))
		for i, g := range n.Grad {
			n.Data[i] -= 0.25 * g // exact, whether the compiler fuses it or not
		}
	}
	if got, want := sum.Sum64(), uint64(0x6e78a8576f6130ad); got != want {
		t.Errorf("bytes sum up to %#x, want %#x", got, want)
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for _, threads := range []int{1, 2} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
		n, rows := newNet(150, 200), uniform(100*150)
		var tape Tape
		for range 5 {
			n.step(&tape, rows, 100)
		}
		// Not testing.AllocsPerRun, which runs on one thread only.
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		const steps = 20
		for range steps {
			n.step(&tape, rows, 100)
		}
		runtime.ReadMemStats(&after)
		if made := after.Mallocs - before.Mallocs; made >= steps {
			t.Errorf("%d threads: %d allocations in %d steps", threads, made, steps)
		}
	}
}

// A tape that has held other shapes and operations gives the same as a new one.
func TestTapeReuse(t *testing.T) {
	n, rows := newNet(30, 40), uniform(50*30)
	var fresh, used Tape
	want := n.step(&fresh, rows, 50).Item()
	grad := slices.Clone(n.Grad)
	n.step(&used, rows[:3*30], 3)
	used.Reset()
	used.Full(60, 60, 1e30).Square().Sum()
	if got := n.step(&used, rows, 50).Item(); got != want || !slices.Equal(n.Grad, grad) {
		t.Errorf("loss is %g on a used tape, %g on a new one, or gradients differ", got, want)
	}
}

func TestBCEIsStable(t *testing.T) {
	logits := []float32{-1e30, -200, -90, -20, -1, -1e-6, 0, 0.5, 3, 17, 88, 200, 1e30}
	for _, target := range []float32{0, 0.1, 0.5, 0.9, 1} {
		var tape Tape
		for _, l := range logits {
			tape.Reset()
			got := tape.Full(1, 1, l).BCE(tape.Full(1, 1, target)).Item()
			x, y := float64(l), float64(target)
			want := max(x, 0) - x*y + math.Log1p(math.Exp(-math.Abs(x)))
			if !(math.Abs(got-want) <= 1e-6*(math.Abs(want)+1e-3)+6e-8*math.Abs(x*y)) {
				t.Errorf("bce(%g, %g) = %g, want %g", l, target, got, want)
			}
		}
	}
}

func TestFunctionsAgainstFloat64(t *testing.T) {
	for _, c := range []struct {
		name  string
		got   func(x *Tensor) *Tensor
		want  func(float64) float64
		reach float64
	}{
		{"exp", (*Tensor).Exp, math.Exp, 87},
		{"softplus", (*Tensor).Softplus, func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, 87},
		{"sigmoid", (*Tensor).Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 87},
		{"tanh", (*Tensor).Tanh, math.Tanh, 20},
		{"relu", (*Tensor).ReLU, func(x float64) float64 { return max(x, 0) }, 1e9},
		{"leaky relu", (*Tensor).LeakyReLU, func(x float64) float64 { return max(x, x/5) }, 1e9},
		{"square", (*Tensor).Square, func(x float64) float64 { return x * x }, 1e9},
	} {
		x := make([]float32, 40_001)
		for i := range x {
			x[i] = float32(c.reach * float64(i-20_000) / 20_000)
		}
		var tape Tape
		for i, got := range c.got(tape.Input(x, 1, len(x))).Data {
			want := c.want(float64(x[i]))
			if !(math.Abs(float64(got)-want) <= 5e-7*math.Abs(want)) {
				t.Errorf("%s(%g) = %g, want %g", c.name, x[i], got, want)
				break
			}
		}
	}
}

func TestMistakesPanic(t *testing.T) {
	var tape, other Tape
	var p Params
	w := p.Add("w", 3, 2, Init{})
	x := tape.Full(2, 3, 1)
	for want, mistake := range map[string]func(){
		"tensor: add: 2×3 and 2×2":              func() { x.Add(tape.Full(2, 2, 1)) },
		"tensor: mul: 2×3 and 3×1":              func() { x.Mul(tape.Full(3, 1, 1)) },
		"tensor: dense: 2×3 times 2×3":          func() { x.MatMul(x) },
		"tensor: dense: bias 2×3 for 2 outputs": func() { x.Dense(w, x, ReLU) },
		`tensor: dense: no activation "rely", want linear, relu, leaky_relu, tanh or sigmoid`: func() { x.Dense(w, nil, "rely") },
		"tensor: bce: logits 2×3 and targets 3×2":                                             func() { x.BCE(w) },
		"tensor: columns: 2 to 4 of 2×3":                                                      func() { x.Columns(2, 4) },
		"tensor: slice: rows 1 to 0 of 2×3":                                                   func() { x.Slice(1, 0) },
		"tensor: stack: 2×3 on 3×2":                                                           func() { x.Stack(w) },
		"tensor: sub: the operands are on two tapes":                                          func() { x.Sub(other.Full(2, 3, 1)) },
		"tensor: add: no operand is on a tape":                                                func() { w.Add(w) },
		"tensor: item: 2×3 is not one number":                                                 func() { x.Item() },
		"tensor: backward: from 2×3":                                                          func() { x.Backward() },
		"tensor: input: 2 numbers for 1×3":                                                    func() { tape.Input([]float32{1, 2}, 1, 3) },
		"tensor: constant: -1×3":                                                              func() { tape.Constant(-1, 3) },
		"tensor: parameter w: added twice":                                                    func() { p.Add("w", 1, 1, Init{}) },
		"tensor: parameter empty: 0×1":                                                        func() { p.Add("empty", 0, 1, Init{}) },
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

func TestParams(t *testing.T) {
	var p Params
	a, b := p.Add("a", 1, 3, Init{Uniform: 0.5}), p.Add("b", 2, 2, Init{})
	p.Init(rand.New(rand.NewPCG(1, 2)))
	first := slices.Clone(a.Data)
	for _, v := range a.Data {
		if v == 0 || v > 0.5 || v < -0.5 {
			t.Errorf("drew %g, want within 0.5", v)
		}
	}
	c := p.Add("c", 1, 1, Init{})
	if !slices.Equal(a.Data, first) {
		t.Error("Add changed a parameter")
	}
	b.Data[3], c.Data[0] = 3, 4
	p.Init(rand.New(rand.NewPCG(1, 2)))
	if !slices.Equal(a.Data, first) || b.Data[3] != 0 || c.Data[0] != 0 {
		t.Error("equal seeds draw other numbers")
	}
	if c.Data[0] = math.MaxFloat32; !p.Finite() {
		t.Error("finite parameters are said not to be")
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, at := range []*float32{&a.Data[0], &c.Data[0]} {
			old := *at
			if *at = float32(bad); p.Finite() {
				t.Errorf("%g is said to be finite", bad)
			}
			*at = old
		}
	}
	var tape Tape
	tape.Full(1, 1, 3).Mul(c).Add(tape.Full(1, 1, 4).Mul(c)).Backward(&p)
	if p.GradNorm() != 7 {
		t.Errorf("norm is %g, want 7", p.GradNorm())
	}
}

// Rows that are none are fine.
func TestEmptyBatch(t *testing.T) {
	n := newNet(5, 6)
	var tape Tape
	n.step(&tape, nil, 0)
	for i, g := range n.Grad {
		if g != 0 {
			t.Fatalf("gradient %d of nothing is %g", i, g)
		}
	}
}
