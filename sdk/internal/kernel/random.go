package kernel

// Random numbers are counted, not drawn one after the other: number j of row i
// depends on the seed, i and j only. So rows can be made in any order, by any
// number of threads, and as parts of any batch.
//
// They are those of Philox4x32-10 (Salmon et al., "Parallel random numbers: as
// easy as 1, 2, 3", SC11, doi:10.1145/2063384.2063405): 128 bits from a counter
// of 128 bits and a key of 64. The key is the seed, the high half of the
// counter i and the low half j/4; number j is word j%4 of the four.

// Bits fills dst with random bits: numbers first, first+1 ... of a row.
//
//	for n := range dst {
//		j := uint64(first + n)
//		dst[n] = philox(j/4, row, seed)[j%4]
//	}
func Bits(dst []uint32, seed, row uint64, first int) {
	r := newPhiloxRow(seed, row, first)
	for len(dst) > 0 {
		dst = dst[copy(dst, r.next(len(dst))):]
	}
}

// Uniform fills dst with numbers spread evenly over [0, 1), multiples of 2⁻²⁴.
//
//	for n, b := range bits {
//		dst[n] = float32(b>>8) / (1 << 24)
//	}
func Uniform(dst []float32, seed, row uint64, first int) {
	r := newPhiloxRow(seed, row, first)
	for len(dst) > 0 {
		bits := r.next(len(dst))
		uniform(dst[:len(bits)], bits)
		dst = dst[len(bits):]
	}
}

func uniformGo(dst []float32, bits []uint32) {
	for i, b := range bits {
		dst[i] = float32(int32(b>>8)) * (1.0 / (1 << 24))
	}
}

// Normal fills dst with draws from N(0, 1): the quantiles of 32 random bits
// each. None is beyond ±6.34, where a fair draw would be once in 2³².
//
//	for n, b := range bits {
//		dst[n] = quantile((float64(b^1<<31) + 0.5) / (1 << 32))
//	}
func Normal(dst []float32, seed, row uint64, first int) {
	r := newPhiloxRow(seed, row, first)
	for len(dst) > 0 {
		bits := r.next(len(dst))
		normal(dst[:len(bits)], bits)
		dst = dst[len(bits):]
	}
}

// A philoxRow gives the bits of a row, piece by piece.
type philoxRow struct {
	keys [20]uint32
	row  uint64
	at   uint64 // the next number
	bits [256]uint32
}

func newPhiloxRow(seed, row uint64, first int) philoxRow {
	return philoxRow{keys: philoxKeys(seed), row: row, at: uint64(first)}
}

// next returns the numbers from r.at on, up to n of them.
func (r *philoxRow) next(n int) []uint32 {
	skip := int(r.at % 4)
	n = min(n, len(r.bits)-skip)
	philox(r.bits[:(skip+n+15)/16*16], r.at/4, r.row, &r.keys)
	r.at += uint64(n)
	return r.bits[skip : skip+n]
}

// philoxKeys are the keys of the ten rounds.
func philoxKeys(seed uint64) (keys [20]uint32) {
	k0, k1 := uint32(seed), uint32(seed>>32)
	for i := 0; i < len(keys); i += 2 {
		keys[i], keys[i+1] = k0, k1
		k0 += 0x9e3779b9
		k1 += 0xbb67ae85
	}
	return keys
}

// philoxGo fills bits, four for each counter.
func philoxGo(bits []uint32, counter, row uint64, keys *[20]uint32) {
	for ; len(bits) >= 4; bits = bits[4:] {
		c0, c1, c2, c3 := uint32(counter), uint32(counter>>32), uint32(row), uint32(row>>32)
		for i := 0; i < len(keys); i += 2 {
			p, q := 0xd2511f53*uint64(c0), 0xcd9e8d57*uint64(c2)
			c0, c1, c2, c3 = uint32(q>>32)^c1^keys[i], uint32(q), uint32(p>>32)^c3^keys[i+1], uint32(p)
		}
		bits[0], bits[1], bits[2], bits[3] = c0, c1, c2, c3
		counter++
	}
}
