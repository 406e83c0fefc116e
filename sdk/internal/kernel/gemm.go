package kernel

import "fmt"

// A Matrix is a view of numbers stored row after row, rows Stride apart.
type Matrix struct {
	Rows, Cols int
	Stride     int
	Data       []float32
	// Trans says that Data holds the transpose: element (i, j) is at
	// Data[j*Stride+i] instead of Data[i*Stride+j].
	Trans bool

	window *Window // Data is the pictures of which the rows are patches
}

// T returns the transpose, sharing memory with m.
func (m Matrix) T() Matrix {
	m.Rows, m.Cols, m.Trans = m.Cols, m.Rows, !m.Trans
	return m
}

// fits reports whether Data holds the whole matrix.
func (m *Matrix) fits() bool {
	if m.window != nil {
		return !m.Trans && len(m.Data) >= m.Rows/m.window.Places()*m.window.PictureSize()
	}
	rows, cols := m.Rows, m.Cols
	if m.Trans {
		rows, cols = cols, rows
	}
	if rows < 0 || cols < 0 || m.Stride < max(1, cols) {
		return false
	}
	return rows == 0 || cols == 0 || len(m.Data) >= (rows-1)*m.Stride+cols
}

// check panics unless m fits.
func (m *Matrix) check(name string) {
	if m.window != nil && m.Trans {
		panic("kernel: " + name + " is patches, which cannot be transposed")
	}
	if !m.fits() {
		panic(fmt.Sprintf("kernel: %s is %d × %d with stride %d (transposed: %t) but has %d numbers",
			name, m.Rows, m.Cols, m.Stride, m.Trans, len(m.Data)))
	}
}

// An Epilogue is called when C[i0:i1, j0:j1] has its final value, perhaps by
// several goroutines at a time for different parts of C, each part once.
type Epilogue func(i0, i1, j0, j1 int)

const (
	// blockK is how many steps along k are summed before they are added to
	// C: a panel of B that deep stays in the L2 cache. It is part of the
	// promise of [Gemm.Mul], so changing it changes results.
	blockK = 512

	// serialWork is how many multiplications are not worth waking a helper.
	serialWork = 1 << 19
)

// A Gemm multiplies matrices. It keeps the buffers that takes, so one
// goroutine at a time may use it.
//
// Method: K. Goto and R. van de Geijn, "Anatomy of high-performance matrix
// multiplication", ACM Trans. Math. Softw. 34, 2008.
type Gemm struct {
	team    *Team
	ks      *gemmKernels
	wholeA  []float32
	wholeB  []float32
	packedA [][]float32 // by worker: a block
	packedB [][]float32 // by worker: a panel
	edge    [][]float32 // by worker: a tile that C has no room for

	product
	packA, mulColumns, packB, mulRows, mulStrip func(worker, task int) // bound once: a method value allocates
}

// A product is one multiplication, and the block of it that is under way.
type product struct {
	m, n, k     int
	alpha, beta float32
	a, b        operand
	c           []float32
	ldc         int
	done        Epilogue

	p0, p1 int // steps along k of this block
	rows   int // of a task
}

// NewGemm returns a Gemm that works with team.
func NewGemm(team *Team) *Gemm {
	g := &Gemm{team: team, ks: gemmFor(level)}
	for range team.Threads() {
		g.packedA = append(g.packedA, make([]float32, blockA+blockK*g.ks.mr))
		g.packedB = append(g.packedB, make([]float32, blockK*g.ks.nr))
		g.edge = append(g.edge, make([]float32, max(g.ks.mr, maxStripRows)*g.ks.nr))
	}
	g.packA, g.mulColumns = g.packPanelOfA, g.packAndMulPanelOfB
	g.packB, g.mulRows = g.packPanelOfB, g.packAndMulBlockOfA
	g.mulStrip = g.mulStripOfB
	return g
}

