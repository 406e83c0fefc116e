package optim

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// An optimizer is any of this package's.
type optimizer interface {
	Step(p *tensor.Params)
	Steps() int
	State(name string, p *tensor.Params) *tensor.Params
}

func setRate(o optimizer, rate float64) {
	switch o := o.(type) {
	case *Adam:
		o.Rate = rate
	case *SGD:
		o.Rate = rate
	case *RMSProp:
		o.Rate = rate
	}
}

// params returns n parameters with a gradient that draw fills.
func params(n int) *tensor.Params {
	p := &tensor.Params{}
	p.Add("p", 1, n, tensor.Init{Uniform: 1})
	return begun(p)
}

// layers returns the parameters of layers, more than a thread changes at a time.
func layers() *tensor.Params {
	p := &tensor.Params{}
	nn.NewMLP(p, "net", []int{130, 150, 3, 40}, tensor.Tanh, tensor.Linear)
	for _, q := range p.All() {
		q.Init.Uniform = 1
	}
	return begun(p)
}

func begun(p *tensor.Params) *tensor.Params {
	p.Init(rand.New(rand.NewPCG(1, 2)))
	p.Grad = make([]float32, len(p.Data))
	return p
}

func matrix() *tensor.Params {
	p := &tensor.Params{}
	p.Add("p", 2, 3, tensor.Init{Uniform: 1})
	return p
}

func draw(rng *rand.Rand, p *tensor.Params) {
	for i := range p.Grad {
		p.Grad[i] = float32(rng.NormFloat64() * math.Pow(10, float64(i%7-4)))
	}
}

func numbers(p *tensor.Params) []float64 {
	x := make([]float64, len(p.Data))
	for i, v := range p.Data {
		x[i] = float64(v)
	}
	return x
}

func near(t *testing.T, step int, p *tensor.Params, want []float64) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(float64(p.Data[i])-w) <= 2e-5*(1+math.Abs(w))) {
			t.Fatalf("step %d: parameter %d is %g, want %g", step, i, p.Data[i], w)
		}
	}
}

// optimizers are all there are, in each of their ways.
var optimizers = map[string]func() optimizer{
	"adam":      func() optimizer { return &Adam{Rate: 0.01, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Clip: Clip{Norm: 1}} },
	"adamw":     func() optimizer { return NewAdamW(0.01, 0.1) },
	"sgd":       func() optimizer { return &SGD{Rate: 1e-3, Momentum: 0.9, Clip: Clip{Value: 0.5}} },
	"nesterov":  func() optimizer { return &SGD{Rate: 1e-3, Momentum: 0.9, Nesterov: true, Clip: Clip{Norm: 1}} },
	"rmsprop":   func() optimizer { return NewRMSProp(1e-3) },
	"rmsprop 2": func() optimizer { return &RMSProp{Rate: 1e-3, Beta: 0.99, Eps: 1e-6, Clip: Clip{Norm: 1, Value: 2}} },
}

func TestSameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for name, make := range optimizers {
		var want []float32
		for _, threads := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(threads)
			p, o, rng := layers(), make(), rand.New(rand.NewPCG(5, 6))
			for range 3 {
				draw(rng, p)
				o.Step(p)
			}
			if want == nil {
				want = p.Data
			}
			if !slices.Equal(p.Data, want) {
				t.Errorf("%s: %d threads give other bytes than 1", name, threads)
			}
		}
	}
}

