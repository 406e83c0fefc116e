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
// # Panics
//
// A call with operands whose shapes do not fit panics, before it writes
// anything. No call returns an error.
package kernel

//go:generate go run ./gen
