package eval

import (
	"context"
	"math"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

const (
	blockRows = 1024    // of one batch in a product with the other
	blockWork = 1 << 29 // multiplications in a product: some hundredths of a second

	// directSize is up to how many numbers a row's distances are as quick to
	// sum one by one.
	directSize = 16

	// nearby is how small a squared distance may be, of the squared lengths,
	// before too much has cancelled in it.
	nearby = 0.01
)

// A scan goes through the squared distances of all rows of a to all rows of b,
// block by block, in memory that does not grow with either.
//
// They come out of matrix products, ‖a−b‖² = ‖a‖² + ‖b‖² − 2a·b, of rows less a
// mean, so that little cancels; where much does, the sum is done again over
// differences, in float64. Rows that are equal are therefore 0 apart.
type scan struct {
	a, b               sdk.Batch
	size               int // of a row
	centre             []float32
	lengthsA, lengthsB []float64 // squared, of rows less the centre
	centredA, centredB []float32

	tape    tensor.Tape
	workers tensor.Workers
}

// newScan is of batches that have passed check.
func newScan(a, b sdk.Batch) *scan {
	s := &scan{a: plain(a), b: plain(b), size: a.RowSize()}
	if s.size > directSize {
		s.centre = centreOf(b)
		s.lengthsA, s.lengthsB = s.lengths(a), s.lengths(b)
	}
	return s
}

// plain returns the rows alone: conditions are not compared, nor checked.
func plain(b sdk.Batch) sdk.Batch { return sdk.Batch{Shape: b.Shape, Data: b.Data} }

// centreOf returns a point among the rows: the mean of some, for any will do.
func centreOf(b sdk.Batch) []float32 {
	n := min(b.Len(), 1000)
	sum := make([]float64, b.RowSize())
	for i := range n {
		for k, v := range b.Row(i * b.Len() / n) {
			sum[k] += float64(v)
		}
	}
	centre := make([]float32, len(sum))
	for k, v := range sum {
		centre[k] = float32(v / float64(n))
	}
	return centre
}

func (s *scan) lengths(b sdk.Batch) []float64 {
	lengths := make([]float64, b.Len())
	s.share(b.Len(), func(i int) {
		var sum float64
		for k, v := range b.Row(i) {
			d := float64(v - s.centre[k])
			sum += d * d
		}
		lengths[i] = sum
	})
	return lengths
}

// share has f called for every i below n, on all threads.
func (s *scan) share(n int, f func(i int)) { s.workers.Do(n, 16, each(f)) }

// each is a [tensor.Task] that does one thing for every index.
type each func(i int)

func (f each) Run(from, to int) {
	for i := from; i < to; i++ {
		f(i)
	}
}

// run calls visit with the squared distances of row i of a to the rows of b
// from j on. For one i that happens in the order of j; for several, at the same
// time. The slice is visit's until it returns.
func (s *scan) run(ctx context.Context, visit func(i, j int, squares []float32)) error {
	perBlock := max(16, min(blockRows, blockWork/blockRows/s.size))
	for i := 0; i < s.a.Len(); i += blockRows {
		a := s.a.Slice(i, min(i+blockRows, s.a.Len()))
		s.centredA = s.centred(s.centredA, a)
		for j := 0; j < s.b.Len(); j += perBlock {
			if err := ctx.Err(); err != nil {
				return err
			}
			b := s.b.Slice(j, min(j+perBlock, s.b.Len()))
			s.block(i, a, j, b, visit)
		}
	}
	return ctx.Err()
}

func (s *scan) centred(dst []float32, b sdk.Batch) []float32 {
	if s.centre == nil {
		return nil
	}
	if len(dst) < len(b.Data) {
		dst = make([]float32, len(b.Data))
	}
	dst = dst[:len(b.Data)]
	s.share(b.Len(), func(i int) {
		row := dst[i*s.size:][:s.size]
		for k, v := range b.Row(i) {
			row[k] = v - s.centre[k]
		}
	})
	return dst
}

// block visits the rows of a, whose first is row i, with those of b, whose
// first is row j.
func (s *scan) block(i int, a sdk.Batch, j int, b sdk.Batch, visit func(i, j int, squares []float32)) {
	s.tape.Reset()
	var products *tensor.Tensor
	if s.centre == nil {
		products = s.tape.Constant(a.Len(), b.Len())
	} else {
		s.centredB = s.centred(s.centredB, b)
		products = s.tape.Input(s.centredA, a.Len(), s.size).MatMulT(s.tape.Input(s.centredB, b.Len(), s.size))
	}
	s.share(a.Len(), func(r int) {
		squares := products.Data[r*b.Len():][:b.Len()]
		s.finish(i+r, j, squares)
		visit(i+r, j, squares)
	})
}

// finish makes squared distances of the products of a row of a with rows of b.
func (s *scan) finish(i, j int, products []float32) {
	for c, p := range products {
		if s.centre == nil {
			products[c] = float32(s.exact(i, j+c))
			continue
		}
		lengths := s.lengthsA[i] + s.lengthsB[j+c]
		d := lengths - 2*float64(p)
		if !(d > nearby*lengths) {
			d = s.exact(i, j+c)
		}
		products[c] = float32(d)
	}
}

// exact returns the squared distance of row i of a to row j of b in float64.
func (s *scan) exact(i, j int) float64 {
	var sum float64
	b := s.b.Row(j)
	for k, v := range s.a.Row(i) {
		d := float64(v) - float64(b[k])
		sum += d * d
	}
	return sum
}

// within reports whether row i of a is no further than a squared radius from
// row j of b, given about how far it is. What rounding could decide is computed
// exactly, so that a row on the rim is inside.
func (s *scan) within(i, j int, about float32, radius float64) bool {
	slack := radius * 1e-6
	if s.centre != nil {
		slack += s.rounding() * (s.lengthsA[i] + s.lengthsB[j])
	}
	switch d := float64(about); {
	case d < radius-slack:
		return true
	case d > radius+slack:
		return false
	}
	return s.exact(i, j) <= radius
}

// rounding bounds the error of a squared distance, of the squared lengths: that
// of a sum of products which a [tensor.Tape] adds up in runs of 512 (Higham,
// Accuracy and Stability of Numerical Algorithms, 2002, section 3.1).
func (s *scan) rounding() float64 {
	return float64(min(s.size, 512)+s.size/512+8) * math.Exp2(-24)
}
