package eval

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/genhost/genhost/sdk"
)

// withMoments returns rows whose mean is m and whose covariance is FFᵀ, exactly
// but for float32: pairs of points at both ends of the columns of F.
func withMoments(m []float64, f *mat.Dense) sdk.Batch {
	d, columns := f.Dims()
	b := sdk.MakeBatch(2*columns, d)
	scale := math.Sqrt((2*float64(columns) - 1) / 2)
	for c := range columns {
		for k := range d {
			off := scale * f.At(k, c)
			b.Row(2 * c)[k], b.Row(2*c + 1)[k] = float32(m[k]+off), float32(m[k]-off)
		}
	}
	return b
}

func diagonal(sds ...float64) *mat.Dense {
	f := mat.NewDense(len(sds), len(sds), nil)
	for k, s := range sds {
		f.Set(k, k, s)
	}
	return f
}

// randomMatrix is of independent N(0, 1).
func randomMatrix(rng *rand.Rand, rows, cols int) *mat.Dense {
	m := mat.NewDense(rows, cols, nil)
	m.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, m)
	return m
}

func frechet(t *testing.T, a, b sdk.Batch) float64 {
	t.Helper()
	e, err := Frechet(t.Context(), a, b)
	if err != nil {
		t.Fatal(err)
	}
	return e.Value
}

// Gaussians with common axes are as far apart as their means, and the standard
// deviations along the axes; and so are they in any rotation.
func TestFrechetOfCommonAxes(t *testing.T) {
	m, n := []float64{1, 2, 3, 4}, []float64{1, 0, 3, 5}
	f, g := diagonal(1, 2, 3, 0.5), diagonal(1, 1, 5, 0)
	const want = (4 + 1) + (1 + 4 + 0.25)
	near(t, "distance", frechet(t, withMoments(m, f), withMoments(n, g)), want, 1e-5)

	var qr mat.QR
	var q, rf, rg mat.Dense
	qr.Factorize(randomMatrix(rand.New(rand.NewPCG(1, 1)), 4, 4))
	qr.QTo(&q)
	rf.Mul(&q, f)
	rg.Mul(&q, g)
	near(t, "rotated", frechet(t, withMoments(m, &rf), withMoments(n, &rg)), want, 1e-5)
}

// Of covariances A and B of two numbers, tr((AB)^½) is √(tr(AB) + 2√det(AB)).
func TestFrechetOfTwoNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for range 20 {
		f, g := randomMatrix(rng, 2, 2), randomMatrix(rng, 2, 2)
		var a, b, ab mat.Dense
		a.Mul(f, f.T())
		b.Mul(g, g.T())
		ab.Mul(&a, &b)
		want := a.Trace() + b.Trace() - 2*math.Sqrt(ab.Trace()+2*math.Sqrt(mat.Det(&ab)))
		zero := []float64{0, 0}
		near(t, "distance", frechet(t, withMoments(zero, f), withMoments(zero, g)), want, 1e-5*(1+want))
	}
}

// denmanBeavers returns the square root of a matrix with positive eigenvalues
// by the iteration of Denman and Beavers, which takes none.
func denmanBeavers(t *testing.T, a *mat.Dense) *mat.Dense {
	t.Helper()
	n, _ := a.Dims()
	y, z := mat.DenseCopyOf(a), mat.NewDense(n, n, nil)
	for k := range n {
		z.Set(k, k, 1)
	}
	for range 40 {
		var yi, zi mat.Dense
		if yi.Inverse(y) != nil || zi.Inverse(z) != nil {
			t.Fatal("singular")
		}
		y.Add(y, &zi)
		y.Scale(0.5, y)
		z.Add(z, &yi)
		z.Scale(0.5, z)
	}
	return y
}

func TestFrechetAgainstDenmanBeavers(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for _, d := range []int{3, 8} {
		f, g := randomMatrix(rng, d, 2*d), randomMatrix(rng, d, 2*d)
		var a, b, ab mat.Dense
		a.Mul(f, f.T())
		b.Mul(g, g.T())
		ab.Mul(&a, &b)
		want := a.Trace() + b.Trace() - 2*denmanBeavers(t, &ab).Trace()
		zero := make([]float64, d)
		x, y := withMoments(zero, f), withMoments(zero, g)
		near(t, "distance", frechet(t, x, y), want, 1e-5*want)
		near(t, "from the other side", frechet(t, y, x), want, 1e-5*want)
	}
}

// Covariances uuᵀ and vvᵀ have tr((uuᵀvvᵀ)^½) = |u·v|; rows beside themselves
// are at 0, though there be fewer rows than numbers.
func TestFrechetOfSingularCovariances(t *testing.T) {
	u := mat.NewDense(5, 1, []float64{1, 2, 0, -1, 3})
	v := mat.NewDense(5, 1, []float64{0, 1, 1, 4, 2})
	zero := make([]float64, 5)
	want := mat.Dot(u.ColView(0), u.ColView(0)) + mat.Dot(v.ColView(0), v.ColView(0)) - 2*4
	near(t, "of lines", frechet(t, withMoments(zero, u), withMoments(zero, v)), want, 1e-5)

	few := gaussian(1, 5, 30, 2, 1)
	near(t, "beside itself", frechet(t, few, few), 0, 1e-5)
	point := rowsOf(2, 3, 4, 3, 4)
	near(t, "of points", frechet(t, point, rowsOf(2, 0, 0, 0, 0)), 25, 1e-12)
}

// The blocks in which covariances are summed make no difference.
func TestMomentsAgainstSums(t *testing.T) {
	const n, size = 150, 3
	rows := gaussian(1, n, size, 5, 2)
	m, err := momentsOf(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	for j := range size {
		for k := range size {
			var mj, mk, product float64
			for i := range n {
				mj, mk = mj+float64(rows.Row(i)[j])/n, mk+float64(rows.Row(i)[k])/n
				product += float64(rows.Row(i)[j]) * float64(rows.Row(i)[k])
			}
			near(t, "covariance", m.covariance.At(j, k), (product-n*mj*mk)/(n-1), 1e-9)
			near(t, "mean", m.mean[j], mj, 1e-9)
		}
	}
}

func TestFrechetRefuses(t *testing.T) {
	_, err := Frechet(t.Context(), gaussian(1, 2, 1025, 0, 1), gaussian(2, 2, 1025, 0, 1))
	refused(t, err, "rows of 1025 numbers, want at most 1024")
	_, err = Frechet(t.Context(), rowsOf(1, 1), rowsOf(1, 1, 2))
	refused(t, err, "1 generated rows, want at least 2")
}
