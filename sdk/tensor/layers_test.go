package tensor

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// material is what the operations of layers are tried on: x is rows×cols, and so
// is pos, which is positive, as are row, column and number.
type material struct {
	Params
	rows, cols int

	x, pos, row, column, number, gain, bias, table *Tensor

	classes []float32 // two for each row, below cols
	ids     []float32 // two for each row, of the rows of table
	running *Running
}

func newMaterial(rows, cols int) *material {
	m := &material{rows: rows, cols: cols}
	wide, positive := Init{Normal: 1}, Init{Uniform: 0.5} // and 1, below
	m.x, m.pos = m.Add("x", rows, cols, wide), m.Add("pos", rows, cols, positive)
	m.row, m.column = m.Add("row", 1, cols, positive), m.Add("column", rows, 1, positive)
	m.number = m.Add("number", 1, 1, positive)
	m.gain, m.bias = m.Add("gain", 1, cols, positive), m.Add("bias", 1, cols, wide)
	m.table = m.Add("table", 5, 3, wide)
	rng := rand.New(rand.NewPCG(uint64(rows), uint64(cols)))
	m.Init(rng)
	for _, q := range m.All() {
		for i := range q.Tensor.Data {
			if q.Init == positive {
				q.Tensor.Data[i]++
			}
		}
	}
	for range 2 * rows {
		m.classes = append(m.classes, float32(rng.IntN(cols)))
		m.ids = append(m.ids, float32(rng.IntN(5)))
	}
	m.running = newRunning(cols)
	for j := range cols {
		m.running.Mean.Data[j], m.running.Variance.Data[j] = rng.Float32()-0.5, 0.5+rng.Float32()
	}
	return m
}

func newRunning(cols int) *Running {
	var stats Params
	r := &Running{Momentum: 0.1, Eps: 1e-5}
	r.Mean, r.Variance = stats.Add("mean", 1, cols, Init{}), stats.Add("variance", 1, cols, Init{Constant: 1})
	stats.Init(rand.New(rand.NewPCG(0, 0)))
	return r
}

// deep says of which operations the result depends on x only where there are
// several columns.
var deep = []string{"softmax", "log softmax", "cross entropy", "cross entropy of two"}

var layerOperations = map[string]func(m *material, t *Tape) *Tensor{
	"reshape":       func(m *material, t *Tape) *Tensor { return m.x.On(t).Reshape(m.cols, m.rows).Square() },
	"beside":        func(m *material, t *Tape) *Tensor { return m.x.On(t).Beside(m.column) },
	"beside itself": func(m *material, t *Tape) *Tensor { x := m.x.On(t); return x.Beside(x) },
	"div":           func(m *material, t *Tape) *Tensor { return m.x.On(t).Div(m.pos) },
	"div row":       func(m *material, t *Tape) *Tensor { return m.x.On(t).Div(m.row) },
	"div column":    func(m *material, t *Tape) *Tensor { return m.x.On(t).Div(m.column) },
	"div number":    func(m *material, t *Tape) *Tensor { return m.x.On(t).Div(m.number) },
	"log":           func(m *material, t *Tape) *Tensor { return m.pos.On(t).Log() },
	"sqrt":          func(m *material, t *Tape) *Tensor { return m.pos.On(t).Sqrt() },
	"silu":          func(m *material, t *Tape) *Tensor { return m.x.On(t).SiLU() },
	"gelu":          func(m *material, t *Tape) *Tensor { return m.x.On(t).GELU() },
	"softmax":       func(m *material, t *Tape) *Tensor { return m.x.On(t).Softmax() },
	"log softmax":   func(m *material, t *Tape) *Tensor { return m.x.On(t).LogSoftmax() },
	"sum columns":   func(m *material, t *Tape) *Tensor { return m.x.On(t).Square().SumColumns() },
	"layer norm":    func(m *material, t *Tape) *Tensor { return m.x.On(t).LayerNorm(m.gain, m.bias, 0.1) },
	"batch norm": func(m *material, t *Tape) *Tensor {
		t.Train(1, 0)
		return m.x.On(t).BatchNorm(m.gain, m.bias, m.running)
	},
	"batch norm at rest": func(m *material, t *Tape) *Tensor { return m.x.On(t).BatchNorm(m.gain, m.bias, m.running) },
	"dropout": func(m *material, t *Tape) *Tensor {
		t.Train(7, 3)
		return m.x.On(t).Dropout(0.4).Square().Dropout(0.2)
	},
	"embed": func(m *material, t *Tape) *Tensor { return t.Input(m.ids, m.rows, 2).Embed(m.table) },
	"cross entropy": func(m *material, t *Tape) *Tensor {
		return m.x.On(t).CrossEntropy(t.Input(m.classes[:m.rows], m.rows, 1))
	},
	"cross entropy of two": func(m *material, t *Tape) *Tensor {
		return m.x.On(t).Beside(m.pos).CrossEntropy(t.Input(m.classes, m.rows, 2))
	},
	"time major":  func(m *material, t *Tape) *Tensor { return m.x.On(t).Beside(m.pos).Beside(m.x).TimeMajor(3) },
	"batch major": func(m *material, t *Tape) *Tensor { return m.x.On(t).Stack(m.pos).Stack(m.x).BatchMajor(3) },
	"norms that share": func(m *material, t *Tape) *Tensor {
		x := m.x.On(t)
		return x.LayerNorm(m.gain, m.bias, 0.1).Add(x.BatchNorm(m.gain, m.bias, m.running))
	},
	"used many times": func(m *material, t *Tape) *Tensor {
		h := m.x.On(t).LayerNorm(m.gain, m.bias, 0.1)
		return h.Softmax().Add(h.SiLU()).Add(h.Reshape(m.rows, m.cols))
	},
}

