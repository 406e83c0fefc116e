package sdk

import (
	"maps"
	"slices"
)

// A Batch is zero or more rows of one shape, held row after row.
type Batch struct {
	Shape []int     // of one row
	Data  []float32 // Len() rows of RowSize() numbers

	// Conditions hold one value a row, by name: the index of one of the
	// condition's values, or a number.
	Conditions map[string][]float32
}

// MakeBatch returns n zero rows.
func MakeBatch(n int, shape ...int) Batch {
	return Batch{Shape: shape, Data: make([]float32, n*size(shape))}
}

// RowSize returns how many numbers one row has.
func (b Batch) RowSize() int { return size(b.Shape) }

// Len returns the number of rows.
func (b Batch) Len() int {
	n := b.RowSize()
	if n == 0 {
		return 0
	}
	return len(b.Data) / n
}

// Row returns row i, sharing memory with b.
func (b Batch) Row(i int) []float32 {
	n := b.RowSize()
	return b.Data[i*n : (i+1)*n : (i+1)*n]
}

// Slice returns rows i to j, sharing memory with b.
func (b Batch) Slice(i, j int) Batch {
	n := b.RowSize()
	s := Batch{Shape: b.Shape, Data: b.Data[i*n : j*n : j*n]}
	for name, values := range b.Conditions {
		if s.Conditions == nil {
			s.Conditions = map[string][]float32{}
		}
		s.Conditions[name] = values[i:j:j]
	}
	return s
}

// size is the product of a shape, 0 for none.
func size(shape []int) int {
	if len(shape) == 0 {
		return 0
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// Rows are rows that can be read in any order. A dataset file is Rows; so is
// what [InMemory] returns.
type Rows interface {
	Space() Space
	Len() int

	// Gather copies the rows with the given indices into dst, whose memory it
	// uses again where that is large enough, and returns the result.
	Gather(dst Batch, indices []int) Batch
}

// Between copies the rows [from, to) into dst as [Rows.Gather] does.
func Between(rows Rows, dst Batch, from, to int) Batch {
	indices := make([]int, to-from)
	for i := range indices {
		indices[i] = from + i
	}
	return rows.Gather(dst, indices)
}

// InMemory returns the rows of b as [Rows]. They pass [Space.Check], and have
// every condition of the space.
func InMemory(space Space, b Batch) Rows { return memory{space, b} }

type memory struct {
	space Space
	b     Batch
}

func (m memory) Space() Space { return m.space }
func (m memory) Len() int     { return m.b.Len() }

func (m memory) Gather(dst Batch, indices []int) Batch {
	dst = Reuse(dst, m.space, len(indices))
	for i, r := range indices {
		copy(dst.Row(i), m.b.Row(r))
	}
	for _, c := range m.space.Conditions {
		for i, r := range indices {
			dst.Conditions[c.Name][i] = m.b.Conditions[c.Name][r]
		}
	}
	return dst
}

// Reuse returns a batch of n rows of space with undefined values, in the
// memory of dst where that is large enough. It is for those who implement
// [Rows].
func Reuse(dst Batch, space Space, n int) Batch {
	dst.Shape = space.Shape
	dst.Data = resize(dst.Data, n*space.Size())
	if dst.Conditions == nil {
		dst.Conditions = make(map[string][]float32, len(space.Conditions))
	}
	maps.DeleteFunc(dst.Conditions, func(name string, _ []float32) bool {
		return !slices.ContainsFunc(space.Conditions, func(c Condition) bool { return c.Name == name })
	})
	for _, c := range space.Conditions {
		dst.Conditions[c.Name] = resize(dst.Conditions[c.Name], n)
	}
	return dst
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}