// Mul sets C = alpha·A·B + beta·C, and calls done, unless it is nil, for parts
// that cover C. C may not be transposed, nor share memory with A or B. With
// beta 0 the old C is not read; with alpha 0 neither are A and B.
//
// What Mul computes is, on every CPU, these roundings in this order:
//
//	for i := range m {
//		for j := range n {
//			if beta != 0 && beta != 1 {
//				c[i, j] *= beta
//			}
//			for p0 := 0; p0 < k; p0 += 512 {
//				s := float32(0)
//				for p := p0; p < min(k, p0+512); p++ {
//					s = fma(a[i, p], b[p, j], s)
//				}
//				if p0 == 0 && beta == 0 {
//					c[i, j] = alpha * s
//				} else {
//					c[i, j] = fma(alpha, s, c[i, j])
//				}
//			}
//		}
//	}
//
// So an element has the same bits for any number of threads, on any level, and
// whatever other rows and columns are multiplied with it. (Except that a NaN
// is only promised to be a NaN.)
func (g *Gemm) Mul(alpha float32, a, b Matrix, beta float32, c Matrix, done Epilogue) {
	a.check("A")
	b.check("B")
	c.check("C")
	if a.Rows != c.Rows || b.Cols != c.Cols || a.Cols != b.Rows || c.Trans || c.window != nil {
		panic(fmt.Sprintf("kernel: cannot multiply %d × %d by %d × %d into %d × %d (transposed: %t)",
			a.Rows, a.Cols, b.Rows, b.Cols, c.Rows, c.Cols, c.Trans))
	}
	g.product = product{
		m: c.Rows, n: c.Cols, k: a.Cols, alpha: alpha, beta: beta,
		a: a.operand(false), b: b.operand(true),
		c: c.Data, ldc: c.Stride, done: done,
	}
	switch {
	case g.m == 0 || g.n == 0:
	case g.k == 0 || alpha == 0:
		g.scale(0, g.m, 0, g.n)
		g.finish(0, g.m, 0, g.n)
	case g.m <= maxStripRows && !b.Trans && a.window == nil && b.window == nil:
		g.mulStrips()
	default:
		g.mulBlocks()
	}
	g.product = product{} // keeps nobody's memory alive
}

// share gives tasks to the team if the block is worth it.
func (g *Gemm) share(tasks int, task func(worker, task int)) {
	if g.m*g.n*(g.p1-g.p0) >= serialWork {
		g.team.Do(tasks, task)
		return
	}
	for i := range tasks {
		task(0, i)
	}
}

// mulEdge computes a tile that is larger than the m × n numbers of C it is
// for, by way of a copy.
func (g *Gemm) mulEdge(tile tileFunc, width int, a *float32, ai, ap int, packedB []float32, i, m, j, n int, copied []float32) {
	if g.adds() {
		for r := range m {
			copy(copied[r*width:][:n], g.c[(i+r)*g.ldc+j:])
		}
	}
	tile(1, g.p1-g.p0, a, ai, ap, &packedB[0], width, &copied[0], width, g.alpha, g.adds())
	for r := range m {
		copy(g.c[(i+r)*g.ldc+j:][:n], copied[r*width:])
	}
}

// adds reports whether this block is added to what C holds.
func (g *Gemm) adds() bool { return g.p0 > 0 || g.beta != 0 }

// begin prepares part of C for the first block along k.
func (g *Gemm) begin(i0, i1, j0, j1 int) {
	if g.p0 == 0 && g.beta != 0 {
		g.scale(i0, i1, j0, j1)
	}
}

// end tells the epilogue of a part of C after the last block along k.
func (g *Gemm) end(i0, i1, j0, j1 int) {
	if g.p1 == g.k {
		g.finish(i0, i1, j0, j1)
	}
}

func (g *Gemm) finish(i0, i1, j0, j1 int) {
	if g.done != nil {
		g.done(i0, i1, j0, j1)
	}
}

// scale multiplies part of C by beta, or clears it where beta is 0.
func (g *Gemm) scale(i0, i1, j0, j1 int) {
	if g.beta == 1 {
		return
	}
	for i := i0; i < i1; i++ {
		row := g.c[i*g.ldc:][j0:j1]
		if g.beta == 0 {
			clear(row)
			continue
		}
		for j := range row {
			row[j] *= g.beta
		}
	}
}

// roundUp returns the least multiple of m that is not below n.
func roundUp(n, m int) int { return ceilDiv(n, m) * m }
