package main

import "math"

// The functions below are the programs of those in ../vectormath.go, which
// says how they work, instruction by instruction: both give the same bytes.

func (p *program) abs(x value) value  { return p.and(x, p.bits(1<<31-1)) }
func (p *program) sign(x value) value { return p.and(x, p.bits(1<<31)) }

func (p *program) exp(x value) value {
	x = p.min(p.float(89), x)
	x = p.max(p.float(-104), x)
	const magic = 3 << 22
	z := p.fma(x, p.float(math.Log2E), p.float(magic))
	n := p.subInt(z, p.bits(math.Float32bits(magic)))
	k := p.sub(z, p.float(magic))
	r := p.fma(k, p.float(-0.693359375), x)
	r = p.fma(k, p.float(2.12194440e-4), r)
	y := p.horner(r, 0.00139262511997, 0.00836323288368, 0.0416665542074, 0.166665766661, 0.5, 1, 1)
	h := p.shift("shiftArith", n, 1)
	return p.mul(p.mul(y, p.pow2(h)), p.pow2(p.subInt(n, h)))
}

func (p *program) pow2(n value) value {
	return p.shift("shiftLeft", p.addInt(n, p.bits(127)), 23)
}

func (p *program) log(x value) value {
	least := p.bits(1 << 23)
	y := p.when(x, less, least, p.mul(x, p.float(1<<23)), x)
	e0 := p.when(x, less, least, p.float(-23), p.float(0))
	y = p.logNormal(y, e0)
	inf := p.float(math.Inf(1))
	y = p.when(x, less, inf, y, x)
	other := p.when(x, equal, p.float(0), p.float(math.Inf(-1)), p.float(math.NaN()))
	return p.when(x, greater, p.float(0), y, other)
}

func (p *program) logNormal(x, e0 value) value {
	const rootHalf = 0x3f3504f3
	i := p.subInt(x, p.bits(rootHalf))
	e := p.add(p.toFloat(p.shift("shiftArith", i, 23)), e0)
	m := p.addInt(p.and(i, p.bits(1<<23-1)), p.bits(rootHalf))
	f := p.sub(m, p.float(1))
	t := p.horner(f, 0.0697161147145, -0.114797338466, 0.116854199235, -0.124256873315,
		0.142490576457, -0.166678023195, 0.200007157489, -0.24999996958, 0.3333333118, -0.5)
	s := p.fma(t, p.mul(f, f), p.mul(e, p.float(-2.12194440e-4)))
	return p.fma(e, p.float(0.693359375), p.add(s, f))
}

// log1pRatio is log(1+u)/u for u from 0 to 1.
func (p *program) log1pRatio(u value) value {
	return p.horner(u, -0.00317605701843, 0.019542527261, -0.0563736128301, 0.105436237954, -0.152696670744,
		0.196632742572, -0.249516162629, 0.333297104989, -0.499998926481, 1)
}

func (p *program) tanh(x value) value {
	a := p.abs(x)
	q := p.mul(a, a)
	small := p.horner(q, -0.00609671416536, 0.0209971789987, -0.0538509095784, 0.13332769737, -0.333333289441)
	small = p.fma(p.mul(a, q), small, a)
	e := p.exp(p.add(a, a))
	large := p.sub(p.float(1), p.div(p.float(2), p.add(e, p.float(1))))
	return p.or(p.when(a, less, p.float(0.625), small, large), p.sign(x))
}

// decay is e to the power of −|x|.
func (p *program) decay(x value) value { return p.exp(p.or(x, p.bits(1<<31))) }

func (p *program) sigmoid(x value) value { return p.sigmoidOf(x, p.decay(x)) }

func (p *program) sigmoidOf(x, u value) value {
	one := p.float(1)
	return p.div(p.when(x, greater, p.float(0), one, u), p.add(u, one))
}

func (p *program) softplus(x value) value { return p.softplusOf(x, p.decay(x)) }

func (p *program) softplusOf(x, u value) value {
	return p.fma(u, p.log1pRatio(u), p.max(p.float(0), x))
}

// quantile is the normal quantile of 32 random bits.
func (p *program) quantile(b value) value {
	const step = 1.0 / (1 << 31)
	m := p.and(b, p.bits(1<<31-1))
	tail := p.fma(p.toFloat(m), p.float(step), p.float(step/2))
	x := p.fma(p.toFloat(p.xor(m, p.bits(1<<31-1))), p.float(step), p.float(step/2))
	w := p.logNormal(p.mul(tail, p.add(x, p.float(1))), p.float(0))
	w = p.xor(w, p.bits(1<<31))
	middle := p.horner(p.sub(w, p.float(2.5)), 3.19696803123e-8, 4.83978824838e-7, -4.88579604409e-6, -6.19474573101e-6,
		0.000308741176933, -0.00177308281888, -0.00590766009948, 0.348802716689, 2.12331346701)
	far := p.horner(p.sub(p.sqrt(w), p.float(3)), 8.125167866e-6, -0.000286045764643, 0.00170396485329, -0.00473336201997,
		0.00812200199218, -0.0109263549345, 0.013359424199, 1.41659329327, 4.00643390234)
	z := p.mul(x, p.when(w, less, p.float(5), middle, far))
	return p.xor(z, p.sign(b))
}
