package tensor

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// A Running is what [Tensor.BatchNorm] remembers of the batches that it has
// seen.
type Running struct {
	Mean, Variance *Tensor // 1×Cols

	// Momentum is how much of the way to a batch's mean and variance each
	// training step moves them.
	Momentum float32

	Eps float32 // is added to variances
}

// BatchNorm returns gain·(x − μ)/√(σ² + eps) + bias: Ioffe and Szegedy,
// arXiv:1502.03167. In a step that trains, see [Tape.Train], μ and σ² are the
// mean and variance of each column (algorithm 1), towards which r moves, with
// the variance taken for an unbiased one (algorithm 2, line 10). In one that
// does not they are those of r, and each row stands for itself.
//
// Gain and bias are 1×Cols. For pictures reshape to a row for each pixel.
func (x *Tensor) BatchNorm(gain, bias *Tensor, r *Running) *Tensor {
	for _, p := range [...]*Tensor{r.Mean, r.Variance} {
		if p == nil || p.Rows != 1 || p.Cols != x.Cols {
			panic(fmt.Sprintf("tensor: batch norm: running %v for %v, want a mean and a variance of 1×%d", p, x, x.Cols))
		}
	}
	t := x.normalised("batch norm", 5*x.Cols, gain, bias, batchNormBack)
	t.args, t.from = r, 0
	if t.tape.training.on && t.Rows > 0 {
		t.from = t.Rows
		t.batchMoments(r)
	} else {
		r.check()
		mean, inverse := t.moments()
		copy(mean, r.Mean.Data)
		for j, v := range r.Variance.Data {
			inverse[j] = float32(1 / math.Sqrt(float64(v)+float64(r.Eps)))
		}
	}
	t.rows(t.Rows, t.Cols, batchNorm)
	return t
}

// check panics where all of r is 0. One variance may be, of a column that never
// varied, but not all with all means: they begin at 1.
func (r *Running) check() {
	for j, v := range r.Variance.Data {
		if v != 0 || r.Mean.Data[j] != 0 {
			return
		}
	}
	if len(r.Variance.Data) > 0 {
		panic("tensor: batch norm: the running variance is 0 throughout: Init the Params that it is in, or Load them")
	}
}

// moments returns the mean of each column, and 1/√(σ² + eps).
func (t *Tensor) moments() (mean, inverse []float32) {
	n := t.Cols
	return t.kept(0, n), t.kept(n, 2*n)
}

// batchMoments finds the moments, and moves r towards them.
func (t *Tensor) batchMoments(r *Running) {
	n := float64(t.Rows)
	mean, inverse := t.moments()
	sums := t.bandSums()
	t.byBands(bandMeans)
	for j := range mean {
		mean[j] = float32(bandsTotal(sums, 2*t.Cols, j) / n)
	}
	kernel.EMA(r.Mean.Data, r.Momentum, mean)
	t.byBands(bandVariances)
	if t.Rows > 1 { // one row says nothing of the variance
		for j := range inverse {
			inverse[j] = float32(bandsTotal(sums, 2*t.Cols, j) / (n - 1))
		}
		kernel.EMA(r.Variance.Data, r.Momentum, inverse)
	}
	for j := range inverse {
		variance := bandsTotal(sums, 2*t.Cols, j) / n
		inverse[j] = float32(1 / math.Sqrt(variance+float64(r.Eps)))
	}
}

// bandMeans fills the first row of each band's sums with those of x.
func bandMeans(t *Tensor, from, to int) {
	n := t.Cols
	for b := from; b < to; b++ {
		i0, i1 := t.bandRows(b)
		sums := t.bandSums()[2*b*n : (2*b+1)*n]
		clear(sums)
		kernel.ColumnSums(sums, t.a.Data[i0*n:], i1-i0, n)
	}
}

// bandVariances fills it with those of (x − μ)².
func bandVariances(t *Tensor, from, to int) {
	n := t.Cols
	mean, _ := t.moments()
	for b := from; b < to; b++ {
		i0, i1 := t.bandRows(b)
		sums := t.bandSums()[2*b*n : (2*b+1)*n]
		clear(sums)
		for i := i0; i < i1; i++ {
			d := t.hat(i)
			kernel.Sub(d, t.a.row(i), mean)
			kernel.MulAdd(sums, d, d)
		}
	}
}

func batchNorm(t *Tensor, from, to int) {
	mean, inverse := t.moments()
	for i := from; i < to; i++ {
		hat := t.hat(i)
		kernel.Sub(hat, t.a.row(i), mean)
		kernel.Mul(hat, hat, inverse)
		t.gainAndBias(i)
	}
}

func batchNormBack(t *Tensor) {
	t.slopeTotals()
	if !t.a.wanted() {
		return
	}
	first, hat, offset := t.slopes()
	_, inverse := t.moments()
	sums, n := t.bandSums(), t.Cols
	for j := range n {
		first[j] = t.b.Data[j] * inverse[j]
		if rows := float64(t.from); rows > 0 {
			k := float64(first[j])
			offset[j] = float32(-k * bandsTotal(sums, 2*n, j) / rows)
			hat[j] = float32(-k * bandsTotal(sums, 2*n, n+j) / rows)
		}
	}
	t.rows(t.Rows, t.Cols, batchNormSlope)
}

// slopes returns, for each column, what dy and x̂ are multiplied by in the
// gradient of x, and what is added. With k = gain/√(σ² + eps),
//
//	dx = k·dy − k·x̂·mean(dy·x̂) − k·mean(dy)
//
// of which only the first term is there if μ and σ² do not depend on x.
func (t *Tensor) slopes() (first, hat, offset []float32) {
	n := t.Cols
	return t.kept(2*n, 3*n), t.kept(3*n, 4*n), t.kept(4*n, 5*n)
}

func batchNormSlope(t *Tensor, from, to int) {
	first, hat, offset := t.slopes()
	for i := from; i < to; i++ {
		dx := t.a.gradRow(i)
		kernel.MulAdd(dx, t.gradRow(i), first)
		if t.from > 0 {
			kernel.MulAdd(dx, t.hat(i), hat)
			add(dx, offset)
		}
	}
}
