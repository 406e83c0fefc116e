package eval

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// kernel is the definition, in float64.
func kernel(x, y []float32) float64 {
	var product float64
	for k, v := range x {
		product += float64(v) * float64(y[k])
	}
	v := product/float64(len(x)) + 1
	return v * v * v
}

// bruteMMD is equation 3 of Gretton et al., term by term.
func bruteMMD(x, y sdk.Batch) float64 {
	m := x.Len()
	var sum float64
	for i := range m {
		for j := range m {
			if i != j {
				sum += (kernel(x.Row(i), x.Row(j)) + kernel(y.Row(i), y.Row(j))) / float64(m*(m-1))
			}
			sum -= 2 * kernel(x.Row(i), y.Row(j)) / float64(m*m)
		}
	}
	return sum
}

func TestMMDAgainstBruteForce(t *testing.T) {
	const n, block, seed = 97, 30, 5 // three blocks, and 7 rows left over
	x, y := gaussian(1, n, 12, 0.2, 1), gaussian(2, n+20, 12, 0, 1)
	got, err := MMD(t.Context(), x, y, block, seed)
	if err != nil {
		t.Fatal(err)
	}
	x = shuffled(x, rand.New(rand.NewPCG(seed, 0)))
	y = shuffled(y, rand.New(rand.NewPCG(seed, 1)))
	var want []float64
	for b := range 3 {
		want = append(want, bruteMMD(x.Slice(b*block, (b+1)*block), y.Slice(b*block, (b+1)*block)))
	}
	near(t, "mean", got.Value, Mean(want).Value, 1e-5)
	near(t, "its error", got.SE, Mean(want).SE, 1e-5)
	if got.N != 3 {
		t.Errorf("%d blocks, want 3", got.N)
	}
}

// Sums of a few rows at a time are those of all at once.
func TestKernelSumsInParts(t *testing.T) {
	x, y := gaussian(1, 30, 12, 0.2, 1), gaussian(2, 30, 12, 0, 1)
	k := kernelSums{work: 30 * 12 * 7}
	got, err := k.unbiased(t.Context(), x, y)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "discrepancy", got, bruteMMD(x, y), 1e-5)
}

func TestShuffled(t *testing.T) {
	b := rowsOf(2, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5)
	s := shuffled(b, rand.New(rand.NewPCG(1, 0)))
	if slices.Equal(s.Data, b.Data) {
		t.Error("the order is as before")
	}
	slices.Sort(s.Data)
	if !slices.Equal(s.Data, b.Data) {
		t.Errorf("the rows are %g", s.Data)
	}
}

// The kernel of one number is Σ C(3,j) xʲyʲ, so that the discrepancy is the sum
// of C(3,j) times the squared difference of the jth moments: of N(0.5, 1) and
// N(0, 1), whose first three are 0.5, 1.25, 1.625 and 0, 1, 0, it is 3.578125.
func TestMMDOfGaussians(t *testing.T) {
	for _, c := range []struct{ shift, want float64 }{{0, 0}, {0.5, 3.578125}} {
		m, sd, stated := repeat(t, 150, func(seed uint64) (Estimate, error) {
			return MMD(t.Context(), gaussian(2*seed, 800, 1, c.shift, 1), gaussian(2*seed+1, 800, 1, 0, 1), 40, seed)
		})
		near(t, "mean over samples", m.Value, c.want, 4*m.SE)
		honest(t, "MMD", sd, stated, 0.2)
	}
}

func TestMMDRefuses(t *testing.T) {
	x := gaussian(1, 10, 2, 0, 1)
	_, err := MMD(t.Context(), x, x, 1, 0)
	refused(t, err, "blocks of 1 rows, want at least 2")
	_, err = MMD(t.Context(), x.Slice(0, 9), x, 5, 0)
	refused(t, err, "9 generated rows, want at least 10")
}
