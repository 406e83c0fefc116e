package eval

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// draws returns n rows of some modes of a mixture, of all where there are none.
func (m Mixture) draws(seed uint64, n int, modes ...int) sdk.Batch {
	rng := rand.New(rand.NewPCG(seed, 0))
	b := sdk.MakeBatch(n, m.Means.Shape...)
	for i := range n {
		c := rng.IntN(m.Means.Len())
		if len(modes) > 0 {
			c = modes[i%len(modes)]
		}
		for k, v := range m.Means.Row(c) {
			b.Row(i)[k] = v + float32(m.Sigma*rng.NormFloat64())
		}
	}
	return b
}

func TestRingAndGrid(t *testing.T) {
	for i := range 8 {
		x, y := float64(Ring().Means.Row(i)[0]), float64(Ring().Means.Row(i)[1])
		near(t, "radius", math.Hypot(x, y), 1, 1e-6)
		near(t, "angle", math.Mod(math.Atan2(y, x)+2*math.Pi+1e-6, 2*math.Pi), float64(i)*math.Pi/4, 1e-5)
	}
	g := Grid()
	seen := map[[2]float32]bool{}
	for i := range g.Means.Len() {
		x, y := g.Means.Row(i)[0], g.Means.Row(i)[1]
		if !slices.Contains([]float32{-4, -2, 0, 2, 4}, x) || !slices.Contains([]float32{-4, -2, 0, 2, 4}, y) {
			t.Errorf("a mean is at %g, %g", x, y)
		}
		seen[[2]float32{x, y}] = true
	}
	if len(seen) != 25 || Ring().Means.Len() != 8 || Ring().Sigma != 0.01 || g.Sigma != 0.05 {
		t.Errorf("%d and %d Gaussians of %g and %g", Ring().Means.Len(), len(seen), Ring().Sigma, g.Sigma)
	}
}

// The mixture's own rows are within 3σ with 1 − e^(−4.5), and as far from equal
// shares as 2,500 draws are.
func TestModesOfTheMixture(t *testing.T) {
	for _, m := range []Mixture{Ring(), Grid()} {
		k := m.Means.Len()
		var kl float64
		good, sd, stated := repeat(t, 200, func(seed uint64) (Estimate, error) {
			c, err := Modes(m.draws(seed, 2500), m)
			if c.Modes != k {
				t.Errorf("%d modes of %d", c.Modes, k)
			}
			kl += c.ReverseKL / 200
			return c.HighQuality, err
		})
		near(t, "high quality", good.Value, 1-math.Exp(-4.5), 4*good.SE)
		near(t, "reverse KL", kl/(float64(k-1)/5000), 1, 0.15)
		honest(t, "high quality", sd, stated, 0.2)
	}
}

func TestModesByHand(t *testing.T) {
	ring := Ring()
	for _, c := range []struct {
		name     string
		rows     sdk.Batch
		modes    int
		quality  float64
		kl       float64
		nearZero int // rows counted at the first
	}{
		{"one mode", ring.Means.Slice(0, 1), 1, 1, math.Log(8), 1},
		{"half of them", ring.Means.Slice(0, 4), 4, 1, math.Log(2), 1},
		{"all", ring.Means, 8, 1, 0, 1},
		{"none", rowsOf(2, 0, 0, 5, 5), 0, 0, math.Log(8), 0},
		{"one in, one out", rowsOf(2, 1.029, 0, 1.031, 0), 1, 0.5, math.Log(8), 1},
		{"three to one", rowsOf(2, 1, 0, 1, 0, 1, 0, 0, 1), 2, 1, 0.75*math.Log(0.75*8) + 0.25*math.Log(0.25*8), 3},
	} {
		got, err := Modes(c.rows, ring)
		if err != nil {
			t.Fatal(err)
		}
		near(t, c.name+": quality", got.HighQuality.Value, c.quality, 0)
		near(t, c.name+": reverse KL", got.ReverseKL, c.kl, 1e-12)
		if got.Modes != c.modes || got.Counts[0] != c.nearZero || got.HighQuality.N != c.rows.Len() {
			t.Errorf("%s: %+v, want %d modes", c.name, got, c.modes)
		}
	}
}

// Equal shares are at 0, and do not round to less.
func TestReverseKLOfEqualShares(t *testing.T) {
	for k := 2; k < 50; k++ {
		m := Mixture{gaussian(1, k, 2, 0, 100), 0.1}
		c, err := Modes(m.Means, m)
		if err != nil || c.ReverseKL < 0 || c.ReverseKL > 1e-12 {
			t.Errorf("of %d equal shares it is %g: %v", k, c.ReverseKL, err)
		}
	}
}

func TestModesRefuses(t *testing.T) {
	m := Ring()
	_, err := Modes(rowsOf(3, 1, 2, 3), m)
	refused(t, err, "generated rows have 3 numbers each, mixture rows 2")
	_, err = Modes(sdk.Batch{Shape: []int{2}}, m)
	refused(t, err, "0 generated rows")
	_, err = Modes(rowsOf(2, 1, float32(math.NaN())), m)
	refused(t, err, "number 1 of row 0 is NaN")
	for _, sigma := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		m.Sigma = sigma
		_, err = Modes(m.Means, m)
		refused(t, err, "the mixture's sigma is")
	}
}
