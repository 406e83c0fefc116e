package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// Sums over rows are made in float32 for bands of rows, and in float64 over the
// bands, in order. That is as good as float64 throughout, nearly as fast as
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
	t.aux = resize(t.aux, x.bands()*x.Cols)
	t.rows(x.bands(), band*x.Cols, sumColumns)
	for j := range t.Data {
		t.Data[j] = float32(bandsTotal(t.aux, t.Cols, j))
	}
	return t
}

func sumColumns(t *Tensor, from, to int) {
	for b := from; b < to; b++ {
		i0, i1 := t.a.bandRows(b)
		sums := t.aux[b*t.Cols : (b+1)*t.Cols]
		clear(sums)
		kernel.ColumnSums(sums, t.a.Data[i0*t.Cols:], i1-i0, t.Cols)
	}
}

func sumColumnsBack(t *Tensor) { t.rows(t.a.Rows, t.Cols, sumColumnsSlope) }

func sumColumnsSlope(t *Tensor, from, to int) {
	for i := from; i < to; i++ {
		add(t.a.gradRow(i), t.Grad)
	}
}
