package kernel

// An isa is an instruction set that kernels are written for.
type isa int

const (
	plainGo isa = iota
	neon
	avx2   // with FMA
	avx512 // F, BW, DQ and VL, beside avx2
)

// level is the instruction set of every kernel. Only tests change it.
var level = best()

// Level names the instruction set in use.
func Level() string { return level.String() }

func (l isa) String() string {
	return [...]string{plainGo: "plain Go", neon: "NEON", avx2: "AVX2", avx512: "AVX-512"}[l]
}

// best returns the last of levels.
func best() isa {
	all := levels()
	return all[len(all)-1]
}
