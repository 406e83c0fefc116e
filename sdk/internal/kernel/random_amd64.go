//go:build !noasm

package kernel

//go:noescape
func philoxAVX2(n int, bits *uint32, counter, row uint64, keys *[20]uint32)

// philox fills bits, a multiple of 16 of them, from this counter on.
func philox(bits []uint32, counter, row uint64, keys *[20]uint32) {
	if level < avx2 {
		philoxGo(bits, counter, row, keys)
		return
	}
	if n := len(bits) / 16; n > 0 {
		philoxAVX2(n, &bits[0], counter, row, keys)
	}
}
