package eval

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/genhost/genhost/sdk"
)

// mostFeatures is how large a covariance's eigenvalues are to be had in half a
// minute: they take a time that grows with the cube.
const mostFeatures = 1024

// Frechet returns the squared Fréchet distance of the Gaussians that have the
// means and covariances of the rows:
//
//	‖μ₁−μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½)
//
// Lower is better; it is 0 or more. It grows as rows get fewer, real ones
// included (arXiv:1911.07023), so compare only figures of equal numbers of
// rows; held-out rows give the floor. There is no standard error. Covariances
// may be singular, as those of fewer rows than numbers are. Rows have at most
// 1,024 numbers, for the sake of a decomposition that takes seconds then, and
// within which the end of ctx is not noticed.
//
// Dowson and Landau, Journal of Multivariate Analysis 12, 1982, equation 4;
// Heusel et al., arXiv:1706.08500, equation 6, have it in features of the
// Inception network, which these are not.
func Frechet(ctx context.Context, generated, real sdk.Batch) (Estimate, error) {
	if err := check(named{"real", real, 2}, named{"generated", generated, 2}); err != nil {
		return Estimate{}, err
	}
	if d := real.RowSize(); d > mostFeatures {
		return Estimate{}, sdk.Hint(fmt.Errorf("%w: rows of %d numbers, want at most %d", sdk.ErrBadInput, d, mostFeatures),
			"compare features of the rows instead")
	}
	a, err := momentsOf(ctx, generated)
	if err != nil {
		return Estimate{}, err
	}
	b, err := momentsOf(ctx, real)
	if err != nil {
		return Estimate{}, err
	}
	root, err := traceOfRoot(ctx, a.covariance, b.covariance)
	if err != nil {
		return Estimate{}, err
	}
	d := mat.Trace(a.covariance) + mat.Trace(b.covariance) - 2*root
	for k, v := range a.mean {
		d += (v - b.mean[k]) * (v - b.mean[k])
	}
	return Estimate{Value: max(0, d), N: min(generated.Len(), real.Len())}, nil
}

// moments are the mean and covariance of rows.
type moments struct {
	mean       []float64
	covariance *mat.SymDense
}

func momentsOf(ctx context.Context, rows sdk.Batch) (moments, error) {
	n, d := rows.Len(), rows.RowSize()
	m := moments{make([]float64, d), mat.NewSymDense(d, nil)}
	for i := range n {
		for k, v := range rows.Row(i) {
			m.mean[k] += float64(v) / float64(n)
		}
	}
	const at = 64 // rows at a time
	for from := 0; from < n; from += at {
		if err := ctx.Err(); err != nil {
			return m, err
		}
		to := min(from+at, n)
		centred := mat.NewDense(d, to-from, nil)
		for i := from; i < to; i++ {
			for k, v := range rows.Row(i) {
				centred.Set(k, i-from, float64(v)-m.mean[k])
			}
		}
		m.covariance.SymRankK(m.covariance, 1/float64(n-1), centred)
	}
	return m, nil
}

// traceOfRoot returns tr((AB)^½) of two covariances. AB has the eigenvalues of
// A^½·B·A^½, which is symmetric.
func traceOfRoot(ctx context.Context, a, b *mat.SymDense) (float64, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(a, true) {
		return 0, fmt.Errorf("%w: the covariance has no eigenvalues that can be found", sdk.ErrBadInput)
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	var root, product mat.Dense
	eigen.VectorsTo(&root) // A = VΛVᵀ; VΛ^½ in place of A^½ leaves the eigenvalues as they are
	values := eigen.Values(nil)
	root.Apply(func(_, j int, v float64) float64 { return v * math.Sqrt(max(0, values[j])) }, &root)
	product.Product(root.T(), b, &root)
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	d, _ := product.Dims()
	symmetric := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			symmetric.SetSym(i, j, (product.At(i, j)+product.At(j, i))/2)
		}
	}
	if !eigen.Factorize(symmetric, false) {
		return 0, fmt.Errorf("%w: the product of covariances has no eigenvalues that can be found", sdk.ErrBadInput)
	}
	var trace float64
	for _, v := range eigen.Values(nil) {
		trace += math.Sqrt(max(0, v))
	}
	return trace, nil
}
