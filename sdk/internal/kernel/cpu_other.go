//go:build noasm || !(amd64 || arm64)

package kernel

// levels lists what this CPU can run, slowest first.
func levels() []isa { return []isa{plainGo} }
