package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// Sums over many rows are made in float32 for bands of rows, and in float64 over
// the bands, in order. That is as good as float64 throughout, nearly as fast as
// float32, and can be shared out between threads.
const band = 64

// bands returns how many bands the rows of t make.
func (t *Tensor) bands() int { return (t.Rows + band - 1) / band }

// byBands runs f on all bands of t.
func (t *Tensor) byBands(f func(t *Tensor, from, to int)) { t.rows(t.bands(), band*t.Cols, f) }

// bandRows returns the rows of a band.
func (t *Tensor) bandRows(b int) (from, to int) { return b * band, min((b+1)*band, t.Rows) }

// bandsTotal returns the sum of the sums of column j, of which each band has n.
func bandsTotal(sums []float32, n, j int) float64 {
	total := 0.0
	for ; j < len(sums); j += n {
		total += float64(sums[j])
	}
	return total
}

// SumColumns returns the sum of each column, 1×Cols.
func (x *Tensor) SumColumns() *Tensor {
	t := x.result("sum columns", 1, x.Cols, sumColumnsBack)
	t.own()
	clear(t.Data)
	t.tape.addColumnSums(t.Data, 1, x.Data)
	return t
}

// columnSums is the sums of bands of rows, as a Task.
type columnSums struct {
	sums, x []float32
	width   int
}

// addColumnSums adds k times the sum of each column of x, rows as long as dst,
// to dst.
func (tape *Tape) addColumnSums(dst []float32, k float32, x []float32) {
	width := len(dst)
	if width == 1 {
		dst[0] += float32(float64(k) * kernel.Sum(x))
		return
	}
	bands := (len(x)/width + band - 1) / band
	s := &tape.columnSums
	s.sums, s.x, s.width = resize(s.sums[:cap(s.sums)], bands*width), x, width
	tape.workers.Do(bands, max(1, grain/(band*width)), s)
	for j := range dst {
		dst[j] += float32(float64(k) * bandsTotal(s.sums, width, j))
	}
	s.x = nil
}

func (s *columnSums) Run(from, to int) {
	for b := from; b < to; b++ {
		sums, x := s.sums[b*s.width:(b+1)*s.width], s.x[b*band*s.width:]
		clear(sums)
		kernel.ColumnSums(sums, x, min(band, len(x)/s.width), s.width)
	}
}

func sumColumnsBack(t *Tensor) { t.rows(t.a.Rows, t.Cols, sumColumnsSlope) }

func sumColumnsSlope(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		add(t.a.gradRow(i), t.Grad)
	}
}
