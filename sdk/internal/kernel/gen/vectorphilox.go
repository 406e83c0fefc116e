package main

import (
	"fmt"
	"strings"
)

// philox writes Philox4x32-10 for AVX2: each 64-bit lane holds one counter,
// one of its four words in the low half. The multiplication reads only low
// halves, so that what is in the high ones does not matter.
//
// The lanes hold counters 0, 2, 1 and 3 from the first: in that order,
// interleaving puts the words where they belong.
func philox(b *strings.Builder) {
	line := func(format string, args ...any) { fmt.Fprintf(b, "\t"+format+"\n", args...) }
	b.WriteString("// func philoxAVX2(n int, bits *uint32, counter, row uint64, keys *[20]uint32)\nTEXT ·philoxAVX2(SB), NOSPLIT, $0-40\n")
	line("MOVQ n+0(FP), CX\n\tMOVQ bits+8(FP), DI\n\tMOVQ keys+32(FP), SI")
	line("VPBROADCASTQ counter+16(FP), Y8\n\tVPADDQ philoxOrder<>(SB), Y8, Y8")
	line("VPBROADCASTQ row+24(FP), Y9\n\tVPSRLQ $32, Y9, Y10")
	for i, constant := range []string{"0xd2511f53", "0xcd9e8d57", "4"} {
		line("MOVQ $%s, AX\n\tMOVQ AX, X%d\n\tVPBROADCASTQ X%d, Y%d", constant, 11+i, 11+i, 11+i)
	}
	b.WriteString("loop:\n")
	line("VMOVDQU Y8, Y0\n\tVPSRLQ $32, Y8, Y1\n\tVMOVDQU Y9, Y2\n\tVMOVDQU Y10, Y3")
	for round := range 10 {
		line("VPMULUDQ Y11, Y0, Y4\n\tVPMULUDQ Y12, Y2, Y5")
		line("VPBROADCASTD %d(SI), Y6\n\tVPBROADCASTD %d(SI), Y7", 8*round, 8*round+4)
		line("VPSRLQ $32, Y5, Y0\n\tVPXOR Y1, Y6, Y6\n\tVPXOR Y6, Y0, Y0")
		line("VPSRLQ $32, Y4, Y2\n\tVPXOR Y3, Y7, Y7\n\tVPXOR Y7, Y2, Y2")
		line("VMOVDQU Y5, Y1\n\tVMOVDQU Y4, Y3")
	}
	line("VPSLLQ $32, Y1, Y1\n\tVPBLENDD $0xaa, Y1, Y0, Y0")
	line("VPSLLQ $32, Y3, Y3\n\tVPBLENDD $0xaa, Y3, Y2, Y2")
	line("VPUNPCKLQDQ Y2, Y0, Y1\n\tVPUNPCKHQDQ Y2, Y0, Y3")
	line("VMOVDQU Y1, (DI)\n\tVMOVDQU Y3, 32(DI)")
	line("VPADDQ Y13, Y8, Y8\n\tADDQ $64, DI\n\tDECQ CX\n\tJNZ loop\n\tVZEROUPPER\n\tRET")
}
