package main

import "fmt"

func gemmARM64() *asm {
	w := newAsm()
	neonTile(w, "tile8x8NEON", 8, 2, true)
	for i, wide := range []int{8, 4, 4, 4} {
		neonTile(w, fmt.Sprintf("rows%dx%dNEON", i+1, 4*wide), i+1, wide, false)
		neonTile(w, fmt.Sprintf("rows%dx8NEON", i+1), i+1, 2, false)
	}
	return w
}

// neonTile emits a [tileFunc] of rows × vecs registers of four lanes. The sums
// stay in V0 to V15, A from V16 on, B from V20 on.
func neonTile(w *asm, name string, rows, vecs int, packed bool) {
	neonEntry(w, name)
	w.f("tile:\n\tMOVD k+8(FP), R0\n\tMOVD b+40(FP), R4\n\tMOVD R4, R8")
	for i := range rows * vecs {
		w.f("\tVEOR V%d.B16, V%d.B16, V%d.B16", i, i, i)
	}
	w.f("loop:")
	const b = 20
	for j := 0; j < vecs; j += 2 {
		w.f("\tVLD1.P 32(R8), [V%d.S4, V%d.S4]", b+j, b+j+1)
	}
	if packed {
		w.f("\tVLD1 (R1), [V16.S4, V17.S4]\n\tADD R3, R1, R1")
	}
	for i := range rows {
		if !packed {
			w.f("\tFMOVS (R%d), F%d\n\tADD R3, R%d, R%d", rowPointer[i], 16+i, rowPointer[i], rowPointer[i])
		}
		for j := range vecs {
			if packed {
				fmla(w, i*vecs+j, b+j, 16+i/4, i%4)
			} else {
				fmla(w, i*vecs+j, b+j, 16+i, 0)
			}
		}
	}
	w.f("\tADD R5, R4, R4\n\tMOVD R4, R8\n\tSUBS $1, R0, R0\n\tBNE loop")
	neonExit(w, rows, vecs)
}

// rowPointer holds the registers that walk along the rows of A.
var rowPointer = [...]int{1, 9, 10, 11}

func neonEntry(w *asm, name string) {
	w.function(name, tileParams, tileBytes)
	w.f("\tMOVD tiles+0(FP), R12\n\tMOVD a+16(FP), R1\n\tMOVD ai+24(FP), R2\n\tMOVD ap+32(FP), R3")
	w.f("\tMOVD bp+48(FP), R5\n\tMOVD c+56(FP), R6\n\tMOVD ci+64(FP), R7")
	w.f("\tLSL $2, R2, R2\n\tLSL $2, R3, R3\n\tLSL $2, R5, R5\n\tLSL $2, R7, R7")
	w.f("\tADD R2, R1, R9\n\tADD R2, R9, R10\n\tADD R2, R10, R11")
}

// neonExit writes alpha times the sums into or onto C: onto -0 instead of C
// when the product stands alone, for there is no vector multiply and x + -0 is
// x for every x.
func neonExit(w *asm, rows, vecs int) {
	w.f("\tFMOVS alpha+72(FP), F16\n\tMOVBU add+76(FP), R2")
	w.f("\tMOVD $0x80000000, R13\n\tVDUP R13, V18.S4\n\tVDUP R13, V19.S4")
	for i := range rows {
		for j := 0; j < vecs; j += 2 {
			w.f("\tADD $%d, R6, R8", 16*j)
			w.f("\tVORR V18.B16, V18.B16, V20.B16\n\tVORR V19.B16, V19.B16, V21.B16")
			w.f("\tCBZ R2, set%d_%d\n\tVLD1 (R8), [V20.S4, V21.S4]", i, j)
			w.f("set%d_%d:", i, j)
			fmla(w, 20, i*vecs+j, 16, 0)
			fmla(w, 21, i*vecs+j+1, 16, 0)
			w.f("\tVST1 [V20.S4, V21.S4], (R8)")
		}
		w.f("\tADD R7, R6, R6")
	}
	w.f("\tSUBS $1, R12, R12\n\tBNE tile\n\tRET\n")
}

// fmla emits sum += b * a[lane] in four lanes. Go's assembler has no name for
// the form that takes one lane, which saves copying it to all four.
func fmla(w *asm, sum, b, a, lane int) {
	code := 0x4f801000 | (lane&1)<<21 | a<<16 | (lane>>1)<<11 | b<<5 | sum
	w.f("\tWORD $%#08x // FMLA V%d.4S, V%d.4S, V%d.S[%d]", code, sum, b, a, lane)
}
