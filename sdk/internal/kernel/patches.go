package kernel

// A patchGrid is a window with what packing asks for again and again.
type patchGrid struct {
	Window
	run      int // numbers of a patch that lie side by side: one of its rows
	places   int // patches of a picture
	outWidth int // patches side by side
}

func (w *Window) grid() patchGrid {
	return patchGrid{*w, w.run(), w.Places(), w.OutWidth()}
}

// place returns where patch i is.
func (g *patchGrid) place(i int) (picture, oy, ox int) {
	picture, i = i/g.places, i%g.places
	return picture, i / g.outWidth, i % g.outWidth
}

// at returns where in the pictures row ky of a patch begins, perhaps outside,
// and which of its numbers, lo to hi, are inside the picture.
func (g *patchGrid) at(picture, oy, ox, ky int) (start, lo, hi int) {
	y := oy*g.StrideHeight - g.PaddingHeight + ky
	if y < 0 || y >= g.Height {
		return 0, 0, 0
	}
	x := (ox*g.StrideWidth - g.PaddingWidth) * g.Channels
	line := g.Width * g.Channels
	lo, hi = max(0, -x), min(g.run, line-x)
	if lo >= hi {
		return 0, 0, 0
	}
	return (picture*g.Height+y)*line + x, lo, hi
}

// packPatches is [gemmKernels.pack] of patches.
func (ks *gemmKernels) packPatches(dst []float32, width int, o *operand, x0, n, p0, depth int, scratch []float32) {
	if o.kRuns {
		ks.packPatchRows(dst, width, o, x0, n, p0, depth, scratch)
	} else {
		ks.packPatchColumns(dst, width, o, x0, n, p0, depth)
	}
}

// packPatchRows is [gemmKernels.pack] of patches as the first factor: n places
// from x0 on, and of each the numbers from p0 on. It lays them out row by row in
// scratch, which the first cache holds, and packs them from there.
func (ks *gemmKernels) packPatchRows(dst []float32, width int, o *operand, x0, n, p0, depth int, scratch []float32) {
	for i := range n {
		o.grid.patch(scratch[i*depth:][:depth], o.data, x0+i, p0)
	}
	if n < width {
		clear(dst)
	}
	ks.packTransposed(dst, width, scratch, depth, n, depth)
}

// patch sets dst to the numbers of patch i from p on.
func (g *patchGrid) patch(dst, data []float32, i, p int) {
	picture, oy, ox := g.place(i)
	for ky, from := p/g.run, p%g.run; len(dst) > 0; ky, from = ky+1, 0 {
		n := min(len(dst), g.run-from)
		g.part(dst[:n], data, picture, oy, ox, patchPart{ky, from, from + n})
		dst = dst[n:]
	}
}

// A patchPart is numbers from to to of row ky of a patch.
type patchPart struct{ ky, from, to int }

// part sets dst to part of a patch.
func (g *patchGrid) part(dst, data []float32, picture, oy, ox int, part patchPart) {
	start, lo, hi := g.at(picture, oy, ox, part.ky)
	lo, hi = max(lo, part.from), min(hi, part.to)
	if lo >= hi {
		clear(dst)
		return
	}
	clear(dst[:lo-part.from])
	copy(dst[lo-part.from:], data[start+lo:start+hi])
	clear(dst[hi-part.from:])
}

// packPatchColumns is [gemmKernels.pack] of patches as the second factor:
// numbers x0 to x0+n of depth places from p0 on.
func (ks *gemmKernels) packPatchColumns(dst []float32, width int, o *operand, x0, n, p0, depth int) {
	if n < width {
		clear(dst)
	}
	for x := x0; x < x0+n; {
		ky, from := x/o.grid.run, x%o.grid.run
		to := min(o.grid.run, from+x0+n-x)
		ks.packLines(dst[x-x0:], width, o, patchPart{ky, from, to}, p0, depth)
		x += to - from
	}
}

// packLines makes a part of each of depth patches, from p on, columns of dst:
// line by line of the places.
func (ks *gemmKernels) packLines(dst []float32, width int, o *operand, part patchPart, p, depth int) {
	g := &o.grid
	whole0, whole1 := g.whole(part)
	for end := p + depth; p < end; {
		picture, oy, ox := g.place(p)
		n := min(g.outWidth-ox, end-p)
		a, b := 0, 0
		if y := oy*g.StrideHeight - g.PaddingHeight + part.ky; y >= 0 && y < g.Height {
			a = min(max(0, whole0-ox), n)
			b = min(max(a, whole1-ox), n)
		}
		if a < b {
			start, _, _ := g.at(picture, oy, ox+a, part.ky)
			ks.packStraight(dst[a*width:], width, o.data[start+part.from:], g.StrideWidth*g.Channels, part.to-part.from, b-a)
		}
		for i := range n {
			if i < a || i >= b {
				g.part(dst[i*width:][:part.to-part.from], o.data, picture, oy, ox+i, part)
			}
		}
		p += n
		dst = dst[min(n*width, len(dst)):]
	}
}

// whole returns for which places of a line no number of the part is beyond the
// left or the right edge: from ox0 to before ox1, if that is more.
func (g *patchGrid) whole(part patchPart) (ox0, ox1 int) {
	step, before := g.StrideWidth*g.Channels, g.PaddingWidth*g.Channels
	ox0 = (max(0, before-part.from) + step - 1) / step
	if room := g.Width*g.Channels + before - part.to; room >= 0 {
		ox1 = room/step + 1
	}
	return ox0, ox1
}
