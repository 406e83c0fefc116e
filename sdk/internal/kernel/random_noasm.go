//go:build noasm || !amd64

package kernel

// philox fills bits, a multiple of 16 of them, from this counter on.
func philox(bits []uint32, counter, row uint64, keys *[20]uint32) {
	philoxGo(bits, counter, row, keys)
}
