package main

import (
	"log"
	"math"
	"slices"
)

// A program is what a vector kernel does with one vector of elements: a list
// of instructions, each of which makes at most one value. It says nothing of
// registers, of how wide a vector is, or of loops; see vectoremit.go.
type program struct {
	ops     []instruction
	pointer []string // names of the operands in memory
	scalar  []string // names of the float32 parameters
	lanes   string   // how a reduction combines its 16 lanes: "", "float64" or "float32"
}

// An instruction of a program. The values it takes are numbers of earlier
// instructions.
type instruction struct {
	name string
	args []value
	bits uint32 // of a constant; of a shift, the distance; of a compare, the predicate
	at   int    // which pointer or scalar
}

// A value is the number of the instruction that makes it.
type value int

func (p *program) do(name string, args ...value) value {
	return p.put(instruction{name: name, args: args})
}

func (p *program) put(i instruction) value {
	p.ops = append(p.ops, i)
	return value(len(p.ops) - 1)
}

func (p *program) load(name string) value {
	return p.put(instruction{name: "load", at: index(p.pointer, name)})
}

func (p *program) store(name string, v value) {
	p.put(instruction{name: "store", at: index(p.pointer, name), args: []value{v}})
}

// param is a float32 parameter of the kernel, in all elements.
func (p *program) param(name string) value {
	for i, op := range p.ops {
		if op.name == "param" && p.scalar[op.at] == name {
			return value(i)
		}
	}
	return p.put(instruction{name: "param", at: index(p.scalar, name)})
}

func index(names []string, name string) int {
	i := slices.Index(names, name)
	if i < 0 {
		log.Panicf("%s is not among %v", name, names)
	}
	return i
}

func (p *program) float(v float64) value { return p.bits(math.Float32bits(float32(v))) }

func (p *program) bits(b uint32) value { return p.put(instruction{name: "const", bits: b}) }

func (p *program) add(a, b value) value     { return p.do("add", a, b) }
func (p *program) sub(a, b value) value     { return p.do("sub", a, b) }
func (p *program) mul(a, b value) value     { return p.do("mul", a, b) }
func (p *program) div(a, b value) value     { return p.do("div", a, b) }
func (p *program) sqrt(a value) value       { return p.do("sqrt", a) }
func (p *program) fma(a, b, c value) value  { return p.do("fma", a, b, c) }  // a·b + c, rounded once
func (p *program) fnma(a, b, c value) value { return p.do("fnma", a, b, c) } // c − a·b, rounded once
func (p *program) and(a, b value) value     { return p.do("and", a, b) }
func (p *program) or(a, b value) value      { return p.do("or", a, b) }
func (p *program) xor(a, b value) value     { return p.do("xor", a, b) }
func (p *program) addInt(a, b value) value  { return p.do("addInt", a, b) }
func (p *program) subInt(a, b value) value  { return p.do("subInt", a, b) }
func (p *program) toFloat(a value) value    { return p.do("toFloat", a) } // of an int32

// min is a where a < b and b otherwise, so that a NaN in b comes through.
func (p *program) min(a, b value) value { return p.do("min", a, b) }

// max is a where a > b and b otherwise.
func (p *program) max(a, b value) value { return p.do("max", a, b) }

func (p *program) shift(name string, a value, by uint32) value {
	return p.put(instruction{name: name, args: []value{a}, bits: by})
}

// A predicate is that of VCMPPS. None holds of a NaN.
type predicate uint32

const (
	equal   predicate = 0
	less    predicate = 17
	greater predicate = 30
)

// when is yes where a and b compare so, and no elsewhere.
func (p *program) when(a value, is predicate, b, yes, no value) value {
	return p.put(instruction{name: "when", args: []value{a, b, yes, no}, bits: uint32(is)})
}

// sum adds v, element i, to lane i%16, in float64.
func (p *program) sum(v value) {
	p.lanes = "float64"
	p.do("sum", v)
}

// sumProduct adds a·b to lane i%16, in float64, where the product is exact.
func (p *program) sumProduct(a, b value) {
	p.lanes = "float64"
	p.do("sumProduct", a, b)
}

// most makes lane i%16 the larger of itself and v.
func (p *program) most(v value) {
	p.lanes = "float32"
	p.do("most", v)
}

// horner is the polynomial in x with coefficients from the highest power down.
func (p *program) horner(x value, coefficients ...float64) value {
	y := p.float(coefficients[0])
	for _, c := range coefficients[1:] {
		y = p.fma(y, x, p.float(c))
	}
	return y
}
