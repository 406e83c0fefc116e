//go:build !noasm && (amd64 || arm64)

package kernel

// pause passes about a tenth of a microsecond and leaves the core's other
// thread its turn.
//
//go:noescape
func pause()
