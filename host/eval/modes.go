package eval

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// A Mixture is of round Gaussians, all equally likely and wide.
type Mixture struct {
	Means sdk.Batch
	Sigma float64 // standard deviation along each axis
}

// Ring returns 8 Gaussians on the unit circle, Grid 25 on the points −4, −2,
// 0, 2 and 4 of both axes: those of Srivastava et al., arXiv:1705.07761,
// section 4.1, with the sizes of Lin et al., arXiv:1712.04086, section 4.1.
func Ring() Mixture {
	m := Mixture{sdk.MakeBatch(8, 2), 0.01}
	for i := range 8 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 8)
		m.Means.Row(i)[0], m.Means.Row(i)[1] = float32(cos), float32(sin)
	}
	return m
}

// Grid is described at [Ring].
func Grid() Mixture {
	m := Mixture{sdk.MakeBatch(25, 2), 0.05}
	for i := range 25 {
		m.Means.Row(i)[0], m.Means.Row(i)[1] = float32(i/5*2-4), float32(i%5*2-4)
	}
	return m
}

// A Coverage says which Gaussians of a mixture rows come from.
type Coverage struct {
	Modes       int      // with a high-quality row nearest to them
	HighQuality Estimate // share of rows within 3σ of the nearest mean
	ReverseKL   float64  // of high-quality rows by mode, in nats
	Counts      []int    // high-quality rows by mode
}

// Modes finds the nearest Gaussian of a mixture for each row.
//
// Modes and HighQuality are better higher: all of them, and in two dimensions
// 1 − e^(−4.5) = 0.989, the share of the mixture itself. ReverseKL, Σ q ln q·K
// for the shares q of K modes, is better lower: from 0 for equal shares, about
// (K−1)/2n for n rows of the mixture, to ln K for a single mode, which is also
// given when no row is of high quality. The standard error is binomial.
//
// Lin et al., arXiv:1712.04086, section 4.1, who have 2,500 rows.
func Modes(generated sdk.Batch, m Mixture) (Coverage, error) {
	if err := check(named{"mixture", m.Means, 1}, named{"generated", generated, 1}); err != nil {
		return Coverage{}, err
	}
	if !(m.Sigma > 0) || math.IsInf(m.Sigma, 1) {
		return Coverage{}, fmt.Errorf("%w: the mixture's sigma is %g, want a positive number", sdk.ErrBadInput, m.Sigma)
	}
	c := Coverage{Counts: make([]int, m.Means.Len())}
	s := &scan{a: plain(generated), b: plain(m.Means)}
	good := 0
	for i := range generated.Len() {
		nearest, least := 0, math.Inf(1)
		for j := range c.Counts {
			if d := s.exact(i, j); d < least {
				nearest, least = j, d
			}
		}
		if math.Sqrt(least) < 3*m.Sigma {
			c.Counts[nearest]++
			good++
		}
	}
	c.HighQuality = share(float64(good), generated.Len())
	c.ReverseKL = math.Log(float64(len(c.Counts)))
	for _, n := range c.Counts {
		if n > 0 {
			c.Modes++
			q := float64(n) / float64(good)
			c.ReverseKL += q * math.Log(q)
		}
	}
	c.ReverseKL = max(0, c.ReverseKL) // rounds below, where shares are equal
	return c, nil
}
