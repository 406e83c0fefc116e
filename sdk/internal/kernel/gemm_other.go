//go:build noasm || !(amd64 || arm64)

package kernel

// gemmFor returns the kernels of an instruction set.
func gemmFor(isa) *gemmKernels { return &plainGemm }
