package main

import (
	"fmt"
	"log"
	"slices"
	"strings"
)

// An emitter writes one program as assembly, for vectors of one width.
//
// Registers are given out along the list of instructions, which has no
// branches: a value gets one where it is made, and gives it back after its
// last use. Constants are operands in memory, 64 bytes each.
type emitter struct {
	text      *strings.Builder
	constants map[uint32]bool
	p         *program
	wide      bool // AVX-512 rather than AVX2
	last      []int
	reg       map[value]int // where values are
	free      []int
	fixed     map[int]int // registers of scalars
	lane      []int       // registers of the lanes
	mask      int         // register of the mask, AVX2
	masked    bool        // this vector is the last, and not full
	offset    int         // bytes from the start of these 16 elements to this vector
	now       int
}

// pointers are the registers of the operands in memory. AX counts bytes from
// there, and CX the elements that are left.
var pointers = []string{"DI", "SI", "DX", "R8", "R9"}

var mnemonics = map[string]string{
	"add": "VADDPS", "sub": "VSUBPS", "mul": "VMULPS", "div": "VDIVPS", "sqrt": "VSQRTPS",
	"min": "VMINPS", "max": "VMAXPS", "and": "VANDPS", "or": "VORPS", "xor": "VXORPS",
	"addInt": "VPADDD", "subInt": "VPSUBD", "toFloat": "VCVTDQ2PS",
	"shiftLeft": "VPSLLD", "shiftRight": "VPSRLD", "shiftArith": "VPSRAD",
}

var commutes = []string{"add", "mul", "and", "or", "xor", "addInt"}

func (e *emitter) line(format string, args ...any) { fmt.Fprintf(e.text, "\t"+format+"\n", args...) }

// name is that of register r, at its full width.
func (e *emitter) name(r int) string {
	if e.wide {
		return fmt.Sprintf("Z%d", r)
	}
	return fmt.Sprintf("Y%d", r)
}

func (e *emitter) take() int {
	if len(e.free) == 0 {
		log.Panicf("no register left at instruction %d of %+v", e.now, e.p.ops)
	}
	r := e.free[0]
	e.free = e.free[1:]
	return r
}

func (e *emitter) give(r int) { e.free = append([]int{r}, e.free...) }

func (e *emitter) constant(v value) bool { return e.p.ops[v].name == "const" }

// dies reports whether v sits in a register that is free after this
// instruction.
func (e *emitter) dies(v value) bool {
	op := e.p.ops[v].name
	return op != "const" && op != "param" && e.last[v] == e.now
}

// in is the register of v. That of a constant is a temporary one, which the
// caller gives back.
func (e *emitter) in(v value) (name string, temporary int) {
	op := e.p.ops[v]
	switch op.name {
	case "const":
		r := e.take()
		e.line("VMOVUPS %s, %s", e.memory(v), e.name(r))
		return e.name(r), r
	case "param":
		return e.name(e.fixed[op.at]), -1
	}
	return e.name(e.reg[v]), -1
}

// any is v as an operand that may be in memory.
func (e *emitter) any(v value) string {
	if e.constant(v) {
		return e.memory(v)
	}
	name, _ := e.in(v)
	return name
}

func (e *emitter) memory(v value) string {
	b := e.p.ops[v].bits
	e.constants[b] = true
	return fmt.Sprintf("vector%08x<>(SB)", b)
}

// body writes the program once, for the vector at e.offset.
func (e *emitter) body() {
	e.reg = map[value]int{}
	for i, op := range e.p.ops {
		e.now = i
		e.instruction(value(i), op)
		for j, v := range op.args {
			if e.dies(v) && !slices.Contains(op.args[:j], v) {
				if r, ok := e.reg[v]; ok {
					e.give(r)
					delete(e.reg, v)
				}
			}
		}
	}
}

