//go:build !arm64

package kernel

// fused is fma.
func fused(x, y, z float32) float32 { return fma(x, y, z) }
