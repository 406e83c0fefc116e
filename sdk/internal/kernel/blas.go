package kernel

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/gonum"
)

// A BLAS is gonum's float32 BLAS with its matrix products replaced by those of
// this package, except on a CPU that has only plain Go, where gonum's are faster.
// Like gonum's own it may be used by several goroutines at once.
type BLAS struct {
	gonum.Implementation
	team    *Team
	teamed  *Gemm
	busy    sync.Mutex // held by the user of teamed
	singles sync.Pool  // of *Gemm without helpers, for whoever finds it busy
}

// NewBLAS returns a BLAS of the given number of threads; 0 means GOMAXPROCS.
func NewBLAS(threads int) *BLAS {
	b := &BLAS{team: NewTeam(threads)}
	b.teamed = NewGemm(b.team)
	b.singles.New = func() any { return NewGemm(NewTeam(1)) }
	return b
}

// Use makes b what gonum's blas32, and all that builds on it, multiplies with.
// What it multiplied with before, undo brings back.
func (b *BLAS) Use() (undo func()) {
	before := blas32.Implementation()
	blas32.Use(b)
	return func() { blas32.Use(before) }
}

// Close ends the BLAS's helpers. It must not be used after that.
func (b *BLAS) Close() { b.team.Close() }

// mul calls [Gemm.Mul] on a Gemm that nobody else uses.
func (b *BLAS) mul(alpha float32, x, y Matrix, beta float32, z Matrix) {
	if b.busy.TryLock() {
		defer b.busy.Unlock()
		b.teamed.Mul(alpha, x, y, beta, z, nil)
		return
	}
	g := b.singles.Get().(*Gemm)
	defer b.singles.Put(g)
	g.Mul(alpha, x, y, beta, z, nil)
}

// Sgemm computes C = alpha·op(A)·op(B) + beta·C.
func (b *BLAS) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, bb []float32, ldb int, beta float32, c []float32, ldc int) {
	x := stored(tA, m, k, a, lda)
	y := stored(tB, k, n, bb, ldb)
	z := stored(blas.NoTrans, m, n, c, ldc)
	if b.slower() || !known(tA) || !known(tB) || !x.fits() || !y.fits() || !z.fits() {
		// If something is wrong, gonum says so in the words its users know.
		b.Implementation.Sgemm(tA, tB, m, n, k, alpha, a, lda, bb, ldb, beta, c, ldc)
		return
	}
	b.mul(alpha, x, y, beta, z)
}

// Sgemv computes y = alpha·op(A)·x + beta·y. Only the transposed product of a
// whole y is faster here than gonum's.
func (b *BLAS) Sgemv(tA blas.Transpose, m, n int, alpha float32, a []float32, lda int, x []float32, incX int, beta float32, y []float32, incY int) {
	row := Matrix{Rows: 1, Cols: m, Stride: incX, Data: x, Trans: true}
	matrix := stored(blas.NoTrans, m, n, a, lda)
	result := stored(blas.NoTrans, 1, n, y, max(1, n))
	if b.slower() || tA == blas.NoTrans || !known(tA) || incY != 1 || !row.fits() || !matrix.fits() || !result.fits() {
		b.Implementation.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	b.mul(alpha, row, matrix, beta, result)
}

// slower reports whether gonum's kernels are the faster ones.
func (b *BLAS) slower() bool { return b.teamed.ks == &plainGemm }

// stored returns op(m), which is rows × cols.
func stored(t blas.Transpose, rows, cols int, data []float32, stride int) Matrix {
	return Matrix{Rows: rows, Cols: cols, Stride: stride, Data: data, Trans: t != blas.NoTrans}
}

func known(t blas.Transpose) bool {
	return t == blas.NoTrans || t == blas.Trans || t == blas.ConjTrans
}
