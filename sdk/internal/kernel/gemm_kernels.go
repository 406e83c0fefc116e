package kernel

// A tileFunc multiplies small blocks, one below the other, each with c in
// registers until its end:
//
//	for range tiles {
//		for i := range rows {
//			for j := range columns {
//				s := float32(0)
//				for p := range k {
//					s = fma(a[i*ai+p*ap], b[p*bp+j], s)
//				}
//				if add {
//					c[i*ci+j] = fma(alpha, s, c[i*ci+j])
//				} else {
//					c[i*ci+j] = alpha * s
//				}
//			}
//		}
//		a, c = a[k*ap:], c[rows*ci:]
//	}
//
// Rows and columns are in the function's name; tiles and k are at least 1.
type tileFunc func(tiles, k int, a *float32, ai, ap int, b *float32, bp int, c *float32, ci int, alpha float32, add bool)

// A moveFunc packs. One named transpose has rows in its name, needs k to be a
// multiple of 8, and does
//
//	for p := range k {
//		for x := range rows {
//			dst[p*ds+x] = src[x*ss+p]
//		}
//	}
//
// and one named copy has the width in its name, and reads src[p*ss+x].
type moveFunc func(k int, src *float32, ss int, dst *float32, ds int)

// A gemmKernels is what one instruction set brings to [Gemm.Mul].
type gemmKernels struct {
	mr, nr int      // rows and columns of tile
	tile   tileFunc // of packed panels: ai is 1
	half   tileFunc // of mr rows and nr/2 columns; nil if there is none

	// Strips multiply 1 to 4 rows, given as index, by an unpacked B. Widest
	// first; the last is also for what remains, in a packed panel of that
	// width, and for the last rows of a larger product.
	strips [maxStripRows + 1][]strip

	transpose, copy moves
}

// maxStripRows is how many rows are too few to be worth packing B.
const maxStripRows = 4

// A strip is a tileFunc of some width, for any ai and ap.
type strip struct {
	width int
	f     tileFunc
}

// lastStrip returns the narrowest strip of so many rows, if there is one.
func (ks *gemmKernels) lastStrip(rows int) (strip, bool) {
	if rows > maxStripRows {
		return strip{}, false
	}
	all := ks.strips[rows]
	return all[len(all)-1], true
}

// moves holds a moveFunc for each width that has one; the others are nil.
type moves [33]moveFunc

// of returns the moveFunc for width, or nil.
func (m *moves) of(width int) moveFunc {
	if width >= len(m) {
		return nil
	}
	return m[width]
}

var plainGemm = gemmKernels{
	mr: 2, nr: 4,
	tile: tile2x4,
	strips: [...][]strip{
		1: {{4, rowsGo(1, 4)}},
		2: {{4, tile2x4}},
		3: {{4, rowsGo(3, 4)}},
		4: {{4, rowsGo(4, 4)}},
	},
}
