package kernel

// fused is fma, which the compiler makes one instruction here. The language
// does not promise that: the tests that compare bytes do.
func fused(x, y, z float32) float32 { return x*y + z }
