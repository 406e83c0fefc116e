package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var windows = []Window{
	{Height: 5, Width: 4, Channels: 3, KernelHeight: 3, KernelWidth: 3, StrideHeight: 1, StrideWidth: 1, PaddingHeight: 1, PaddingWidth: 1},
	{Height: 6, Width: 7, Channels: 1, KernelHeight: 4, KernelWidth: 4, StrideHeight: 2, StrideWidth: 2, PaddingHeight: 1, PaddingWidth: 1},
	{Height: 4, Width: 5, Channels: 16, KernelHeight: 2, KernelWidth: 3, StrideHeight: 3, StrideWidth: 1, PaddingWidth: 2},
	{Height: 1, Width: 9, Channels: 2, KernelHeight: 1, KernelWidth: 5, StrideHeight: 1, StrideWidth: 2, PaddingWidth: 2},
	{Height: 3, Width: 3, Channels: 2, KernelHeight: 1, KernelWidth: 1, StrideHeight: 2, StrideWidth: 2, PaddingHeight: 2},
}

// convLoop is the definition of a convolution, in float64.
func convLoop(x []float32, pictures int, w *Window, f *Tensor) []float64 {
	var y []float64
	for n := range pictures {
		for oy := range w.OutHeight() {
			for ox := range w.OutWidth() {
				for o := range f.Rows {
					s := 0.0
					for ky := range w.KernelHeight {
						for kx := range w.KernelWidth {
							iy, ix := oy*w.StrideHeight-w.PaddingHeight+ky, ox*w.StrideWidth-w.PaddingWidth+kx
							if iy < 0 || iy >= w.Height || ix < 0 || ix >= w.Width {
								continue
							}
							for c := range w.Channels {
								s += float64(x[((n*w.Height+iy)*w.Width+ix)*w.Channels+c]) *
									float64(f.row(o)[(ky*w.KernelWidth+kx)*w.Channels+c])
							}
						}
					}
					y = append(y, s)
				}
			}
		}
	}
	return y
}

// newConv returns a window, so many pictures, filters and a bias for each.
func newConv(w Window, pictures, filters int) (p *Params, x, f, b *Tensor) {
	p = &Params{}
	x = p.Add("x", pictures, w.Size(), Init{Normal: 1})
	f = p.Add("f", filters, w.PatchSize(), Init{Normal: 1})
	b = p.Add("b", 1, filters, Init{Normal: 1})
	p.Init(rand.New(rand.NewPCG(1, 2)))
	return p, x, f, b
}

func TestConvAgainstLoop(t *testing.T) {
	for _, w := range windows {
		for _, filters := range []int{1, 3, 20} {
			_, x, f, b := newConv(w, 3, filters)
			var tape Tape
			y := x.On(&tape).Conv(&w, f, b, Tanh)
			want := convLoop(x.Data, 3, &w, f)
			if len(y.Data) != len(want) {
				t.Fatalf("%+v: %d numbers, want %d", w, len(y.Data), len(want))
			}
			for i, v := range want {
				if v = math.Tanh(v + float64(b.Data[i%filters])); math.Abs(float64(y.Data[i])-v) > 1e-5 {
					t.Fatalf("%+v: number %d is %g, want %g", w, i, y.Data[i], v)
				}
			}
		}
	}
}

// ⟨conv(x), y⟩ = ⟨x, convᵀ(y)⟩ for all x and y defines the transpose.
func TestConvTransposedIsTheTranspose(t *testing.T) {
	for _, w := range windows {
		_, x, f, _ := newConv(w, 2, 5)
		rng := rand.New(rand.NewPCG(3, 4))
		y := make([]float32, 2*w.Places()*5)
		for i := range y {
			y[i] = float32(rng.NormFloat64())
		}
		var tape Tape
		back := tape.Input(y, 2, w.Places()*5).ConvTransposed(&w, f, nil, Linear)
		var left, right float64
		for i, v := range convLoop(x.Data, 2, &w, f) {
			left += v * float64(y[i])
		}
		for i, v := range back.Data {
			right += float64(v) * float64(x.Data[i])
		}
		if math.Abs(left-right) > 1e-4*(1+math.Abs(left)) {
			t.Errorf("%+v: ⟨conv(x), y⟩ = %g but ⟨x, convᵀ(y)⟩ = %g", w, left, right)
		}

		bias := &Params{}
		b := bias.Add("b", 1, w.Channels, Init{Normal: 1})
		bias.Init(rng)
		plain := slices.Clone(back.Data)
		for i, v := range tape.Input(y, 2, w.Places()*5).ConvTransposed(&w, f, b, Sigmoid).Data {
			want := 1 / (1 + math.Exp(-float64(plain[i]+b.Data[i%w.Channels])))
			if math.Abs(float64(v)-want) > 1e-6 {
				t.Fatalf("%+v: with bias and sigmoid number %d is %g, want %g", w, i, v, want)
			}
		}
	}
}

