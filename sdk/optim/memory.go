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

// named returns the memory, its tensors called after the optimiser's name.
func (m *memory) named(name string) *tensor.Params {
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

// next counts one more step, of p, and returns how many that makes.
func (m *memory) next(op string, p *tensor.Params) int {
	if n := len(p.Data); len(m.first) != n || len(p.Grad) != n {
		panic(fmt.Sprintf("optim: %s: %d parameters, %d gradients, state for %d", op, n, len(p.Grad), len(m.first)))
	}
	n := m.count() + 1
	m.steps.Data[0], m.steps.Data[1] = float32(n>>24), float32(n&(1<<24-1))
	return n
}
