package kernel

// An operand is one factor of a product, as packing sees it: along its width
// (the rows of A, the columns of B) and along k.
type operand struct {
	data   []float32
	stride int
	kRuns  bool // k runs along a stored row, so that packing transposes

	patches bool // data is pictures
	grid    patchGrid
}

// operand returns m as a factor; the width is of the columns of m, or else of
// its rows.
func (m *Matrix) operand(columns bool) operand {
	o := operand{data: m.Data, stride: m.Stride, kRuns: m.Trans == columns}
	if m.window != nil {
		o.patches, o.grid = true, m.window.grid()
	}
	return o
}

// start returns the numbers from x along the width and p along k on.
func (o *operand) start(x, p int) []float32 {
	if o.kRuns {
		return o.data[x*o.stride+p:]
	}
	return o.data[p*o.stride+x:]
}

// pack fills a panel: n columns of o from x0 on, and zeros up to width, for
// depth steps along k from p0 on.
//
//	for p := range depth {
//		for x := range width {
//			dst[p*width+x] = 0
//			if x < n {
//				dst[p*width+x] = o[x0+x, p0+p]
//			}
//		}
//	}
//
// Scratch is room for n·depth numbers, if o is patches.
func (ks *gemmKernels) pack(dst []float32, width int, o *operand, x0, n, p0, depth int, scratch []float32) {
	dst = dst[:width*depth]
	if o.patches {
		ks.packPatches(dst, width, o, x0, n, p0, depth, scratch)
		return
	}
	if n < width {
		clear(dst)
	}
	src := o.start(x0, p0)
	if o.kRuns {
		ks.packTransposed(dst, width, src, o.stride, n, depth)
	} else {
		ks.packStraight(dst, width, src, o.stride, n, depth)
	}
}

func (ks *gemmKernels) packStraight(dst []float32, width int, src []float32, stride, n, depth int) {
	if depth == 0 {
		return
	}
	if move := ks.copy.of(n); move != nil {
		_ = src[(depth-1)*stride+n-1]
		move(depth, &src[0], stride, &dst[0], width)
		return
	}
	for p := range depth {
		copy(dst[p*width:], src[p*stride:][:n])
	}
}

func (ks *gemmKernels) packTransposed(dst []float32, width int, src []float32, stride, n, depth int) {
	step := 8
	if width < 8 {
		step = width
	}
	move := ks.transpose.of(step)
	x := 0
	for ; x+step <= n && move != nil && depth >= 8; x += step {
		whole := depth &^ 7
		_ = src[(x+step-1)*stride+depth-1]
		move(whole, &src[x*stride], stride, &dst[x], width)
		for i := x; i < x+step; i++ {
			packRow(dst, width, i, src[i*stride:][:depth], whole)
		}
	}
	for ; x+4 <= n; x += 4 {
		packFourRows(dst[x:], width, src[x*stride:], stride, depth)
	}
	for ; x < n; x++ {
		packRow(dst, width, x, src[x*stride:][:depth], 0)
	}
}

// packRow makes row, from p0 on, column x of dst.
func packRow(dst []float32, width, x int, row []float32, p0 int) {
	for p := p0; p < len(row); p++ {
		dst[p*width+x] = row[p]
	}
}

// packFourRows makes four rows columns of dst.
func packFourRows(dst []float32, width int, src []float32, stride, depth int) {
	r0, r1 := src[:depth], src[stride:][:depth]
	r2, r3 := src[2*stride:][:depth], src[3*stride:][:depth]
	for p, v := range r0 {
		to := dst[p*width:][:4]
		to[0], to[1], to[2], to[3] = v, r1[p], r2[p], r3[p]
	}
}
