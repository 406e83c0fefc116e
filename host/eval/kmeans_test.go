package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// The best four points for numbers spread evenly over [0, 1] are 1/8, 3/8, 5/8
// and 7/8, a mean square of 1/192 away. No other points are their cells' means.
func TestKMeansOfAnInterval(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := sdk.MakeBatch(20_000, 1)
	for i := range rows.Data {
		rows.Data[i] = rng.Float32()
	}
	centres, err := kmeans(t.Context(), rows, 4, rng)
	if err != nil {
		t.Fatal(err)
	}
	n, err := Nearest(t.Context(), rows, centres, 1)
	if err != nil {
		t.Fatal(err)
	}
	var off float64
	for _, d := range n.Distance {
		off += d * d / 20_000
	}
	near(t, "mean square", off*192, 1, 0.02)
	slices.Sort(centres.Data)
	for c, v := range centres.Data {
		near(t, "a centre", float64(v), float64(2*c+1)/8, 0.02)
	}
}

// A second seed is far from the first, and never the same row.
func TestSeeds(t *testing.T) {
	rows := rowsOf(1, 0, 0, 0, 0, 0, 0, 1, 100)
	far := 0
	for seed := range uint64(300) {
		got, err := seeds(t.Context(), rows, 3, rand.New(rand.NewPCG(seed, 0)))
		if err != nil {
			t.Fatal(err)
		}
		if got.Data[0] == 0 && got.Data[1] == 100 {
			far++
		}
		slices.Sort(got.Data)
		if !slices.Equal(got.Data, []float32{0, 1, 100}) {
			t.Fatalf("seeds are %g", got.Data)
		}
	}
	// 0 comes first with 6/8, then 100 with 10,000/10,001.
	near(t, "share of starts at 0 and 100", float64(far)/300, 0.75, 0.1)
}

// plainLloyd is k-means in so many words, from given centres.
func plainLloyd(rows sdk.Batch, centres [][]float64) {
	last := math.Inf(1)
	for range mostRounds {
		sums := make([][]float64, len(centres))
		counts := make([]float64, len(centres))
		for c := range sums {
			sums[c] = make([]float64, rows.RowSize())
		}
		var off float64
		for i := range rows.Len() {
			best, least := 0, math.Inf(1)
			for c := range centres {
				var d float64
				for k, v := range rows.Row(i) {
					d += (float64(v) - centres[c][k]) * (float64(v) - centres[c][k])
				}
				if d < least {
					best, least = c, d
				}
			}
			off += least
			counts[best]++
			for k, v := range rows.Row(i) {
				sums[best][k] += float64(v)
			}
		}
		if off >= last*(1-settled) {
			return
		}
		last = off
		for c := range centres {
			for k := range centres[c] {
				centres[c][k] = sums[c][k] / counts[c]
			}
		}
	}
}

func TestKMeansAgainstPlainLloyd(t *testing.T) {
	const k = 8
	for _, size := range []int{3, 40} {
		rows := gaussian(1, 600, size, 5, 1)
		start, err := seeds(t.Context(), rows, k, rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatal(err)
		}
		want := make([][]float64, k)
		for c := range want {
			for _, v := range start.Row(c) {
				want[c] = append(want[c], float64(v))
			}
		}
		plainLloyd(rows, want)
		got, err := kmeans(t.Context(), rows, k, rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatal(err)
		}
		for c := range want {
			for i, v := range got.Row(c) {
				near(t, "a centre", float64(v), want[c][i], 1e-4)
			}
		}
	}
}

// Rows find their centre among more than go into one product.
func TestAssignToMany(t *testing.T) {
	rows, centres := gaussian(1, 300, 2, 0, 1), gaussian(2, 1100, 2, 0, 1)
	nearest := make([]int, rows.Len())
	off, err := newScan(rows, centres).assign(t.Context(), nearest)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Nearest(t.Context(), rows, centres, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range want.Distance {
		off -= d * d
	}
	near(t, "what the squares sum to more", off, 0, 1e-5)
	if !slices.Equal(nearest, want.Index) {
		t.Error("rows are with other centres")
	}
}

// A centre that no row is nearest to stays where it is.
func TestMoveLeavesTheLonely(t *testing.T) {
	s := newScan(rowsOf(1, 1, 2, 3), rowsOf(1, 0, 50))
	s.move([]int{0, 0, 0})
	if !slices.Equal(s.b.Data, []float32{2, 50}) {
		t.Errorf("centres are at %g", s.b.Data)
	}
}

// Rounds end when there is nothing left to gain.
func TestKMeansEnds(t *testing.T) {
	rows := rowsOf(1, 0, 0, 1, 1, 5, 5)
	centres, err := kmeans(&fuse{t.Context(), 10}, rows, 3, rand.New(rand.NewPCG(1, 0)))
	slices.Sort(centres.Data)
	if err != nil || !slices.Equal(centres.Data, []float32{0, 1, 5}) {
		t.Errorf("centres are at %g: %v", centres.Data, err)
	}
}
