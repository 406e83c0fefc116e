//go:build noasm || !(amd64 || arm64)

package kernel

import "runtime"

// pause lets other goroutines run.
func pause() { runtime.Gosched() }
