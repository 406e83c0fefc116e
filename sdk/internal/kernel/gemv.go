package kernel

// stripColumns is the width of one task of a product with few rows: a multiple
// of every strip's width.
const stripColumns = 256

// mulStrips multiplies at most maxStripRows rows by B as it lies in memory:
// each of its numbers is used so few times that packing would be the work.
func (g *Gemm) mulStrips() {
	for g.p0 = 0; g.p0 < g.k; g.p0 += blockK {
		g.p1 = min(g.k, g.p0+blockK)
		g.share(ceilDiv(g.n, stripColumns), g.mulStrip)
	}
}

// mulStripOfB computes stripColumns columns of C, with the widest strips that fit.
func (g *Gemm) mulStripOfB(worker, task int) {
	j0 := task * stripColumns
	j1 := min(g.n, j0+stripColumns)
	ai, ap := g.a.strides()
	a, depth, adds := &g.a.start(0, g.p0)[0], g.p1-g.p0, g.adds()
	g.begin(0, g.m, j0, j1)
	j := j0
	for _, s := range g.ks.strips[g.m] {
		for ; j+s.width <= j1; j += s.width {
			s.f(1, depth, a, ai, ap, &g.b.start(j, g.p0)[0], g.b.stride, &g.c[j], g.ldc, g.alpha, adds)
		}
	}
	if s, _ := g.ks.lastStrip(g.m); j < j1 {
		g.ks.pack(g.packedB[worker], s.width, &g.b, j, j1-j, g.p0, depth, nil)
		g.mulEdge(s.f, s.width, a, ai, ap, g.packedB[worker], 0, g.m, j, j1-j, g.edge[worker])
	}
	g.end(0, g.m, j0, j1)
}

// strides returns the distances between neighbours along the width and along k.
func (o *operand) strides() (width, k int) {
	if o.kRuns {
		return o.stride, 1
	}
	return 1, o.stride
}
