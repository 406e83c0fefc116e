package tensor

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// A recurrence is the operands of a GRU.
type recurrence struct {
	Params
	batch, steps int

	x, u, bias, h *Tensor

	mask []float32
}

func newRecurrence(batch, steps, size int) *recurrence {
	r := &recurrence{batch: batch, steps: steps, mask: make([]float32, batch*steps)}
	r.x, r.u = r.Add("x", steps*batch, 3*size, Init{Normal: 0.7}), r.Add("u", size, 3*size, Init{Uniform: float32(1 / math.Sqrt(float64(size)))})
	r.bias, r.h = r.Add("bias", 1, 3*size, Init{Uniform: 0.5}), r.Add("h", batch, size, Init{Uniform: 0.9})
	rng := rand.New(rand.NewPCG(uint64(batch), uint64(size)))
	r.Init(rng)
	for i := range r.mask {
		r.mask[i] = float32(rng.IntN(2))
	}
	return r
}

func (r *recurrence) run(tape *Tape, masked bool) *Tensor {
	var mask *Tensor
	if masked {
		mask = tape.Input(r.mask, len(r.mask), 1)
	}
	return r.x.On(tape).GRU(r.u, r.bias, r.h, mask)
}

// reference is one unit after the other, in float64.
func (r *recurrence) reference(masked bool) [][]float64 {
	size := r.h.Cols
	var states [][]float64
	for b := range r.batch {
		states = append(states, make([]float64, size))
		for j, v := range r.h.row(b) {
			states[b][j] = float64(v)
		}
	}
	for i := range r.steps * r.batch {
		h, y := states[i], make([]float64, size)
		gate := func(g int) (x, state float64) {
			state = float64(r.bias.Data[g])
			for l, v := range h {
				state += v * float64(r.u.row(l)[g])
			}
			return float64(r.x.row(i)[g]), state
		}
		for j := range y {
			xr, hr := gate(j)
			xz, hz := gate(size + j)
			xn, hn := gate(2*size + j)
			reset, z := 1/(1+math.Exp(-xr-hr)), 1/(1+math.Exp(-xz-hz))
			y[j] = (1-z)*math.Tanh(xn+reset*hn) + z*h[j]
			if masked && r.mask[i] == 0 {
				y[j] = h[j]
			}
		}
		states = append(states, y)
	}
	return states[r.batch:]
}

func TestGRUAgainstFloat64(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {1, 9, 5}, {5, 1, 1}, {3, 4, 17}, {70, 6, 33}} {
		for _, masked := range []bool{false, true} {
			r := newRecurrence(s[0], s[1], s[2])
			var tape Tape
			want := r.reference(masked)
			near(t, "gru", r.run(&tape, masked).Data, 1e-5, func(i int) float64 { return want[i/s[2]][i%s[2]] })
		}
	}
}

func TestGRUGradients(t *testing.T) {
	for _, s := range [][3]int{{1, 1, 1}, {1, 4, 3}, {3, 1, 2}, {2, 2, 3}, {2, 5, 3}} {
		for _, masked := range []bool{false, true} {
			r := newRecurrence(s[0], s[1], s[2])
			r.mask[0] = 1
			checkGradient(t, &r.Params, func(tape *Tape) *Tensor { return r.run(tape, masked) })
		}
	}
}

// Step by step is the same as all at once, to the byte, forward and back.
func TestGRUStepByStep(t *testing.T) {
	r := newRecurrence(7, 5, 21)
	var tape Tape
	all := r.run(&tape, true)
	x, mask := r.x.On(&tape), tape.Input(r.mask, len(r.mask), 1)
	h := r.h.On(&tape)
	for s := range r.steps {
		from, to := s*r.batch, (s+1)*r.batch
		h = x.Slice(from, to).GRU(r.u, r.bias, h, mask.Slice(from, to))
		if !slices.Equal(h.Data, all.Data[from*h.Cols:to*h.Cols]) {
			t.Fatalf("step %d differs", s)
		}
	}
	all.Slice((r.steps-1)*r.batch, r.steps*r.batch).Square().Sum().Backward(&r.Params)
	want := slices.Clone(r.Grad)
	h.Square().Sum().Backward(&r.Params)
	near(t, "gradient", r.Grad, 1e-5, func(i int) float64 { return float64(want[i]) })
}

func TestGRURowsDoNotDependOnTheBatch(t *testing.T) {
	r := newRecurrence(9, 4, 30)
	var tape Tape
	all := r.run(&tape, false)
	for b := range r.batch {
		x := tape.Constant(r.steps, r.x.Cols)
		for s := range r.steps {
			copy(x.row(s), r.x.row(s*r.batch+b))
		}
		one := x.GRU(r.u, r.bias, r.h.On(&tape).Slice(b, b+1), nil)
		for s := range r.steps {
			if !slices.Equal(one.row(s), all.row(s*r.batch+b)) {
				t.Fatalf("sequence %d differs on its own at step %d", b, s)
			}
		}
	}
}

// A gradient that is not asked for is not computed, and the others are what
// they are with it.
func TestGRUOnlyWhatIsWanted(t *testing.T) {
	r := newRecurrence(4, 3, 5)
	var tape Tape
	loss := r.run(&tape, true).Square().Sum()
	loss.Backward(&r.Params)
	var u, h Params
	ut, ht := u.Add("u", 5, 15, Init{}), h.Add("h", 4, 5, Init{})
	copy(ut.Data, r.u.Data)
	copy(ht.Data, r.h.Data)
	x, bias := tape.Input(r.x.Data, r.x.Rows, r.x.Cols), tape.Input(r.bias.Data, 1, 15)
	loss = x.GRU(ut, bias, ht, tape.Input(r.mask, len(r.mask), 1)).Square().Sum()
	loss.Backward(&u)
	if !slices.Equal(u.Grad, r.u.Grad) || h.Grad != nil {
		t.Error("the gradient of the weights alone differs")
	}
	loss.Backward(&h)
	if !slices.Equal(h.Grad, r.h.Grad) {
		t.Error("the gradient of the first state alone differs")
	}
}

func TestGRUAgain(t *testing.T) {
	r := newRecurrence(4, 3, 5)
	again(t, "gru", &r.Params, func(tape *Tape) *Tensor { return r.run(tape, true) })
}

func TestGRUIsSameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	sameBytes(t, "gru", func() []float32 {
		r := newRecurrence(200, 3, 100)
		var tape Tape
		y := r.run(&tape, true)
		loss := y.Square().Sum()
		loss.Backward(&r.Params)
		return slices.Concat(y.Data, r.Grad)
	})
}

func TestGRUAllocatesNothing(t *testing.T) {
	r := newRecurrence(120, 2, 100)
	var tape Tape
	allocatesNothing(t, "gru", func() {
		tape.Reset()
		r.run(&tape, true).Square().Sum().Backward(&r.Params)
	})
}
