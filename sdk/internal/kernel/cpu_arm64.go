//go:build !noasm

package kernel

// levels lists what this CPU can run, slowest first. Every arm64 has NEON.
func levels() []isa { return []isa{plainGo, neon} }
