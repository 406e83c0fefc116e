package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/gonum"
)

var transposes = []blas.Transpose{blas.NoTrans, blas.Trans, blas.ConjTrans}

func newBLAS(t *testing.T, threads int) *BLAS {
	b := NewBLAS(threads)
	t.Cleanup(b.Close)
	return b
}

func randoms(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// near fails if two results of sums of k products differ by more than their
// roundings explain.
func near(t *testing.T, what string, k int, got, want []float32) {
	t.Helper()
	for i, w := range want {
		if !(math.Abs(float64(got[i]-w)) <= 1e-5*math.Sqrt(float64(k+1))*(1+math.Abs(float64(w)))) {
			t.Errorf("%s: number %d is %v, want %v", what, i, got[i], w)
			return
		}
	}
}

func TestSgemmAgreesWithGonum(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(25, 26))
		b := newBLAS(t, 2)
		for range 200 {
			tA, tB := transposes[rng.IntN(3)], transposes[rng.IntN(3)]
			m, n, k := rng.IntN(50), rng.IntN(50), rng.IntN(200)
			lda, ldb, ldc := max(1, m, k)+rng.IntN(5), max(1, n, k)+rng.IntN(5), max(1, n)+rng.IntN(5)
			x, y, z := randoms(rng, lda*max(m, k)), randoms(rng, ldb*max(n, k)), randoms(rng, ldc*m)
			alpha, beta := float32(rng.IntN(3))/2, float32(rng.IntN(3))/2
			want := append([]float32(nil), z...)
			gonum.Implementation{}.Sgemm(tA, tB, m, n, k, alpha, x, lda, y, ldb, beta, want, ldc)
			b.Sgemm(tA, tB, m, n, k, alpha, x, lda, y, ldb, beta, z, ldc)
			near(t, fmt.Sprintf("%c%c %d×%d×%d alpha %v beta %v", tA, tB, m, k, n, alpha, beta), k, z, want)
		}
	})
}

func TestSgemvAgreesWithGonum(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(27, 28))
		b := newBLAS(t, 2)
		for range 300 {
			tA := transposes[rng.IntN(3)]
			m, n := rng.IntN(90), rng.IntN(300)
			lda, incX, incY := max(1, n)+rng.IntN(5), 1+rng.IntN(3)-4*rng.IntN(2), 1+rng.IntN(2)
			if incX == 0 {
				incX = 1
			}
			long := max(1, m, n)
			a, x, y := randoms(rng, lda*max(1, m)), randoms(rng, long*5), randoms(rng, long*5)
			alpha, beta := float32(rng.IntN(3))/2, float32(rng.IntN(3))/2
			want := append([]float32(nil), y...)
			gonum.Implementation{}.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, want, incY)
			b.Sgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
			// Gonum's kernel may also clear what follows y.
			whole := (n-1)*incY + 1
			if tA == blas.NoTrans {
				whole = (m-1)*incY + 1
			}
			near(t, fmt.Sprintf("%c %d×%d inc %d %d", tA, m, n, incX, incY), long, y[:max(0, whole)], want[:max(0, whole)])
		}
	})
}

// Mistakes must end in the panics that gonum documents.
func TestBLASPanicsLikeGonum(t *testing.T) {
	caught := func(f func()) (v any) {
		defer func() { v = recover() }()
		f()
		return nil
	}
	b, x := newBLAS(t, 1), make([]float32, 12)
	for name, call := range map[string]func(blas.Float32){
		"transpose": func(im blas.Float32) { im.Sgemm('x', 'N', 3, 4, 3, 1, x, 3, x, 4, 0, x, 4) },
		"m":         func(im blas.Float32) { im.Sgemm('N', 'N', -1, 4, 3, 1, x, 3, x, 4, 0, x, 4) },
		"lda":       func(im blas.Float32) { im.Sgemm('N', 'N', 3, 4, 3, 1, x, 2, x, 4, 0, x, 4) },
		"short b":   func(im blas.Float32) { im.Sgemm('N', 'T', 3, 4, 4, 1, x, 4, x, 4, 0, x, 4) },
		"short c":   func(im blas.Float32) { im.Sgemm('N', 'N', 3, 4, 3, 1, x, 3, x, 4, 0, x, 5) },
		"incX":      func(im blas.Float32) { im.Sgemv('T', 3, 4, 1, x, 4, x, 0, 0, x, 1) },
		"short y":   func(im blas.Float32) { im.Sgemv('T', 3, 4, 1, x, 4, x, 1, 0, x[:3], 1) },
	} {
		want := caught(func() { call(gonum.Implementation{}) })
		if got := caught(func() { call(b) }); got != want || want == nil {
			t.Errorf("%s: panic %v, gonum's is %v", name, got, want)
		}
	}
}

func TestBLASIsSafeForConcurrentUse(t *testing.T) {
	rng := rand.New(rand.NewPCG(29, 30))
	b := newBLAS(t, 2)
	p := newProblem(rng, 70, 60, 50)
	p.transA, p.transB, p.alpha, p.beta = false, false, 1, 0
	p.a, p.b = randomMatrix(rng, p.m, p.k, false), randomMatrix(rng, p.k, p.n, false)
	want := p.promised()
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() {
			for range 30 {
				c := append([]float32(nil), p.c.Data...)
				b.Sgemm('N', 'N', p.m, p.n, p.k, 1, p.a.Data, p.a.Stride, p.b.Data, p.b.Stride, 0, c, p.c.Stride)
				near(t, "shared", p.k, c, want)
			}
		})
	}
	users.Wait()
}

func TestUse(t *testing.T) {
	before := blas32.Implementation()
	defer blas32.Use(before)
	b := newBLAS(t, 1)
	undo := b.Use()
	if blas32.Implementation() != blas.Float32(b) {
		t.Error("blas32 does not use it")
	}
	if undo(); blas32.Implementation() != before {
		t.Error("blas32 still uses it")
	}
}

// Gonum's bits are not those that Mul promises, so these show who multiplied -
// but where the compiler fuses gonum's own products: there they are.
func TestSgemmIsMul(t *testing.T) {
	ours := func() bool { return level != plainGo || runtime.GOARCH != "amd64" }
	eachLevel(t, func(t *testing.T) {
		p := newProblem(rand.New(rand.NewPCG(33, 34)), 20, 30, 400)
		p.transA, p.transB, p.alpha, p.beta = false, false, 1, 0
		p.a, p.b = dense(rand.New(rand.NewPCG(35, 36)), p.m, p.k, false), dense(rand.New(rand.NewPCG(37, 38)), p.k, p.n, false)
		c := append([]float32(nil), p.c.Data...)
		newBLAS(t, 2).Sgemm('N', 'N', p.m, p.n, p.k, 1, p.a.Data, p.k, p.b.Data, p.n, 0, c, p.c.Stride)
		want := p.promised()
		if _, ok := sameBits(c, want); ok != ours() {
			t.Errorf("Sgemm gives the bits of Mul: %t", ok)
		}
		y := make([]float32, p.n)
		newBLAS(t, 2).Sgemv('T', p.k, p.n, 1, p.b.Data, p.n, p.a.Data[:p.k], 1, 0, y, 1)
		if _, ok := sameBits(y, want[:p.n]); ok != ours() {
			t.Errorf("Sgemv gives the bits of Mul: %t", ok)
		}
	})
}
