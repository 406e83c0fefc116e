//go:build !noasm

package kernel

import "golang.org/x/sys/cpu"

// levels lists what this CPU can run, slowest first.
func levels() []isa {
	all := []isa{plainGo}
	x := cpu.X86
	if !x.HasAVX2 || !x.HasFMA {
		return all
	}
	all = append(all, avx2)
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		all = append(all, avx512)
	}
	return all
}
