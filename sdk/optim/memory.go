package optim

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// A memory is what an optimiser remembers of its steps: one or two numbers for
// each parameter, and how many steps there were. They are tensors, so that
// package nn can save and load them.
type memory struct {
	params *tensor.Params // nil before the first use
	first  []float32
	second []float32
	steps  *tensor.Tensor // their number in base 2²⁴, every digit of which is exact

	list []entry
}

// An entry is one tensor of a memory, and what it is called after the
// optimiser's name.
type entry struct {
	param *tensor.Param
	name  string
}

// begin makes room for what is remembered of p, if there is none yet. The
// kinds, one or two, name what that is.
func (m *memory) begin(p *tensor.Params, kinds ...string) {
	if m.params != nil {
		return
	}
	m.params = &tensor.Params{}
	for _, kind := range kinds {
		for _, q := range p.All() {
			m.add(kind+"."+q.Name, q.Tensor.Rows, q.Tensor.Cols)
		}
	}
	m.steps = m.add("steps", 1, 2)
	n := len(p.Data)
	m.first = m.params.Data[:n:n]
	if len(kinds) > 1 {
		m.second = m.params.Data[n : 2*n : 2*n]
	}
}

func (m *memory) add(name string, rows, cols int) *tensor.Tensor {
	t := m.params.Add(name, rows, cols, tensor.Init{})
	all := m.params.All()
	m.list = append(m.list, entry{all[len(all)-1], name})
	return t
}

// named returns the memory of p, its tensors called after the optimiser's name.
func (m *memory) named(op, name string, p *tensor.Params) *tensor.Params {
	m.check(op, p)
	for _, e := range m.list {
		e.param.Name = name + "." + e.name
	}
	return m.params
}

// count returns how many steps there were.
func (m *memory) count() int {
	if m.params == nil {
		return 0
	}
	return int(m.steps.Data[0])<<24 + int(m.steps.Data[1])
}

// check panics where p is not of the shape of what the memory is of.
func (m *memory) check(op string, p *tensor.Params) {
	all := p.All()
	if len(m.first) != len(p.Data) || (len(m.list)-1)%max(1, len(all)) != 0 {
		panic(fmt.Sprintf("optim: %s: %d parameters in %d tensors, want the %d of the first call", op, len(p.Data), len(all), len(m.first)))
	}
	for i, q := range all {
		if was := m.list[i].param.Tensor; q.Tensor.Rows != was.Rows || q.Tensor.Cols != was.Cols {
			panic(fmt.Sprintf("optim: %s: %s is %v, and was %v in the first call", op, q.Name, q.Tensor, was))
		}
	}
}

// next counts one more step, of p, and returns how many that makes.
func (m *memory) next(op string, p *tensor.Params, rate float64, clip Clip) int {
	switch {
	case len(p.Data) != len(m.first):
		panic(fmt.Sprintf("optim: %s: %d parameters, want the %d of the first call", op, len(p.Data), len(m.first)))
	case len(p.Grad) != len(p.Data):
		panic("optim: " + op + ": there is no gradient: call Backward first")
	case !(rate >= 0):
		panic(fmt.Sprintf("optim: %s: rate %g, want 0 or more", op, rate))
	case !(clip.Value >= 0 && clip.Norm >= 0):
		panic(fmt.Sprintf("optim: %s: clip %+v, want 0 or more of each", op, clip))
	}
	n := m.count() + 1
	m.steps.Data[0], m.steps.Data[1] = float32(n>>24), float32(n&(1<<24-1))
	return n
}