func TestConvGradients(t *testing.T) {
	for i, w := range windows {
		for _, act := range []Activation{Linear, Tanh} {
			for name, build := range map[string]func(tape *Tape, x, f, b, c *Tensor) *Tensor{
				"conv": func(tape *Tape, x, f, b, _ *Tensor) *Tensor {
					return x.On(tape).Conv(&w, f, b, act)
				},
				"there and back": func(tape *Tape, x, f, b, c *Tensor) *Tensor {
					return x.On(tape).Activate(act).Conv(&w, f, b, act).ConvTransposed(&w, f, c, act)
				},
				"twice of the same": func(tape *Tape, x, f, b, c *Tensor) *Tensor {
					h := x.On(tape).Scale(0.3).Activate(act)
					return h.Conv(&w, f, b, act).ConvTransposed(&w, f, nil, Linear).Add(h.Square()).Add(h.Conv(&w, f, nil, act).ConvTransposed(&w, f, c, act))
				},
			} {
				t.Run(fmt.Sprint(name, " ", i, " ", act), func(t *testing.T) {
					p := &Params{}
					x := p.Add("x", 2, w.Size(), Init{Uniform: 0.5})
					f := p.Add("f", 2, w.PatchSize(), Init{Uniform: 0.5 / float32(math.Sqrt(float64(w.Channels)))})
					b, c := p.Add("b", 1, 2, Init{Uniform: 0.5}), p.Add("c", 1, w.Channels, Init{Uniform: 0.5})
					p.Init(rand.New(rand.NewPCG(1, 2)))
					checkGradient(t, p, func(tape *Tape) *Tensor { return build(tape, x, f, b, c) })
				})
			}
		}
	}
}

// A larger network of convolutions: the same bytes for any number of threads
// and for any batch, and no allocation after the first step.
func TestConvPromises(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	w := Window{Height: 12, Width: 12, Channels: 24, KernelHeight: 4, KernelWidth: 4, StrideHeight: 2, StrideWidth: 2, PaddingHeight: 1, PaddingWidth: 1}
	const pictures = 23
	p := &Params{}
	f, b, c := p.Add("f", 40, w.PatchSize(), Init{Uniform: 0.1}), p.Add("b", 1, 40, Init{Uniform: 0.1}), p.Add("c", 1, 24, Init{Uniform: 0.1})
	p.Init(rand.New(rand.NewPCG(5, 6)))
	rows := uniform(pictures * w.Size())
	var tape *Tape
	step := func() *Tensor {
		tape.Reset()
		y := tape.Input(rows, pictures, w.Size()).Conv(&w, f, b, LeakyReLU).ConvTransposed(&w, f, c, Sigmoid)
		y.Square().Mean().Backward(p)
		return y
	}
	var wantY, wantGrad []float32
	for threads := 1; threads <= 4; threads++ {
		runtime.GOMAXPROCS(threads)
		tape = &Tape{}
		y := step()
		if threads == 1 {
			wantY, wantGrad = slices.Clone(y.Data), slices.Clone(p.Grad)
			if n := testing.AllocsPerRun(5, func() { step() }); n != 0 {
				t.Errorf("%g allocations a step", n)
			}
		}
		if !slices.Equal(y.Data, wantY) || !slices.Equal(p.Grad, wantGrad) {
			t.Errorf("%d threads give other bytes than 1", threads)
		}
	}
	for _, n := range []int{1, 4, 9} {
		tape.Reset()
		some := tape.Input(rows[5*w.Size():][:n*w.Size()], n, w.Size()).Conv(&w, f, b, LeakyReLU).ConvTransposed(&w, f, c, Sigmoid)
		if !slices.Equal(some.Data, wantY[5*w.Size():][:n*w.Size()]) {
			t.Errorf("rows differ in a batch of %d", n)
		}
	}
}

func TestConvPanics(t *testing.T) {
	w := windows[0]
	_, x, f, b := newConv(w, 2, 5)
	var tape Tape
	narrow := w
	narrow.KernelWidth = 7
	for want, call := range map[string]func(){
		"tensor: conv: no room for a window":                  func() { x.On(&tape).Conv(&narrow, f, b, Linear) },
		"tensor: conv: filters of 5 numbers":                  func() { x.On(&tape).Conv(&w, b, b, Linear) },
		"tensor: conv: bias 5×27 for 5 outputs":               func() { x.On(&tape).Conv(&w, f, f, Linear) },
		"tensor: conv: rows of 5 numbers for pictures of 5":   func() { b.On(&tape).Conv(&w, f, b, Linear) },
		"tensor: conv transposed: bias 1×5 for 3 outputs":     func() { x.On(&tape).ConvTransposed(&w, f, b, Linear) },
		"tensor: conv transposed: rows of 60 numbers for 5 ×": func() { x.On(&tape).ConvTransposed(&w, f, nil, Linear) },
		"tensor: conv: no activation":                         func() { x.On(&tape).Conv(&w, f, b, "sine") },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, want) {
					t.Errorf("panic says %q, want %q", got, want)
				}
			}()
			call()
		}()
	}
}
