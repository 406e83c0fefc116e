package kernel

import "unsafe"

// rowsGo returns the tileFunc of any size, which is its own reference loop.
func rowsGo(rows, columns int) tileFunc {
	return func(tiles, k int, a *float32, ai, ap int, b *float32, bp int, c *float32, ci int, alpha float32, add bool) {
		as := unsafe.Slice(a, (tiles-1)*k*ap+(rows-1)*ai+(k-1)*ap+1)
		bs := unsafe.Slice(b, (k-1)*bp+columns)
		cs := unsafe.Slice(c, (tiles*rows-1)*ci+columns)
		for t := range tiles {
			for i := range rows {
				for j := range columns {
					s := float32(0)
					for p := range k {
						s = fma(as[t*k*ap+i*ai+p*ap], bs[p*bp+j], s)
					}
					put(&cs[(t*rows+i)*ci+j], s, alpha, add)
				}
			}
		}
	}
}

// put ends a sum as every tileFunc does.
func put(c *float32, s, alpha float32, add bool) {
	if add {
		*c = fma(alpha, s, *c)
	} else {
		*c = alpha * s
	}
}

// tile2x4 is rowsGo(2, 4) with its sums in eight variables, and their rounding
// checked four at a time.
func tile2x4(tiles, k int, a *float32, ai, ap int, b *float32, bp int, c *float32, ci int, alpha float32, add bool) {
	for ; tiles > 1; tiles-- {
		oneTile2x4(k, a, ai, ap, b, bp, c, ci, alpha, add)
		a, c = ahead(a, k*ap), ahead(c, 2*ci)
	}
	oneTile2x4(k, a, ai, ap, b, bp, c, ci, alpha, add)
}

func ahead(p *float32, n int) *float32 { return (*float32)(unsafe.Add(unsafe.Pointer(p), 4*n)) }

func oneTile2x4(k int, a *float32, ai, ap int, b *float32, bp int, c *float32, ci int, alpha float32, add bool) {
	as := unsafe.Slice(a, ai+(k-1)*ap+1)
	bs := unsafe.Slice(b, (k-1)*bp+4)
	var c0, c1, c2, c3, d0, d1, d2, d3 float32
	for p := range k {
		row := bs[p*bp : p*bp+4 : p*bp+4]
		b0, b1, b2, b3 := float64(row[0]), float64(row[1]), float64(row[2]), float64(row[3])

		x := float64(as[p*ap])
		s0, s1, s2, s3 := x*b0+float64(c0), x*b1+float64(c1), x*b2+float64(c2), x*b3+float64(c3)
		if tricky(s0) || tricky(s1) || tricky(s2) || tricky(s3) {
			c0, c1, c2, c3 = fma4(as[p*ap], row, c0, c1, c2, c3)
		} else {
			c0, c1, c2, c3 = float32(s0), float32(s1), float32(s2), float32(s3)
		}

		x = float64(as[ai+p*ap])
		s0, s1, s2, s3 = x*b0+float64(d0), x*b1+float64(d1), x*b2+float64(d2), x*b3+float64(d3)
		if tricky(s0) || tricky(s1) || tricky(s2) || tricky(s3) {
			d0, d1, d2, d3 = fma4(as[ai+p*ap], row, d0, d1, d2, d3)
		} else {
			d0, d1, d2, d3 = float32(s0), float32(s1), float32(s2), float32(s3)
		}
	}
	cs := unsafe.Slice(c, ci+4)
	for i, sums := range [2][4]float32{{c0, c1, c2, c3}, {d0, d1, d2, d3}} {
		for j, s := range sums {
			put(&cs[i*ci+j], s, alpha, add)
		}
	}
}

//go:noinline
func fma4(x float32, b []float32, c0, c1, c2, c3 float32) (r0, r1, r2, r3 float32) {
	return fma(x, b[0], c0), fma(x, b[1], c1), fma(x, b[2], c2), fma(x, b[3], c3)
}
