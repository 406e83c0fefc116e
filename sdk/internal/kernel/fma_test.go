package kernel

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// exactFMA rounds once by way of big numbers.
func exactFMA(x, y, z float32) float32 {
	wide := func(v float32) *big.Float { return new(big.Float).SetPrec(600).SetFloat64(float64(v)) }
	p := wide(x)
	p.Mul(p, wide(y))
	p.Add(p, wide(z))
	f, _ := p.Float32()
	return f
}

func TestFMARoundsOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	check := func(x, y, z float32) {
		t.Helper()
		got, want := fma(x, y, z), exactFMA(x, y, z)
		if got != want {
			t.Errorf("fma(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
		if odd := fmaByOdd(x, y, z); odd != want {
			t.Errorf("fmaByOdd(%x, %x, %x) = %x, want %x", x, y, z, odd, want)
		}
	}
	for range 5000 {
		x, y, z := anyFloat(rng), anyFloat(rng), anyFloat(rng)
		check(x, y, z)
		// A sum that rounds to halfway between two float32s, or beside it.
		u := float32(1 + rng.IntN(1<<23))
		check(1+0x1p-23, 0x1p-24, u)
		check(-(1 + 0x1p-23), 0x1p-24, 1+0x1p-23*float32(rng.IntN(1<<20)))
		x = 1 + 0x1p-23*u
		check(x, float32((0x1p-24+0x1p-52)/float64(x)), 1)
		check(x, float32((0x1p-24-0x1p-52)/float64(x)), 1)
		// The same among subnormals.
		check(0x1p-75*(1+0x1p-23), 0x1p-75*(1-0x1p-23), 0x1p-149*u)
	}
}

// anyFloat returns any finite float32, often a rough one.
func anyFloat(rng *rand.Rand) float32 {
	for {
		f := math.Float32frombits(rng.Uint32() &^ (rng.Uint32N(2) * 0x7fff))
		if f-f == 0 && (rng.IntN(4) == 0 || f > -0x1p40 && f < 0x1p40) {
			return f
		}
	}
}

func TestFMAOfSpecials(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range []struct{ x, y, z, want float32 }{
		{inf, 1, 1, inf}, {-1, inf, 1, -inf}, {1, 1, inf, inf},
		{math.MaxFloat32, 2, 0, inf}, {math.MaxFloat32, -2, 1, -inf},
		{inf, 0, 1, nan}, {inf, 1, -inf, nan}, {nan, 1, 1, nan}, {1, nan, 1, nan}, {1, 1, nan, nan},
	} {
		got := fma(c.x, c.y, c.z)
		if got != c.want && !(got != got && c.want != c.want) {
			t.Errorf("fma(%v, %v, %v) = %v, want %v", c.x, c.y, c.z, got, c.want)
		}
	}
}
