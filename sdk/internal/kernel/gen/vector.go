package main

import "strings"

// A vectorKernel is a loop over slices of one length.
type vectorKernel struct {
	name    string
	slices  string // parameters, in this order; bits is of uint32, all others of float32
	scalars string
	write   func(p *program)
}

func (k vectorKernel) program() *program {
	p := &program{pointer: strings.Fields(k.slices), scalar: strings.Fields(k.scalars)}
	k.write(p)
	return p
}

// vectorKernels are the element-wise kernels. Package kernel has for each a
// function in plain Go, named like the kernel with the ending Go, that gives
// the same bytes.
var vectorKernels = []vectorKernel{
	{"add", "dst x y", "", func(p *program) { p.store("dst", p.add(p.load("x"), p.load("y"))) }},
	{"sub", "dst x y", "", func(p *program) { p.store("dst", p.sub(p.load("x"), p.load("y"))) }},
	{"mul", "dst x y", "", func(p *program) { p.store("dst", p.mul(p.load("x"), p.load("y"))) }},
	{"mulAdd", "dst x y", "", func(p *program) { p.store("dst", p.fma(p.load("x"), p.load("y"), p.load("dst"))) }},
	{"mulAddScaled", "dst x y", "k", func(p *program) {
		p.store("dst", p.fma(p.mul(p.param("k"), p.load("x")), p.load("y"), p.load("dst")))
	}},
	{"scale", "dst x", "k", func(p *program) { p.store("dst", p.mul(p.load("x"), p.param("k"))) }},
	{"shift", "dst x", "k", func(p *program) { p.store("dst", p.add(p.load("x"), p.param("k"))) }},
	{"affine", "dst x", "k b", func(p *program) { p.store("dst", p.fma(p.load("x"), p.param("k"), p.param("b"))) }},
	{"axpy", "dst x", "k", func(p *program) { p.store("dst", p.fma(p.load("x"), p.param("k"), p.load("dst"))) }},
	{"ema", "dst x", "k", func(p *program) {
		d := p.load("dst")
		p.store("dst", p.fma(p.sub(p.load("x"), d), p.param("k"), d))
	}},
	{"clip", "dst x", "lo hi", func(p *program) {
		p.store("dst", p.min(p.param("hi"), p.max(p.param("lo"), p.load("x"))))
	}},
	{"addFour", "dst a b c d", "", func(p *program) {
		v := p.load("dst")
		for _, row := range []string{"a", "b", "c", "d"} {
			v = p.add(v, p.load(row))
		}
		p.store("dst", v)
	}},

	{"sum", "x", "", func(p *program) { p.sum(p.load("x")) }},
	{"dot", "x y", "", func(p *program) { p.sumProduct(p.load("x"), p.load("y")) }},
	{"mostLanes", "x", "", func(p *program) { p.most(p.load("x")) }},

	{"exp", "dst x", "", func(p *program) { p.store("dst", p.exp(p.load("x"))) }},
	{"log", "dst x", "", func(p *program) { p.store("dst", p.log(p.load("x"))) }},
	{"tanh", "dst x", "", func(p *program) { p.store("dst", p.tanh(p.load("x"))) }},
	{"sigmoid", "dst x", "", func(p *program) { p.store("dst", p.sigmoid(p.load("x"))) }},
	{"softplus", "dst x", "", func(p *program) { p.store("dst", p.softplus(p.load("x"))) }},
	{"relu", "dst x", "", func(p *program) { p.store("dst", p.relu(p.load("x"))) }},
	{"leakyReLU", "dst x", "slope", func(p *program) { p.store("dst", p.leaky(p.load("x"))) }},

	{"reluSlope", "dst y", "", func(p *program) {
		p.store("dst", p.when(p.load("y"), greater, p.float(0), p.load("dst"), p.float(0)))
	}},
	{"leakyReLUSlope", "dst y", "slope", func(p *program) {
		d := p.load("dst")
		p.store("dst", p.when(p.load("y"), greater, p.float(0), d, p.mul(d, p.param("slope"))))
	}},
	{"tanhSlope", "dst y", "", func(p *program) {
		y := p.load("y")
		p.store("dst", p.mul(p.load("dst"), p.fnma(y, y, p.float(1))))
	}},
	{"sigmoidSlope", "dst y", "", func(p *program) {
		y := p.load("y")
		p.store("dst", p.mul(p.load("dst"), p.fnma(y, y, y)))
	}},
	{"softplusSlope", "dst dy x", "", func(p *program) {
		p.store("dst", p.fma(p.load("dy"), p.sigmoid(p.load("x")), p.load("dst")))
	}},

	{"biasReLU", "dst bias", "", func(p *program) { p.store("dst", p.relu(p.biased())) }},
	{"biasLeakyReLU", "dst bias", "slope", func(p *program) { p.store("dst", p.leaky(p.biased())) }},
	{"biasTanh", "dst bias", "", func(p *program) { p.store("dst", p.tanh(p.biased())) }},
	{"biasSigmoid", "dst bias", "", func(p *program) { p.store("dst", p.sigmoid(p.biased())) }},

	{"bce", "dst x t", "k", func(p *program) {
		x, t := p.load("x"), p.load("t")
		u := p.decay(x)
		p.store("dst", p.mul(p.param("k"), p.sub(p.sigmoidOf(x, u), t)))
		p.sum(p.fnma(x, t, p.softplusOf(x, u)))
	}},
	{"squaredError", "dst x y", "k", func(p *program) {
		d := p.sub(p.load("x"), p.load("y"))
		p.store("dst", p.mul(p.param("k"), d))
		p.sumProduct(d, d)
	}},

	{"expSum", "dst x", "k", func(p *program) {
		e := p.exp(p.sub(p.load("x"), p.param("k")))
		p.store("dst", e)
		p.sum(e)
	}},
	{"sumExp", "x", "k", func(p *program) { p.sum(p.exp(p.sub(p.load("x"), p.param("k")))) }},
	{"logSoftmax", "dst x", "most log", func(p *program) {
		p.store("dst", p.sub(p.sub(p.load("x"), p.param("most")), p.param("log")))
	}},
	{"softmaxSlope", "dst y dy", "k", func(p *program) {
		p.store("dst", p.fma(p.load("y"), p.sub(p.load("dy"), p.param("k")), p.load("dst")))
	}},
	{"logSoftmaxSlope", "dst y dy", "k", func(p *program) {
		d := p.fnma(p.exp(p.load("y")), p.param("k"), p.load("dy"))
		p.store("dst", p.add(p.load("dst"), d))
	}},

	{"adam", "p grad m v", "scale k1 k2 rate root eps keep", func(p *program) {
		d, m, v := p.mul(p.load("grad"), p.param("scale")), p.load("m"), p.load("v")
		m = p.fma(p.sub(d, m), p.param("k1"), m)
		p.store("m", m)
		v = p.fma(p.sub(p.mul(d, d), v), p.param("k2"), v)
		p.store("v", v)
		step := p.div(m, p.fma(p.sqrt(v), p.param("root"), p.param("eps")))
		p.store("p", p.fnma(step, p.param("rate"), p.mul(p.load("p"), p.param("keep"))))
	}},

	{"momentum", "p grad v", "scale mu rate", func(p *program) {
		v := p.fma(p.load("v"), p.param("mu"), p.mul(p.load("grad"), p.param("scale")))
		p.store("v", v)
		p.store("p", p.fnma(v, p.param("rate"), p.load("p")))
	}},
	{"nesterov", "p grad v", "scale mu rate", func(p *program) {
		d := p.mul(p.load("grad"), p.param("scale"))
		v := p.fma(p.load("v"), p.param("mu"), d)
		p.store("v", v)
		p.store("p", p.fnma(p.fma(v, p.param("mu"), d), p.param("rate"), p.load("p")))
	}},
	{"rmsProp", "p grad v", "scale k rate eps", func(p *program) {
		d, v := p.mul(p.load("grad"), p.param("scale")), p.load("v")
		v = p.fma(p.sub(p.mul(d, d), v), p.param("k"), v)
		p.store("v", v)
		step := p.div(d, p.add(p.sqrt(v), p.param("eps")))
		p.store("p", p.fnma(step, p.param("rate"), p.load("p")))
	}},

	{"uniform", "dst bits", "", func(p *program) {
		u := p.toFloat(p.shift("shiftRight", p.load("bits"), 8))
		p.store("dst", p.mul(u, p.float(1.0/(1<<24))))
	}},
	{"normal", "dst bits", "", func(p *program) { p.store("dst", p.quantile(p.load("bits"))) }},
}

func (p *program) relu(x value) value { return p.max(p.float(0), x) }

func (p *program) leaky(x value) value {
	return p.when(x, less, p.float(0), p.mul(x, p.param("slope")), x)
}

func (p *program) biased() value { return p.add(p.load("dst"), p.load("bias")) }