func TestLayerGradients(t *testing.T) {
	for name, make := range layerOperations {
		for _, s := range [][2]int{{3, 4}, {1, 5}, {5, 1}, {7, 9}} {
			if s[1] == 1 && slices.Contains(deep, name) {
				continue
			}
			t.Run(fmt.Sprintf("%s %d×%d", name, s[0], s[1]), func(t *testing.T) {
				m := newMaterial(s[0], s[1])
				checkGradient(t, &m.Params, func(tape *Tape) *Tensor { return make(m, tape) })
			})
		}
	}
}

func TestLayersAgain(t *testing.T) {
	for name, make := range layerOperations {
		m := newMaterial(7, 9)
		again(t, name, &m.Params, func(tape *Tape) *Tensor { return make(m, tape) })
	}
}

// again checks that a second Backward finds all that the first one did, and that
// neither memory that holds something else, nor how often it was run, is of any
// consequence to what build makes.
func again(t *testing.T, name string, p *Params, build func(tape *Tape) *Tensor) {
	t.Helper()
	var tape Tape
	y := build(&tape)
	loss := y.Square().Sum()
	loss.Backward(p)
	want, grad := slices.Clone(y.Data), slices.Clone(p.Grad)
	loss.Backward(p)
	if !slices.Equal(p.Grad, grad) {
		t.Errorf("%s: the second gradient differs from the first", name)
	}
	for _, n := range tape.nodes {
		for _, room := range [][]float32{n.memory, n.aux, n.Grad} {
			for i := range room {
				room[i] = float32(math.NaN())
			}
		}
	}
	tape.Reset()
	y = build(&tape)
	y.Square().Sum().Backward(p)
	if !slices.Equal(y.Data, want) || !slices.Equal(p.Grad, grad) {
		t.Errorf("%s: other numbers on a tape that was used", name)
	}
}

func TestLayersAreSameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, make := range layerOperations {
		sameBytes(t, name, func() []float32 {
			m := newMaterial(260, 300)
			var tape Tape
			y := make(m, &tape)
			y.Square().Sum().Backward(&m.Params)
			return slices.Concat(y.Data, m.Grad, m.running.Mean.Data, m.running.Variance.Data)
		})
	}
}

// sameBytes checks that run gives the same on any number of threads.
func sameBytes(t *testing.T, name string, run func() []float32) {
	t.Helper()
	runtime.GOMAXPROCS(1)
	want := run()
	for _, threads := range []int{2, 4} {
		runtime.GOMAXPROCS(threads)
		if got := run(); !slices.Equal(got, want) {
			t.Errorf("%s: %d threads give other bytes than 1", name, threads)
		}
	}
}

