package kernel

import "math"

// The functions of one number, from which the plain Go loops are made. Each
// step rounds to float32 where the assembly does, so that both give the same
// bytes: a product that is added must be in fused, or in float32(...), which
// keeps the compiler from fusing it. The polynomials are near-minimax, by
// Chebyshev interpolation.

var (
	posInf = float32(math.Inf(1))
	negInf = float32(math.Inf(-1))
	nan    = float32(math.NaN())
)

// Exp sets dst to e to the power of x, within 1 ulp. Results below the
// smallest normal number are right too, and the rest is 0 or +Inf.
//
//	for i := range dst {
//		dst[i] = exp(x[i])
//	}
func Exp(dst, x []float32) { exp(dst, x) }

func expGo(dst, x []float32) {
	for i, v := range x {
		dst[i] = expOf(v)
	}
}

// expOf is 2ⁿ·eʳ, with x = n·ln 2 + r and a polynomial for eʳ.
func expOf(x float32) float32 {
	const magic = 3 << 22 // a float32 so large has no fraction: adding rounds
	x = greaterOf(-104, lesser(89, x))
	z := fused(x, math.Log2E, magic)
	n := int32(math.Float32bits(z) - math.Float32bits(magic))
	k := z - magic
	r := fused(k, -0.693359375, x)
	r = fused(k, 2.12194440e-4, r)
	y := horner(r, expSeries[:])
	h := n >> 1 // 2ⁿ may not be a float32
	return float32(y * pow2(h) * pow2(n-h))
}

var expSeries = [...]float32{0.00139262511997, 0.00836323288368, 0.0416665542074, 0.166665766661, 0.5, 1, 1}

// pow2 is 2ⁿ, for n from -126 to 127.
func pow2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// horner is the polynomial in x with these coefficients, from the highest
// power down.
func horner(x float32, coefficients []float32) float32 {
	y := coefficients[0]
	for _, c := range coefficients[1:] {
		y = fused(y, x, c)
	}
	return y
}

// Log sets dst to the natural logarithm of x, within 1 ulp: −Inf of 0 and NaN
// of negative numbers.
//
//	for i := range dst {
//		dst[i] = log(x[i])
//	}
func Log(dst, x []float32) { log(dst, x) }

func logGo(dst, x []float32) {
	for i, v := range x {
		dst[i] = logOf(v)
	}
}

func logOf(x float32) float32 {
	const least = 1.0 / (1 << 126)
	switch {
	case x > 0 && x < least:
		return logNormal(x*(1<<23), -23)
	case x > 0 && x < posInf:
		return logNormal(x, 0)
	case x == 0:
		return negInf
	case x > 0:
		return x
	}
	return nan
}

// logNormal is log x + e₀·ln 2, for a positive normal x. With x = 2ᵉ·(1+f) and
// f from √½−1 to √2−1, that is (e+e₀)·ln 2 + f − f²/2 + f³·P(f).
func logNormal(x, e0 float32) float32 {
	const rootHalf = 0x3f3504f3
	i := int32(math.Float32bits(x) - rootHalf)
	e := float32(i>>23) + e0
	f := math.Float32frombits(uint32(i)&(1<<23-1)+rootHalf) - 1
	t := horner(f, logSeries[:])
	s := fused(t, f*f, float32(e*-2.12194440e-4))
	return fused(e, 0.693359375, s+f)
}

var logSeries = [...]float32{0.0697161147145, -0.114797338466, 0.116854199235, -0.124256873315,
	0.142490576457, -0.166678023195, 0.200007157489, -0.24999996958, 0.3333333118, -0.5}

// log1pRatio is log(1+u)/u, for u from 0 to 1.
func log1pRatio(u float32) float32 { return horner(u, log1pSeries[:]) }

var log1pSeries = [...]float32{-0.00317605701843, 0.019542527261, -0.0563736128301, 0.105436237954, -0.152696670744,
	0.196632742572, -0.249516162629, 0.333297104989, -0.499998926481, 1}

// tanhOf is x + x³·P(x²) near 0, and elsewhere 1 − 2/(e²ˣ+1), of |x|.
func tanhOf(x float32) float32 {
	a := abs(x)
	var y float32
	if a < 0.625 {
		q := a * a
		y = fused(a*q, horner(q, tanhSeries[:]), a)
	} else {
		y = 1 - 2/(expOf(a+a)+1)
	}
	return math.Float32frombits(math.Float32bits(y) | math.Float32bits(x)&(1<<31))
}

var tanhSeries = [...]float32{-0.00609671416536, 0.0209971789987, -0.0538509095784, 0.13332769737, -0.333333289441}

// decay is e to the power of −|x|, from which both sigmoid and softplus are
// made without overflow.
func decay(x float32) float32 { return expOf(-abs(x)) }

func sigmoidOf(x float32) float32 { return sigmoidWith(x, decay(x)) }

func sigmoidWith(x, u float32) float32 {
	if x > 0 {
		return 1 / (u + 1)
	}
	return u / (u + 1)
}

func softplusOf(x float32) float32 { return softplusWith(x, decay(x)) }

// softplusWith is max(x, 0) + log(1+u).
func softplusWith(x, u float32) float32 { return fused(u, log1pRatio(u), greaterOf(0, x)) }

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
