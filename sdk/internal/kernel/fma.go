package kernel

import "math"

// fma returns x·y + z, rounded once, as the SIMD instructions do.
//
// The product of two float32s is exact in a float64, so only their sum is
// rounded twice: to a float64 and then to a float32.
func fma(x, y, z float32) float32 {
	s := float64(x)*float64(y) + float64(z)
	if tricky(s) {
		return fmaByOdd(x, y, z)
	}
	return float32(s)
}

// tricky reports whether to round s, a sum already rounded, to a float32 may
// give another number than to round the exact sum: when s is halfway between
// two float32s, or where float32s are subnormal and halfway lies elsewhere.
func tricky(s float64) bool {
	const (
		half   = 1 << 63            // the 29 bits that a float32 lacks, halfway, at the top
		normal = (1023 - 126) << 53 // the smallest normal float32, without its sign
	)
	b := math.Float64bits(s)
	return b<<35 == half || b<<1-1 < normal-1 // 0 is exact, and wraps to safety
}

// fmaByOdd is fma for every finite sum: it rounds the sum to odd before it rounds to
// a float32 (Boldo and Melquiond, "Emulation of FMA and correctly rounded sums
// by rounding to odd", IEEE Trans. Computers 57, 2008).
//
//go:noinline
func fmaByOdd(x, y, z float32) float32 {
	p, q := float64(x)*float64(y), float64(z)
	s := p + q
	// Knuth's two-sum: s + err is p + q exactly.
	t := s - p
	err := (p - (s - t)) + (q - t)
	b := math.Float64bits(s)
	if err != 0 && b&1 == 0 {
		if (err > 0) == (s > 0) {
			b++
		} else {
			b--
		}
	}
	return float32(math.Float64frombits(b))
}
