package tensor

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"weak"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// Params are the parameters of a network: named tensors, which lie in one run
// of memory so that an optimiser passes over them once. The zero Params is
// ready to use.
type Params struct {
	Data []float32
	Grad []float32 // nil before the first Backward

	list   []*Param
	named  map[string]bool
	wanted bool

	workers Workers
	lent    weak.Pointer[crew] // of the tape that computed Grad
}

// A Param is one parameter.
type Param struct {
	Name   string // "encoder.0.weight"
	Tensor *Tensor
	Init   Init
}

// An Init says what a parameter's numbers are before training: Constant, plus
// a draw from -Uniform to Uniform, plus Normal times a draw from N(0, 1). The
// zero Init is zeros.
type Init struct{ Constant, Uniform, Normal float32 }

// draw rounds each draw before it adds it, as CPUs that could do both at once
// would not.
func (n Init) draw(dst []float32, rng *rand.Rand) {
	for i := range dst {
		dst[i] = n.Constant
		if n.Uniform != 0 {
			dst[i] += float32((2*rng.Float32() - 1) * n.Uniform)
		}
		if n.Normal != 0 {
			dst[i] += float32(float32(rng.NormFloat64()) * n.Normal)
		}
	}
}

// Add adds a parameter of zeros, whose numbers [Params.Init] will draw as init
// says. It panics where the name is taken.
func (p *Params) Add(name string, rows, cols int, init Init) *Tensor {
	if rows < 1 || cols < 1 {
		panic(fmt.Sprintf("tensor: parameter %s: %d×%d", name, rows, cols))
	}
	if p.named[name] {
		panic("tensor: parameter " + name + ": added twice")
	}
	if p.named == nil {
		p.named = map[string]bool{}
	}
	p.named[name] = true
	t := &Tensor{Rows: rows, Cols: cols, owner: p}
	p.list = append(p.list, &Param{name, t, init})
	p.grow(t)
	return t
}

// grow makes room for t, the last parameter. Most of the time that is there
// already, and the others stay where they are.
func (p *Params) grow(t *Tensor) {
	from, n := len(p.Data), t.Rows*t.Cols
	moves := cap(p.Data)-from < n || p.Grad != nil
	p.Data, p.Grad = slices.Grow(p.Data, n)[:from+n], nil
	clear(p.Data[from:])
	if moves {
		p.share()
		return
	}
	t.Data = p.Data[from : from+n : from+n]
}

// share makes each tensor a part of Data, and of Grad where there is one.
func (p *Params) share() {
	at := 0
	for _, q := range p.list {
		n := q.Tensor.Rows * q.Tensor.Cols
		q.Tensor.Data = p.Data[at : at+n : at+n]
		q.Tensor.Grad = nil
		if p.Grad != nil {
			q.Tensor.Grad = p.Grad[at : at+n : at+n]
		}
		at += n
	}
}

// want begins and ends a Backward with respect to p.
func (p *Params) want(on bool) {
	if p.wanted == on {
		return // named twice
	}
	p.wanted = on
	if p.Grad == nil {
		p.Grad = make([]float32, len(p.Data))
		p.share()
	}
	for _, q := range p.list {
		if !on && !q.Tensor.begun {
			clear(q.Tensor.Grad) // nothing depends on it
		}
		q.Tensor.begun = false
	}
}

// Do is [Workers.Do] for what is done with the parameters after a Backward, such
// as a step of an optimiser. It uses the threads of the tape, which are awake:
// others would stand in their way.
func (p *Params) Do(n, grain int, task Task) {
	if c := p.lent.Value(); c != nil && c.team.Threads() == runtime.GOMAXPROCS(0) {
		own := p.workers.crew
		p.workers.crew = c
		defer func() { p.workers.crew = own }()
	}
	p.workers.Do(n, grain, task)
}

// All returns the parameters, in the order in which they were added. Their
// Init may be changed.
func (p *Params) All() []*Param { return p.list }

// Init draws all parameters anew.
func (p *Params) Init(rng *rand.Rand) {
	for _, q := range p.list {
		q.Init.draw(q.Tensor.Data, rng)
	}
}

// Finite reports whether no parameter is infinite or NaN.
func (p *Params) Finite() bool {
	squares := kernel.Dot(p.Data, p.Data) // overflows for no float32
	return squares-squares == 0
}

// GradNorm returns the Euclidean norm of Grad, 0 before the first Backward.
func (p *Params) GradNorm() float64 { return math.Sqrt(kernel.Dot(p.Grad, p.Grad)) }