// A parameter moves as it would alone.
func TestStepOfMany(t *testing.T) {
	const n, few = 100_003, 9
	for name, make := range optimizers {
		all, some := params(n), params(few)
		a, b := make(), make()
		rng := rand.New(rand.NewPCG(5, 6))
		copy(some.Data, all.Data[n-few:])
		for range 3 {
			for i := range all.Grad {
				all.Grad[i] = 1e-6 * rng.Float32() // within all limits
			}
			copy(some.Grad, all.Grad[n-few:])
			a.Step(all)
			b.Step(some)
		}
		if !slices.Equal(some.Data, all.Data[n-few:]) {
			t.Errorf("%s: the last of many are %v, alone they are %v", name, all.Data[n-few:], some.Data)
		}
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	for name, make := range optimizers {
		p, o := layers(), make()
		draw(rand.New(rand.NewPCG(1, 1)), p)
		if n := testing.AllocsPerRun(10, func() { o.Step(p) }); n != 0 {
			t.Errorf("%s: %g allocations a step", name, n)
		}
	}
}

// A training that was saved and goes on ends in the same bytes.
func TestResume(t *testing.T) {
	for name, make := range optimizers {
		path := filepath.Join(t.TempDir(), "state.safetensors")
		whole, o := layers(), make()
		rng := rand.New(rand.NewPCG(7, 8))
		step := func(rng *rand.Rand, o optimizer, p *tensor.Params) {
			setRate(o, 0.01/float64(1+o.Steps()))
			draw(rng, p)
			o.Step(p)
		}
		for range 10 {
			step(rng, o, whole)
		}
		if err := nn.Save(path, whole, o.State("a", whole)); err != nil {
			t.Fatal(err)
		}
		half := layers()
		later := make()
		if err := nn.Load(path, half, later.State("a", half)); err != nil {
			t.Fatal(err)
		}
		again := rand.New(rand.NewPCG(9, 10))
		rng = rand.New(rand.NewPCG(9, 10))
		for range 10 {
			step(rng, o, whole)
			step(again, later, half)
		}
		if later.Steps() != 20 || !slices.Equal(half.Data, whole.Data) {
			t.Errorf("%s: after %d steps in two parts parameters differ from those of one", name, later.Steps())
		}
	}
}

// The names in a file of states say whose they are.
func TestStateNames(t *testing.T) {
	var names []string
	p := &tensor.Params{}
	nn.NewDense(p, "net", 2, 3, tensor.Linear)
	a := NewAdam(1)
	a.State("first", p)
	for _, q := range a.State("g.adam", p).All() {
		names = append(names, fmt.Sprint(q.Name, " ", q.Tensor))
	}
	for _, o := range []optimizer{NewSGD(1, 0), NewRMSProp(1)} {
		names = append(names, o.State("o", p).All()[1].Name)
	}
	want := "g.adam.mean.net.weight 2×3, g.adam.mean.net.bias 1×3, g.adam.square.net.weight 2×3, " +
		"g.adam.square.net.bias 1×3, g.adam.steps 1×2, o.velocity.net.bias, o.square.net.bias"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("states are %s, want %s", got, want)
	}
}

// A state counts further than the 2²⁴ up to which a float32 can.
func TestStepsBeyond(t *testing.T) {
	p, s := params(3), NewSGD(0, 0)
	if s.Steps() != 0 {
		t.Errorf("%d steps before the first", s.Steps())
	}
	steps := s.State("s", p).All()[1].Tensor.Data
	steps[0], steps[1] = 3, 1<<24-2
	for i := range 5 {
		if got, want := s.Steps(), 4<<24-2+i; got != want {
			t.Fatalf("%d steps, want %d", got, want)
		}
		s.Step(p)
	}
}

func TestMistakesPanic(t *testing.T) {
	for name, o := range map[string]optimizer{"adam": NewAdam(1), "sgd": NewSGD(1, 0), "rmsprop": NewRMSProp(1)} {
		o.Step(params(3))
		without, turned := params(3), &tensor.Params{}
		without.Grad = nil
		turned.Add("p", 3, 1, tensor.Init{})
		for says, mistake := range map[string]func(){
			"300 parameters, want the 3":              func() { o.Step(params(300)) },
			"there is no gradient: call Backward fir": func() { o.Step(without) },
			"300 parameters in 1 tensors, want the 3": func() { o.State("s", params(300)) },
			"p is 3×1, and was 1×3 in the first call": func() { o.State("s", turned) },
			"rate -1, want 0 or more":                 func() { setRate(o, -1); o.Step(params(3)) },
			"rate NaN, want 0 or more":                func() { setRate(o, math.NaN()); o.Step(params(3)) },
		} {
			func() {
				defer func() {
					if got, _ := recover().(string); !strings.HasPrefix(got, "optim: "+name+": "+says) {
						t.Errorf("panic says %q, want %q", got, says)
					}
				}()
				mistake()
			}()
			setRate(o, 1)
		}
		if o.Steps() != 1 {
			t.Errorf("%s: a panic counts as a step", name)
		}
	}
}

func TestClipBelow0Panics(t *testing.T) {
	for _, c := range []Clip{{Norm: -1}, {Value: -1}, {Norm: math.NaN()}} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, "optim: sgd: clip {") {
					t.Errorf("%+v: panic says %q", c, got)
				}
			}()
			s := SGD{Clip: c}
			s.Step(params(3))
		}()
	}
}

// Rates are the same to the last bit where the compiler may multiply and add at
// once: GOAMD64=v3, and arm64.
func TestRatesAreTheSameOnAnyCPU(t *testing.T) {
	h := fnv.New64a()
	add := func(x float64) { binary.Write(h, binary.LittleEndian, x) }
	for step := range 1000 {
		for _, s := range []Schedule{CosineTo(997, 0.1), LinearTo(991, 0.3), Warmup(77, Exponential(0.999))} {
			add(s(step))
		}
		a := NewAdamW(0.001*float64(step), 0.013)
		p := begun(matrix())
		a.Step(p)
		for _, v := range p.Data {
			add(float64(v))
		}
	}
	if got := h.Sum64(); got != 0xc91102577994b5d9 {
		t.Errorf("rates and steps sum up to %#x, want 0xc91102577994b5d9", got)
	}
}