// As TestSameBytesOnAnyCPU, for these operations.
func TestLayersAreSameBytesOnAnyCPU(t *testing.T) {
	sum := fnv.New64a()
	for _, name := range slices.Sorted(maps.Keys(layerOperations)) {
		m := newMaterial(67, 19)
		var tape Tape
		y := layerOperations[name](m, &tape)
		y.Square().Sum().Backward(&m.Params)
		binary.Write(sum, binary.LittleEndian, slices.Concat(y.Data, m.Grad, m.running.Mean.Data, m.running.Variance.Data))
	}
	r := newRecurrence(6, 5, 19)
	var tape Tape
	y := r.run(&tape, true)
	y.Square().Sum().Backward(&r.Params)
	binary.Write(sum, binary.LittleEndian, slices.Concat(y.Data, r.Grad))
	if got, want := sum.Sum64(), uint64(0xe01f02a0fff4870a); got != want {
		t.Errorf("bytes sum up to %#x, want %#x", got, want)
	}
}

func TestLayersAllocateNothing(t *testing.T) {
	for name, make := range layerOperations {
		m := newMaterial(130, 260)
		var tape Tape
		allocatesNothing(t, name, func() {
			tape.Reset()
			make(m, &tape).Square().Sum().Backward(&m.Params)
		})
	}
}

