package main

import "fmt"

// An x86 is a register width: AVX2's eight lanes or AVX-512's sixteen.
type x86 struct {
	name  string
	reg   string
	lanes int
	zero  string
}

var (
	ymm = x86{name: "AVX2", reg: "Y", lanes: 8, zero: "VXORPS"}
	zmm = x86{name: "AVX512", reg: "Z", lanes: 16, zero: "VPXORQ"}
)

func gemmAMD64() *asm {
	w := newAsm()
	packedTile(w, ymm, 6, 2)
	packedTile(w, zmm, 8, 2)
	packedTile(w, zmm, 8, 1)
	for i, wide := range []int{8, 4, 2, 2} {
		stridedTile(w, ymm, i+1, wide)
		if wide > 2 {
			stridedTile(w, ymm, i+1, 2)
		}
	}
	for i, wide := range []int{8, 4, 4, 4} {
		stridedTile(w, zmm, i+1, wide)
		stridedTile(w, zmm, i+1, 1)
	}
	for _, rows := range []int{6, 8} {
		transpose(w, rows)
	}
	for _, width := range []int{6, 8, 16, 32} {
		copyRows(w, width)
	}
	return w
}

// packedTile emits a tile of rows × vecs registers whose A is packed: the
// numbers of one step along k lie side by side.
func packedTile(w *asm, x x86, rows, vecs int) {
	tile(w, x, fmt.Sprintf("tile%dx%d%s", rows, vecs*x.lanes, x.name), rows, vecs, func(i int) string {
		return fmt.Sprintf("%d(SI)", 4*i)
	})
}

// stridedTile emits a tile of at most four rows whose A lies anywhere.
func stridedTile(w *asm, x x86, rows, vecs int) {
	address := [...]string{"(SI)", "(SI)(R10*1)", "(SI)(R10*2)", "(SI)(R11*1)"}
	tile(w, x, fmt.Sprintf("rows%dx%d%s", rows, vecs*x.lanes, x.name), rows, vecs, func(i int) string {
		return address[i]
	})
}

// tile emits a [tileFunc]. The sums stay in registers i*vecs+j; then come the
// vecs registers of B and one number of A in all lanes.
func tile(w *asm, x x86, name string, rows, vecs int, a func(row int) string) {
	sum := func(i, j int) string { return fmt.Sprintf("%s%d", x.reg, i*vecs+j) }
	b := func(j int) string { return fmt.Sprintf("%s%d", x.reg, rows*vecs+j) }
	one := b(vecs)
	if rows == 1 { // each number of B is used once, so straight from memory
		one = b(0)
		b = func(j int) string { return fmt.Sprintf("%d(DI)", 4*x.lanes*j) }
	}
	tileEntry(w, name)
	w.f("tile:\n\tMOVQ k+8(FP), CX\n\tMOVQ b+40(FP), DI")
	for i := range rows * vecs {
		w.f("\t%s %s%d, %s%d, %s%d", x.zero, x.reg, i, x.reg, i, x.reg, i)
	}
	w.f("\tPCALIGN $32\nloop:")
	if rows > 1 {
		for j := range vecs {
			w.f("\tVMOVUPS %d(DI), %s", 4*x.lanes*j, b(j))
		}
	}
	for i := range rows {
		w.f("\tVBROADCASTSS %s, %s", a(i), one)
		for j := range vecs {
			w.f("\tVFMADD231PS %s, %s, %s", b(j), one, sum(i, j))
		}
	}
	w.f("\tADDQ R12, SI\n\tADDQ R9, DI\n\tDECQ CX\n\tJNZ loop")
	tileExit(w, x, rows, vecs, sum, one)
}

// tileEntry loads the arguments and turns strides into bytes.
func tileEntry(w *asm, name string) {
	w.function(name, tileParams, tileBytes)
	w.f("\tMOVQ tiles+0(FP), R13\n\tMOVQ a+16(FP), SI\n\tMOVQ ai+24(FP), R10\n\tMOVQ ap+32(FP), R12")
	w.f("\tMOVQ bp+48(FP), R9\n\tMOVQ c+56(FP), DX\n\tMOVQ ci+64(FP), R8")
	w.f("\tMOVBLZX add+76(FP), AX")
	w.f("\tSHLQ $2, R8\n\tSHLQ $2, R9\n\tSHLQ $2, R10\n\tSHLQ $2, R12\n\tLEAQ (R10)(R10*2), R11")
}

