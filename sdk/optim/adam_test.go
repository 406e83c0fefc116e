package optim

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk/tensor"
)

// params returns n parameters with a gradient that draw fills.
func params(n int) *tensor.Params {
	p := &tensor.Params{}
	p.Add("p", 1, n, tensor.Init{Uniform: 1})
	p.Init(rand.New(rand.NewPCG(1, 2)))
	p.Grad = make([]float32, len(p.Data))
	return p
}

func draw(rng *rand.Rand, p *tensor.Params) {
	for i := range p.Grad {
		p.Grad[i] = float32(rng.NormFloat64() * math.Pow(10, float64(i%7-4)))
	}
}

// Algorithm 1, line by line, in float64.
func TestAdamAgainstAlgorithm1(t *testing.T) {
	const n, alpha, beta1, beta2, eps = 100, 0.01, 0.8, 0.95, 1e-3
	p := params(n)
	a := NewAdam(alpha)
	a.Beta1, a.Beta2, a.Eps = beta1, beta2, eps
	var theta, m, v [n]float64
	for i := range theta {
		theta[i] = float64(p.Data[i])
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for step := 1; step <= 200; step++ {
		draw(rng, p)
		for i := range theta {
			g := float64(p.Grad[i])
			m[i] = beta1*m[i] + (1-beta1)*g
			v[i] = beta2*v[i] + (1-beta2)*g*g
			mHat := m[i] / (1 - math.Pow(beta1, float64(step)))
			vHat := v[i] / (1 - math.Pow(beta2, float64(step)))
			theta[i] -= alpha * mHat / (math.Sqrt(vHat) + eps)
		}
		a.Step(p)
		for i, want := range theta {
			if math.Abs(float64(p.Data[i])-want) > 2e-5 {
				t.Fatalf("step %d: parameter %d is %g, want %g", step, i, p.Data[i], want)
			}
		}
	}
}

// The first step is Rate long in each direction, whatever the gradient's size.
func TestFirstStep(t *testing.T) {
	p := params(2)
	before := slices.Clone(p.Data)
	copy(p.Grad, []float32{1e-3, -1e6})
	NewAdam(0.5).Step(p)
	for i, want := range []float32{-0.5, 0.5} {
		if d := p.Data[i] - before[i]; math.Abs(float64(d-want)) > 1e-4 {
			t.Errorf("parameter %d moved by %g, want %g", i, d, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct{ clip, want float64 }{{0, 1}, {100, 1}, {5, 1}, {1, 0.2}} {
		p := params(2)
		p.Grad[0], p.Grad[1] = 3, 4
		a := NewAdam(0.1)
		a.Clip = c.clip
		a.Step(p)
		for i, g := range []float64{3, 4} {
			if got := float64(a.M[i]) / 0.1; math.Abs(got-g*c.want) > 1e-5 {
				t.Errorf("clip %g: gradient %g counts as %g, want %g", c.clip, g, got, g*c.want)
			}
		}
	}
}

func TestSameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want []float32
	for _, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		p, a, rng := params(100_003), NewAdam(0.01), rand.New(rand.NewPCG(5, 6))
		a.Clip = 1
		for range 3 {
			draw(rng, p)
			a.Step(p)
		}
		if want == nil {
			want = p.Data
		}
		if !slices.Equal(p.Data, want) {
			t.Errorf("%d threads give other bytes than 1", threads)
		}
	}
}

// A parameter moves as it would alone.
func TestStepOfMany(t *testing.T) {
	const n, few = 100_003, 9
	all, a := params(n), NewAdam(0.01)
	draw(rand.New(rand.NewPCG(5, 6)), all)
	some, b := params(few), NewAdam(0.01)
	copy(some.Data, all.Data[n-few:])
	copy(some.Grad, all.Grad[n-few:])
	a.Step(all)
	b.Step(some)
	if !slices.Equal(some.Data, all.Data[n-few:]) {
		t.Errorf("the last of many are %v, alone they are %v", all.Data[n-few:], some.Data)
	}
}

func TestStepAllocatesNothing(t *testing.T) {
	p, a := params(50_000), NewAdam(0.01)
	a.Clip = 1
	draw(rand.New(rand.NewPCG(1, 1)), p)
	if n := testing.AllocsPerRun(10, func() { a.Step(p) }); n != 0 {
		t.Errorf("%g allocations a step", n)
	}
}

func TestOtherParamsPanic(t *testing.T) {
	a := NewAdam(0.01)
	a.Step(params(3))
	defer func() {
		if got, _ := recover().(string); !strings.HasPrefix(got, "optim: adam: ") {
			t.Errorf("panic says %q", got)
		}
	}()
	a.Step(params(300))
}

func TestCosine(t *testing.T) {
	for _, c := range []struct {
		step, steps int
		want        float64
	}{{0, 10, 1}, {5, 10, 0.5}, {10, 10, 0}, {20, 10, 0}, {3, 12, (1 + math.Sqrt2/2) / 2}, {3, 0, 1}} {
		if got := Cosine(c.step, c.steps); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("Cosine(%d, %d) = %g, want %g", c.step, c.steps, got, c.want)
		}
	}
}