func (e *emitter) instruction(v value, op instruction) {
	switch op.name {
	case "const", "param":
	case "load":
		e.reg[v] = e.take()
		e.move(e.at(op), e.name(e.reg[v]))
	case "store":
		r, t := e.in(op.args[0])
		e.move(r, e.at(op))
		e.done(t)
	case "fma":
		e.fused(v, op.args, "VFMADD")
	case "fnma":
		e.fused(v, op.args, "VFNMADD")
	case "when":
		e.when(v, op)
	case "sum", "sumProduct", "most":
		e.reduce(op)
	default:
		e.simple(v, op)
	}
}

// result gives v a register: that of one of the candidates, if it has no later
// use, or another.
func (e *emitter) result(v value, candidates ...value) string {
	for _, c := range candidates {
		if e.dies(c) {
			e.reg[v] = e.reg[c]
			delete(e.reg, c)
			return e.name(e.reg[v])
		}
	}
	e.reg[v] = e.take()
	return e.name(e.reg[v])
}

func (e *emitter) done(temporary int) {
	if temporary >= 0 {
		e.give(temporary)
	}
}

func (e *emitter) simple(v value, op instruction) {
	m, args := mnemonics[op.name], op.args
	if len(args) == 1 {
		src := e.any(args[0])
		if strings.HasPrefix(op.name, "shift") {
			src = fmt.Sprintf("$%d, %s", op.bits, src)
		}
		e.line("%s %s, %s", m, src, e.result(v, args...))
		return
	}
	a, b := args[0], args[1]
	if e.constant(a) && slices.Contains(commutes, op.name) {
		a, b = b, a
	}
	first, t := e.in(a)
	second := e.any(b)
	e.line("%s %s, %s, %s", m, second, first, e.result(v, args...))
	e.done(t)
}

// fused writes a·b + c. The instruction overwrites one of the three; the
// digits in its name say which: 231 the one that is added, 213 a factor.
func (e *emitter) fused(v value, args []value, op string) {
	a, b, c := args[0], args[1], args[2]
	if e.constant(a) || e.dies(b) && !e.constant(b) {
		a, b = b, a
	}
	if !e.dies(c) && e.dies(a) && a != c && !e.constant(b) {
		factor, _ := e.in(b)
		addend := e.any(c)
		e.line("%s213PS %s, %s, %s", op, addend, factor, e.result(v, a))
		return
	}
	first, t := e.in(a)
	second := e.any(b)
	if e.dies(c) && c != a && c != b {
		e.line("%s231PS %s, %s, %s", op, second, first, e.result(v, c))
	} else {
		r := e.take()
		e.line("VMOVUPS %s, %s", e.any(c), e.name(r))
		e.line("%s231PS %s, %s, %s", op, second, first, e.name(r))
		e.reg[v] = r
	}
	e.done(t)
}

func (e *emitter) when(v value, op instruction) {
	a, t1 := e.in(op.args[0])
	b := e.any(op.args[1])
	yes := e.any(op.args[2])
	no, t2 := e.in(op.args[3])
	if e.wide {
		e.line("VCMPPS $%d, %s, %s, K2", op.bits, b, a)
		e.line("VBLENDMPS %s, %s, K2, %s", yes, no, e.result(v, op.args...))
	} else {
		m := e.take()
		e.line("VCMPPS $%d, %s, %s, %s", op.bits, b, a, e.name(m))
		e.line("VBLENDVPS %s, %s, %s, %s", e.name(m), yes, no, e.result(v, op.args...))
		e.give(m)
	}
	e.done(t1)
	e.done(t2)
}

func (e *emitter) at(op instruction) string {
	return fmt.Sprintf("%d(%s)(AX*1)", e.offset, pointers[op.at])
}

// move loads or stores, only the elements under the mask if there is one.
func (e *emitter) move(from, to string) {
	switch {
	case !e.masked:
		e.line("VMOVUPS %s, %s", from, to)
	case !e.wide:
		e.line("VMASKMOVPS %s, %s, %s", from, e.name(e.mask), to)
	case strings.HasPrefix(to, "Z"):
		e.line("VMOVUPS.Z %s, K1, %s", from, to)
	default:
		e.line("VMOVUPS %s, K1, %s", from, to)
	}
}
