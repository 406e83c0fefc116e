package tensor

import "math"

// exp is e to the power of x, within 2 units in the last place. It is the
// single-precision routine of the Cephes library: x = n ln 2 + r, and a
// polynomial in r.
func exp(x float32) float32 {
	const (
		most   = 88.72283 // e to the power of more is infinite
		least  = -87.33654
		ln2Hi  = 0.693359375
		ln2Lo  = -2.12194440e-4
		invLn2 = 1.44269504088896341
	)
	switch {
	case x != x:
		return x
	case x > most:
		return float32(math.Inf(1))
	case x < least:
		return 0
	}
	n := float32(int32(x*invLn2 + signed(0.5, x)))
	r := x - n*ln2Hi
	r -= n * ln2Lo
	p := float32(1.9875691500e-4)
	p = p*r + 1.3981999507e-3
	p = p*r + 8.3334519073e-3
	p = p*r + 4.1665795894e-2
	p = p*r + 1.6666665459e-1
	p = p*r + 5.0000001201e-1
	p = p*r*r + r + 1
	if n > 127 { // 2ⁿ is not a float32, but the product is
		return p * 2 * math.Float32frombits(uint32(n+126)<<23)
	}
	return p * math.Float32frombits(uint32(int32(n)+127)<<23)
}

// signed is v with the sign of x.
func signed(v, x float32) float32 {
	return math.Float32frombits(math.Float32bits(v) | math.Float32bits(x)&(1<<31))
}

// log1p is log(1+u) for u from 0 to 1, by 2 artanh(s) with s = u/(2+u) ≤ 1/3.
func log1p(u float32) float32 {
	s := u / (2 + u)
	q := s * s
	p := float32(1.0 / 15)
	p = p*q + 1.0/13
	p = p*q + 1.0/11
	p = p*q + 1.0/9
	p = p*q + 1.0/7
	p = p*q + 1.0/5
	p = p*q + 1.0/3
	return 2*s + 2*s*q*p
}

// softplus is log(1+eˣ) and sigmoid(x), which share their exponential. Neither
// overflows.
func softplus(x float32) (log, sigmoid float32) {
	u := exp(-abs(x))
	log, sigmoid = log1p(u), 1/(1+u)
	if x > 0 {
		return log + x, sigmoid
	}
	return log, u * sigmoid
}

func sigmoid(x float32) float32 {
	u := exp(-abs(x))
	if x > 0 {
		return 1 / (1 + u)
	}
	return u / (1 + u)
}

// tanh is (1-e⁻²ˣ)/(1+e⁻²ˣ), and near 0, where that cancels, its series.
func tanh(x float32) float32 {
	a := abs(x)
	if a < 0.1 {
		q := x * x
		return x * (1 + q*(-1.0/3+q*(2.0/15+q*(-17.0/315))))
	}
	u := exp(-2 * a)
	return signed((1-u)/(1+u), x)
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }
