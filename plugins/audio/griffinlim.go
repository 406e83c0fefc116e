package main

import (
	"math/cmplx"
	"math/rand/v2"
)

// momentum is α of Perraudin, Balazs and Søndergaard, "A fast Griffin-Lim
// algorithm" (2013).
const momentum = 0.99

// griffinLim returns samples whose spectra have about the given magnitudes, by
// the fast Griffin-Lim algorithm. It starts from phases that are random but
// always the same.
func (t *stft) griffinLim(magnitude []float64, iterations int) []float64 {
	c := t.makeSpectrum()
	rng := rand.New(rand.NewPCG(1984, 2013))
	for i, m := range magnitude {
		c[i] = cmplx.Rect(m, 6.283185307179586*rng.Float64())
	}
	x := make([]float64, t.frames*t.hop)
	now, before := t.makeSpectrum(), t.makeSpectrum()
	for k := range iterations {
		t.inverse(x, c)
		t.forward(now, x)
		for i, v := range now {
			if k > 0 {
				v += momentum * (v - before[i])
			}
			c[i] = withMagnitude(v, magnitude[i])
		}
		now, before = before, now
	}
	t.inverse(x, c)
	return x
}

// withMagnitude returns a number with the phase of c, 0 where it has none.
func withMagnitude(c complex128, magnitude float64) complex128 {
	r := cmplx.Abs(c)
	if r == 0 {
		return complex(magnitude, 0)
	}
	return c * complex(magnitude/r, 0)
}
