package main

import "fmt"

// reduce writes an instruction that adds to the lanes.
//
// There are 16 whatever the width, and element i goes to lane i%16, so that a
// reduction gives the same bytes on every level. Lanes beyond the end of a
// slice get zeros, which change nothing.
func (e *emitter) reduce(op instruction) {
	switch op.name {
	case "most":
		e.most(op.args[0])
	case "sum":
		x := e.valid(op.args[0])
		for half := range 2 {
			wide := e.widen(x, half)
			lane := e.name(e.laneOf(half))
			e.line("VADDPD %s, %s, %s", e.name(wide), lane, lane)
			e.give(wide)
		}
		e.give(x)
	case "sumProduct":
		x, y := e.valid(op.args[0]), e.valid(op.args[1])
		for half := range 2 {
			a, b := e.widen(x, half), e.widen(y, half)
			e.line("VFMADD231PD %s, %s, %s", e.name(a), e.name(b), e.name(e.laneOf(half)))
			e.give(a)
			e.give(b)
		}
		e.give(x)
		e.give(y)
	}
}

// laneOf is the register of the float64 lanes of one half of this vector.
func (e *emitter) laneOf(half int) int { return e.lane[e.offset/32*2+half] }

// valid copies v, with zeros where the mask is off.
func (e *emitter) valid(v value) int {
	src, t := e.in(v)
	e.done(t)
	r := e.take()
	switch {
	case !e.masked:
		e.line("VMOVAPS %s, %s", src, e.name(r))
	case e.wide:
		e.line("VMOVAPS.Z %s, K1, %s", src, e.name(r))
	default:
		e.line("VANDPS %s, %s, %s", src, e.name(e.mask), e.name(r))
	}
	return r
}

// widen makes one half of the float32 in r float64.
func (e *emitter) widen(r, half int) int {
	part, extract := "X", "VEXTRACTF128"
	if e.wide {
		part, extract = "Y", "VEXTRACTF64X4"
	}
	to := e.take()
	src := fmt.Sprintf("%s%d", part, r)
	if half == 1 {
		src = fmt.Sprintf("%s%d", part, to)
		e.line("%s $1, %s, %s", extract, e.name(r), src)
	}
	e.line("VCVTPS2PD %s, %s", src, e.name(to))
	return to
}

// most keeps the larger of each lane and v, or the lane where the mask is off.
func (e *emitter) most(v value) {
	x, _ := e.in(v)
	lane := e.name(e.lane[e.offset/32])
	switch {
	case !e.masked:
		e.line("VMAXPS %s, %s, %s", x, lane, lane)
	case e.wide:
		e.line("VMAXPS %s, %s, K1, %s", x, lane, lane)
	default:
		r := e.take()
		e.line("VBLENDVPS %s, %s, %s, %s", e.name(e.mask), x, lane, e.name(r))
		e.line("VMAXPS %s, %s, %s", e.name(r), lane, lane)
		e.give(r)
	}
}
