// Package kernel is the arithmetic under the numeric kit: matrix products and
// element-wise loops over float32, in SIMD assembly where the CPU has it.
//
// The instructions are chosen once, when the program starts, from what the CPU
// offers: AVX-512, AVX2 with FMA, NEON, or plain Go. [Level] names the choice.
// The build tag noasm leaves only plain Go.
//
// The comment on every kernel is the loop it stands for. Tests compare each
// kernel with that loop on every level the machine can run.
//
// # The same bits everywhere
//
// A product has the same bits whatever the instruction set and the number of
// threads, and a row of it whatever the other rows: see [Gemm.Mul]. SIMD pays
// nothing for that, as every kernel sums each element by the same fused
// multiply-adds in the order of k. Plain Go pays: to round as those
// instructions do makes its products some three times slower.
//
// # Threads and memory
//
// A [Team] owns its helpers until it is closed; a [Gemm] owns its buffers.
// After a first call of each size nothing allocates.
//
// # Panics
//
// A call with operands whose shapes do not fit panics, before it writes
// anything. None returns an error.
package kernel

//go:generate go run ./gen