// tileExit writes the sums, times alpha, into or onto C, and goes on to the next
// tile.
func tileExit(w *asm, x x86, rows, vecs int, sum func(i, j int) string, alpha string) {
	w.f("\tVBROADCASTSS alpha+72(FP), %s", alpha)
	w.f("\tTESTL AX, AX\n\tJZ set")
	store := func(f func(i, j int)) {
		for i := range rows {
			for j := range vecs {
				f(i, j)
				w.f("\tVMOVUPS %s, %d(DX)", sum(i, j), 4*x.lanes*j)
			}
			w.f("\tADDQ R8, DX")
		}
		w.f("\tDECQ R13\n\tJNZ tile\n\tVZEROUPPER\n\tRET")
	}
	store(func(i, j int) { w.f("\tVFMADD213PS %d(DX), %s, %s", 4*x.lanes*j, alpha, sum(i, j)) })
	w.f("set:")
	store(func(i, j int) { w.f("\tVMULPS %s, %s, %s", alpha, sum(i, j), sum(i, j)) })
	w.f("")
}

// moveEntry loads the arguments of a [moveFunc], strides in bytes.
func moveEntry(w *asm, name string) {
	w.function(name, moveParams, 40)
	w.f("\tMOVQ k+0(FP), CX\n\tMOVQ src+8(FP), SI\n\tMOVQ ss+16(FP), R8\n\tMOVQ dst+24(FP), DI\n\tMOVQ ds+32(FP), R9")
	w.f("\tSHLQ $2, R8\n\tSHLQ $2, R9")
}

// transpose emits a [moveFunc] that turns six or eight rows into columns, in
// blocks of eight columns: 4×4 transposes in each half of the registers.
func transpose(w *asm, rows int) {
	moveEntry(w, fmt.Sprintf("transpose%dAVX2", rows))
	w.f("\tLEAQ (R8)(R8*2), R10\n\tLEAQ (SI)(R8*4), R11\n\tLEAQ (R9)(R9*2), R12")
	w.f("loop:")
	at := []string{"(%s)", "(%s)(R8*1)", "(%s)(R8*2)", "(%s)(R10*1)"}
	for i := range 4 { // Yi: row i beside row i+4, columns 0-3; Y(i+4): columns 4-7
		w.f("\tVMOVUPS "+at[i]+", X%d", "SI", i)
		w.f("\tVMOVUPS 16"+at[i]+", X%d", "SI", i+4)
		if i+4 < rows {
			w.f("\tVINSERTF128 $1, "+at[i]+", Y%d, Y%d", "R11", i, i)
			w.f("\tVINSERTF128 $1, 16"+at[i]+", Y%d, Y%d", "R11", i+4, i+4)
		}
	}
	for _, y := range []int{0, 4} {
		w.f("\tVUNPCKLPS Y%d, Y%d, Y8\n\tVUNPCKHPS Y%d, Y%d, Y9", y+1, y, y+1, y)
		w.f("\tVUNPCKLPS Y%d, Y%d, Y10\n\tVUNPCKHPS Y%d, Y%d, Y11", y+3, y+2, y+3, y+2)
		w.f("\tVSHUFPS $0x44, Y10, Y8, Y12\n\tVSHUFPS $0xEE, Y10, Y8, Y13")
		w.f("\tVSHUFPS $0x44, Y11, Y9, Y14\n\tVSHUFPS $0xEE, Y11, Y9, Y15")
		for i, to := range []string{"(DI)", "(DI)(R9*1)", "(DI)(R9*2)", "(DI)(R12*1)"} {
			storeColumn(w, rows, 12+i, to)
		}
		w.f("\tLEAQ (DI)(R9*4), DI")
	}
	w.f("\tADDQ $32, SI\n\tADDQ $32, R11\n\tSUBQ $8, CX\n\tJNZ loop\n\tVZEROUPPER\n\tRET\n")
}

// storeColumn stores the first six or eight lanes of register y.
func storeColumn(w *asm, rows, y int, to string) {
	if rows == 8 {
		w.f("\tVMOVUPS Y%d, %s", y, to)
		return
	}
	w.f("\tVMOVUPS X%d, %s\n\tVEXTRACTF128 $1, Y%d, X8\n\tVMOVSD X8, 16%s", y, to, y, to)
}

// copyRows emits a [moveFunc] that copies k rows of the given width.
func copyRows(w *asm, width int) {
	moveEntry(w, fmt.Sprintf("copy%dAVX2", width))
	w.f("loop:")
	if width == 6 {
		w.f("\tVMOVUPS (SI), X0\n\tVMOVSD 16(SI), X1\n\tVMOVUPS X0, (DI)\n\tVMOVSD X1, 16(DI)")
	}
	for j := range width / 8 {
		w.f("\tVMOVUPS %d(SI), Y%d", 32*j, j)
	}
	for j := range width / 8 {
		w.f("\tVMOVUPS Y%d, %d(DI)", j, 32*j)
	}
	if width >= 16 { // the next panel of B lies beside this one
		w.f("\tPREFETCHT1 %d(SI)", 4*width)
	}
	w.f("\tADDQ R8, SI\n\tADDQ R9, DI\n\tDECQ CX\n\tJNZ loop\n\tVZEROUPPER\n\tRET\n")
}