// allocatesNothing checks that step, once it was run, allocates nothing, on one
// thread and on two.
func allocatesNothing(t *testing.T, name string, step func()) {
	t.Helper()
	if n := testing.AllocsPerRun(5, step); n != 0 {
		t.Errorf("%s: %v allocations", name, n)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for range 3 {
		step()
	}
	const steps = 5
	least := uint64(math.MaxUint64)
	for range 10 { // what tests before have left behind may be cleaned up meanwhile
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range steps {
			step()
		}
		runtime.ReadMemStats(&after)
		if least = min(least, after.Mallocs-before.Mallocs); least < steps {
			return
		}
	}
	t.Errorf("%s: %d allocations or more in %d steps on two threads", name, least, steps)
}

// near checks got against numbers in float64.
func near(t *testing.T, name string, got []float32, tolerance float64, want func(i int) float64) {
	t.Helper()
	for i, v := range got {
		if w := want(i); !(math.Abs(float64(v)-w) <= tolerance*(1+math.Abs(w))) {
			t.Errorf("%s: number %d is %g, want %g", name, i, v, w)
			return
		}
	}
}

// shapes has one row, one column, odd sizes, and more than one band of rows.
var shapes = [][2]int{{1, 1}, {1, 7}, {9, 1}, {3, 5}, {63, 17}, {64, 33}, {200, 3}, {131, 250}}

func TestPartsAgainstFloat64(t *testing.T) {
	for _, s := range shapes {
		m := newMaterial(s[0], s[1])
		var tape Tape
		cols := m.cols
		x, pos := m.x.Data, m.pos.Data
		on := m.x.On(&tape)
		div := func(i int, by float32) float64 { return float64(x[i]) / float64(by) }
		near(t, "div", on.Div(m.pos).Data, 1e-6, func(i int) float64 { return div(i, pos[i]) })
		near(t, "div row", on.Div(m.row).Data, 1e-6, func(i int) float64 { return div(i, m.row.Data[i%cols]) })
		near(t, "div column", on.Div(m.column).Data, 1e-6, func(i int) float64 { return div(i, m.column.Data[i/cols]) })
		near(t, "div number", on.Div(m.number).Data, 1e-6, func(i int) float64 { return div(i, m.number.Data[0]) })
		near(t, "reshape", on.Reshape(m.cols, m.rows).Data, 0, func(i int) float64 { return float64(x[i]) })
		near(t, "beside", on.Beside(m.pos).Data, 0, func(i int) float64 {
			row, j := i/(2*cols), i%(2*cols)
			if j < cols {
				return float64(x[row*cols+j])
			}
			return float64(pos[row*cols+j-cols])
		})
		near(t, "sum columns", on.SumColumns().Data, 1e-5, func(j int) float64 {
			sum := 0.0
			for i := range m.rows {
				sum += float64(x[i*cols+j])
			}
			return sum
		})
		three := on.Beside(m.pos).Beside(m.x)
		near(t, "time major", three.TimeMajor(3).Data, 0, func(i int) float64 {
			step, row, j := i/cols/m.rows, i/cols%m.rows, i%cols
			return float64([]*Tensor{m.x, m.pos, m.x}[step].row(row)[j])
		})
		if !slices.Equal(three.TimeMajor(3).BatchMajor(3).Data, three.Data) {
			t.Errorf("%v: BatchMajor is not the way back", s)
		}
	}
}

func TestSmoothFunctionsAgainstFloat64(t *testing.T) {
	for _, c := range []struct {
		name  string
		got   func(x *Tensor) *Tensor
		want  func(float64) float64
		least float64
	}{
		{"log", (*Tensor).Log, math.Log, 0},
		{"sqrt", (*Tensor).Sqrt, math.Sqrt, 0},
		{"silu", (*Tensor).SiLU, func(x float64) float64 { return x / (1 + math.Exp(-x)) }, -80},
		{"gelu", (*Tensor).GELU, func(x float64) float64 {
			return 0.5 * x * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
		}, -80},
	} {
		x := make([]float32, 40_001)
		for i := range x {
			x[i] = float32(c.least + (80-c.least)*float64(i+1)/40_001)
		}
		var tape Tape
		near(t, c.name, c.got(tape.Input(x, 1, len(x))).Data, 1e-6, func(i int) float64 { return c.want(float64(x[i])) })
	}
}

// No number is so large that a result or a slope becomes NaN.
func TestSmoothFunctionsAreStable(t *testing.T) {
	for name, f := range map[string]func(*Tensor) *Tensor{"silu": (*Tensor).SiLU, "gelu": (*Tensor).GELU} {
		var p Params
		var tape Tape
		x := p.Add("x", 1, 4, Init{})
		copy(x.Data, []float32{-1e30, -1000, 1000, 1e30})
		y := f(x.On(&tape))
		y.Sum().Backward(&p)
		if want := []float32{0, 0, 1000, 1e30}; !slices.Equal(y.Data, want) {
			t.Errorf("%s is %v, want %v", name, y.Data, want)
		}
		if want := []float32{0, 0, 1, 1}; !slices.Equal(p.Grad, want) {
			t.Errorf("slopes of %s are %v, want %v", name, p.Grad, want)
		}
	}
}

func TestLayerMistakesPanic(t *testing.T) {
	var tape Tape
	var p Params
	x, w := tape.Full(2, 3, 1), p.Add("w", 3, 9, Init{})
	row, one := tape.Full(1, 3, 1), tape.Full(1, 1, 1)
	running := newRunning(3)
	for want, mistake := range map[string]func(){
		"tensor: reshape: 2×3 to 4×2":                                                  func() { x.Reshape(4, 2) },
		"tensor: reshape: 2×3 to -2×-3":                                                func() { x.Reshape(-2, -3) },
		"tensor: layer norm: <nil> of columns for 2×3, want a gain and a bias of 1×3":  func() { x.LayerNorm(nil, row, 1) },
		"tensor: batch norm: <nil> of columns for 2×3, want a gain and a bias of 1×3":  func() { x.BatchNorm(row, nil, running) },
		"tensor: batch norm: running <nil> for 2×3, want a mean and a variance of 1×3": func() { x.BatchNorm(row, row, &Running{}) },
		"tensor: batch norm: the running variance is 0 throughout: Init the Params":    func() { x.BatchNorm(row, row, &Running{Mean: tape.Full(1, 3, 0), Variance: tape.Full(1, 3, 0)}) },
		"tensor: gru: weights 3×9, bias 1×3, state <nil>: want all; a state of zeros":  func() { x.GRU(w, row, nil, nil) },
		"tensor: beside: 2×3 and 1×3":                                                  func() { x.Beside(row) },
		"tensor: div: 2×3 and 3×9":                                                     func() { x.Div(w) },
		"tensor: layer norm: 1×1 of columns for 2×3":                                   func() { x.LayerNorm(row, one, 1) },
		"tensor: batch norm: 3×9 of columns for 2×3":                                   func() { x.BatchNorm(w, row, running) },
		"tensor: batch norm: running 1×2 for 2×3":                                      func() { x.BatchNorm(row, row, newRunning(2)) },
		"tensor: dropout: rate 1, want at least 0 and below 1":                         func() { x.Dropout(1) },
		"tensor: dropout: rate -1":                                                     func() { x.Dropout(-1) },
		"tensor: dropout: no operand is on a tape":                                     func() { w.Dropout(0.5) },
		"tensor: embed: 1 in row 0, want a class from 0 to 0":                          func() { x.Embed(row) },
		"tensor: cross entropy: logits 2×3 and classes 1×3":                            func() { x.CrossEntropy(row) },
		"tensor: cross entropy: logits 2×3 and classes 2×2":                            func() { x.CrossEntropy(tape.Full(2, 2, 0)) },
		"tensor: cross entropy: logits 2×3 and classes 2×0":                            func() { x.CrossEntropy(tape.Full(2, 0, 0)) },
		"tensor: cross entropy: 0.5 in row 0":                                          func() { x.CrossEntropy(tape.Full(2, 1, 0.5)) },
		"tensor: cross entropy: 3 in row 0":                                            func() { x.CrossEntropy(tape.Full(2, 1, 3)) },
		"tensor: cross entropy: -1 in row 0":                                           func() { x.CrossEntropy(tape.Full(2, 1, -1)) },
		"tensor: cross entropy: NaN in row 0":                                          func() { x.CrossEntropy(tape.Full(2, 1, float32(math.NaN()))) },
		"tensor: time major: 2 steps of 2×3":                                           func() { x.TimeMajor(2) },
		"tensor: batch major: 0 steps of 2×3":                                          func() { x.BatchMajor(0) },
		"tensor: gru: gates 2×3, weights 3×9, bias 1×3, state 1×3":                     func() { x.GRU(w, row, row, nil) },
		"tensor: gru: gates 2×9, state 0×3":                                            func() { tape.Full(2, 9, 0).GRU(w, tape.Full(1, 9, 0), tape.Full(0, 3, 0), nil) },
		"tensor: gru: gates 2×9, state 1×3, mask 1×1":                                  func() { tape.Full(2, 9, 0).GRU(w, tape.Full(1, 9, 0), row, one) },
	} {
		panics(t, want, mistake)
	}
}

func panics(t *testing.T, want string, mistake func()) {
	t.Helper()
	defer func() {
		if got, _ := recover().(string); len(got) < len(want) || got[:len(want)] != want {
			t.Errorf("panic says %q, want %q", got, want)
		}
	}()
	mistake()
}

// Rows that are none are fine.
func TestLayersOfNothing(t *testing.T) {
	var tape Tape
	var p Params
	gain, table := p.Add("gain", 1, 3, Init{}), p.Add("table", 2, 3, Init{})
	u, bias := p.Add("u", 3, 9, Init{}), p.Add("bias", 1, 9, Init{})
	tape.Train(1, 0)
	x := tape.Full(0, 3, 0)
	running := newRunning(3)
	sum := x.LayerNorm(gain, gain, 1).BatchNorm(gain, gain, running).Dropout(0.5).Softmax().Reshape(0, 9).Reshape(0, 3).Sum()
	sum = sum.Add(tape.Full(0, 1, 0).Embed(table).LogSoftmax().OneHot().Div(x).TimeMajor(3).Sum())
	sum = sum.Add(tape.Full(0, 9, 0).GRU(u, bias, x, nil).BatchMajor(2).Sum()).Add(x.SumColumns().Sum())
	sum.Add(x.CrossEntropy(tape.Full(0, 3, 0)).Sum()).Backward(&p)
	if sum.Item() != 0 || p.GradNorm() != 0 || running.Mean.Data[0] != 0 || running.Variance.Data[0] != 1 {
		t.Error("nothing has numbers")
	}
	tape.Full(2, 0, 0).Softmax().LogSoftmax().OneHot()
}
