//go:build !noasm

package kernel

// gemmFor returns the kernels of an instruction set.
func gemmFor(l isa) *gemmKernels {
	if l == neon {
		return &neonGemm
	}
	return &plainGemm
}

var neonGemm = gemmKernels{
	mr: 8, nr: 8,
	tile: tile8x8NEON,
	strips: [...][]strip{
		1: {{32, rows1x32NEON}, {8, rows1x8NEON}},
		2: {{16, rows2x16NEON}, {8, rows2x8NEON}},
		3: {{16, rows3x16NEON}, {8, rows3x8NEON}},
		4: {{16, rows4x16NEON}, {8, rows4x8NEON}},
	},
}
