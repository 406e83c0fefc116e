//go:build !noasm

package kernel

// gemmFor returns the kernels of an instruction set.
func gemmFor(l isa) *gemmKernels {
	switch l {
	case avx512:
		return &avx512Gemm
	case avx2:
		return &avx2Gemm
	}
	return &plainGemm
}

var avx2Gemm = gemmKernels{
	mr: 6, nr: 16,
	tile: tile6x16AVX2,
	strips: [...][]strip{
		1: {{64, rows1x64AVX2}, {16, rows1x16AVX2}},
		2: {{32, rows2x32AVX2}, {16, rows2x16AVX2}},
		3: {{16, rows3x16AVX2}},
		4: {{16, rows4x16AVX2}},
	},
	transpose: moves{6: transpose6AVX2, 8: transpose8AVX2},
	copy:      moves{6: copy6AVX2, 16: copy16AVX2},
}

var avx512Gemm = gemmKernels{
	mr: 8, nr: 32,
	tile: tile8x32AVX512,
	half: tile8x16AVX512,
	strips: [...][]strip{
		1: {{128, rows1x128AVX512}, {16, rows1x16AVX512}},
		2: {{64, rows2x64AVX512}, {16, rows2x16AVX512}},
		3: {{64, rows3x64AVX512}, {16, rows3x16AVX512}},
		4: {{64, rows4x64AVX512}, {16, rows4x16AVX512}},
	},
	transpose: moves{8: transpose8AVX2},
	copy:      moves{8: copy8AVX2, 16: copy16AVX2, 32: copy32AVX2},
}
