package kernel

const (
	// smallA is how many numbers of A the second cache holds with room to
	// spare.
	smallA = 1 << 18

	// blockA is how many numbers of a larger A are packed at a time.
	blockA = 3 << 14
)

// mulBlocks multiplies in blocks of blockK steps along k, in one of two ways.
//
// If A is small it is packed as a whole; each task packs a panel of B, which
// the first cache holds, and multiplies it with rows of A. Else B is packed as
// a whole, and each task packs a block of rows of A, which the second cache
// holds, and multiplies it with every panel of B.
func (g *Gemm) mulBlocks() {
	for g.p0 = 0; g.p0 < g.k; g.p0 += blockK {
		g.p1 = min(g.k, g.p0+blockK)
		panelsA, panelsB := ceilDiv(g.m, g.ks.mr), ceilDiv(g.n, g.ks.nr)
		if depth := g.p1 - g.p0; g.m*depth <= smallA || panelsB == 1 {
			g.wholeA = atLeast(g.wholeA, panelsA*g.ks.mr*depth)
			parts := g.partsFor(panelsA, panelsB)
			g.rows = ceilDiv(panelsA, parts) * g.ks.mr
			g.share(panelsA, g.packA)
			g.share(panelsB*ceilDiv(g.m, g.rows), g.mulColumns)
		} else {
			g.wholeB = atLeast(g.wholeB, panelsB*g.ks.nr*depth)
			g.rows = roundUp(min(g.m, max(1, blockA/depth)), g.ks.mr)
			g.share(panelsB, g.packB)
			g.share(ceilDiv(g.m, g.rows), g.mulRows)
		}
	}
}

// ceilDiv returns n/m, rounded up.
func ceilDiv(n, m int) int { return (n + m - 1) / m }

// atLeast returns s or, if it has less than n numbers, a new slice.
func atLeast(s []float32, n int) []float32 {
	if len(s) < n {
		return make([]float32, n)
	}
	return s
}

// partsFor returns into how many parts to cut the rows so that each thread gets
// several tasks: 1 unless B has few panels.
func (g *Gemm) partsFor(panelsA, panelsB int) int {
	if g.team.Threads() == 1 {
		return 1
	}
	enough := ceilDiv(4*g.team.Threads(), panelsB)
	return max(1, min(enough, panelsA/4))
}

func (g *Gemm) packPanelOfA(worker, panel int) {
	i := panel * g.ks.mr
	g.packRows(worker, g.wholeA, 0, i, min(i+g.ks.mr, g.m))
}

// packRows packs rows i0 to i1 of A into a, where row first is the first one.
func (g *Gemm) packRows(worker int, a []float32, first, i0, i1 int) {
	mr, depth := g.ks.mr, g.p1-g.p0
	for i := i0; i < i1; i += mr {
		g.ks.pack(a[(i-first)*depth:], mr, &g.a, i, min(mr, i1-i), g.p0, depth, g.packedB[worker])
	}
}

// packAndMulPanelOfB multiplies part of A's rows by a panel of B.
func (g *Gemm) packAndMulPanelOfB(worker, task int) {
	parts := ceilDiv(g.m, g.rows)
	j, i := task/parts*g.ks.nr, task%parts*g.rows
	g.packPanel(g.packedB[worker], j)
	g.mulPanel(worker, g.wholeA[i*(g.p1-g.p0):], g.packedB[worker], i, min(i+g.rows, g.m), j)
}

func (g *Gemm) packPanelOfB(_, panel int) {
	j := panel * g.ks.nr
	g.packPanel(g.wholeB[j*(g.p1-g.p0):], j)
}

func (g *Gemm) packPanel(b []float32, j int) {
	n, width, _ := g.panelAt(j)
	g.ks.pack(b, width, &g.b, j, n, g.p0, g.p1-g.p0, nil)
}

// packAndMulBlockOfA multiplies rows of A by all of B.
func (g *Gemm) packAndMulBlockOfA(worker, task int) {
	i0 := task * g.rows
	i1 := min(i0+g.rows, g.m)
	a := g.packedA[worker]
	g.packRows(worker, a, i0, i0, i1)
	for j := 0; j < g.n; j += g.ks.nr {
		g.mulPanel(worker, a, g.wholeB[j*(g.p1-g.p0):], i0, i1, j)
	}
}

// panelAt returns how many columns of B the panel from j on has, how wide it is
// packed, and what multiplies it.
func (g *Gemm) panelAt(j int) (n, width int, tile tileFunc) {
	n, width, tile = min(g.ks.nr, g.n-j), g.ks.nr, g.ks.tile
	if g.ks.half != nil && n <= width/2 {
		width, tile = width/2, g.ks.half
	}
	return n, width, tile
}

// mulPanel multiplies packed rows i0 to i1 of A by the packed panel of B from
// column j on.
func (g *Gemm) mulPanel(worker int, a, b []float32, i0, i1, j int) {
	n, width, tile := g.panelAt(j)
	mr, depth := g.ks.mr, g.p1-g.p0
	g.begin(i0, i1, j, j+n)
	i := i0
	if n == width {
		i = g.mulTiles(tile, width, a, b, i0, i1, j)
	}
	for ; i < i1; i += mr {
		rows, height, f := min(mr, i1-i), mr, tile
		if s, ok := g.ks.lastStrip(rows); ok && s.width == width {
			height, f = rows, s.f
		}
		part := &a[(i-i0)*depth]
		if rows == height && n == width {
			f(1, depth, part, 1, mr, &b[0], width, &g.c[i*g.ldc+j], g.ldc, g.alpha, g.adds())
			continue
		}
		g.mulEdge(f, width, part, 1, mr, b, i, rows, j, n, g.edge[worker])
	}
	g.end(i0, i1, j, j+n)
}

// tileWork is how many steps along k one call of assembly, which cannot be
// interrupted, may do: some 50 µs' worth.
const tileWork = 1 << 14

// mulTiles multiplies the whole panels among the packed rows by a whole panel
// of B. It returns the row after the last of them.
func (g *Gemm) mulTiles(tile tileFunc, width int, a, b []float32, i0, i1, j int) int {
	mr, depth := g.ks.mr, g.p1-g.p0
	most := max(1, tileWork/depth)
	i := i0
	for tiles := (i1 - i) / mr; tiles > 0; tiles = (i1 - i) / mr {
		tiles = min(tiles, most)
		tile(tiles, depth, &a[(i-i0)*depth], 1, mr, &b[0], width, &g.c[i*g.ldc+j], g.ldc, g.alpha, g.adds())
		i += tiles * mr
	}
	return i
}
