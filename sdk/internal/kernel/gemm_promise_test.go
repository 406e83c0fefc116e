package kernel

import (
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"weak"
)

// The promise is about roundings; this is about what is computed, in float64
// and in another order.
func TestMulMultiplies(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(11, 12))
		g := newGemm(t, 2)
		for range 30 {
			p := newProblem(rng, 1+rng.IntN(80), 1+rng.IntN(80), 1+rng.IntN(1100))
			got := p.mul(g)
			for i := range p.m {
				for j := range p.n {
					want, size := p.wide(i, j)
					bound := float64(p.k+3) * 0x1p-24 * size
					if v := float64(got[i*p.c.Stride+j]); !(math.Abs(v-want) <= bound) {
						t.Fatalf("%v: element %d, %d is %v, want %v ± %v", p, i, j, v, want, bound)
					}
				}
			}
		}
	})
}

// wide returns element (i, j) of the result and the sum of the sizes of what
// it is made of, by which errors are measured.
func (p *problem) wide(i, j int) (value, size float64) {
	term := func(v float64) { value, size = value+v, size+math.Abs(v) }
	for q := p.k - 1; q >= 0; q-- {
		term(float64(p.alpha) * float64(p.a.at(i, q)) * float64(p.b.at(q, j)))
	}
	term(float64(p.beta) * float64(p.c.at(i, j)))
	return value, size
}

func TestMulRowsDoNotDependOnOtherRows(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(13, 14))
		g := newGemm(t, 2)
		for kind := range 4 {
			p := newProblem(rng, 30, 75, 600)
			p.alpha, p.transA, p.transB = 1, kind&1 > 0, kind&2 > 0
			p.a, p.b = randomMatrix(rng, p.m, p.k, p.transA), randomMatrix(rng, p.k, p.n, p.transB)
			all := p.mul(g)
			for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 13, 29} {
				first := rng.IntN(p.m - rows + 1)
				part := p.rows(first, rows)
				if i, ok := sameBits(part.mul(g), all[first*p.c.Stride:][:len(part.c.Data)]); !ok {
					t.Fatalf("%v, rows %d to %d: number %d differs from that of all rows", p, first, first+rows, i)
				}
			}
		}
	})
}

// rows returns the problem of some rows of A and C only.
func (p *problem) rows(first, n int) *problem {
	q := *p
	q.m, q.a.Rows, q.c.Rows = n, n, n
	if p.transA {
		q.a.Data = q.a.Data[first:]
	} else {
		q.a.Data = q.a.Data[first*q.a.Stride:]
	}
	q.c.Data = q.c.Data[first*q.c.Stride:][:(n-1)*q.c.Stride+q.n]
	return &q
}

func TestMulThreads(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(15, 16))
		for _, size := range [][3]int{{128, 300, 100}, {4, 900, 700}, {1, 2000, 600}, {1600, 9, 530}, {70, 40, 1300}} {
			p := newProblem(rng, size[0], size[1], size[2])
			p.alpha = 1
			alone := p.mul(newGemm(t, 1))
			for threads := 2; threads <= 4; threads++ {
				g := newGemm(t, threads)
				for range 3 {
					if i, ok := sameBits(p.mul(g), alone); !ok {
						t.Fatalf("%v, %d threads: number %d differs", p, threads, i)
					}
				}
			}
		}
	})
}

func TestMulSpecials(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(17, 18))
		g := newGemm(t, 1)
		for range 200 {
			p := newProblem(rng, 1+rng.IntN(12), 1+rng.IntN(40), 1+rng.IntN(30))
			for _, m := range []*Matrix{&p.a, &p.b, &p.c} {
				m.Data[rng.IntN(len(m.Data))] = []float32{nan, inf, -inf, 0, 0x1p-149, 0x1p-140}[rng.IntN(6)]
			}
			p.keeps(t, g)
		}
	})
}

func TestMulReadsWhatItMust(t *testing.T) {
	nan := float32(math.NaN())
	fill := func(m Matrix) {
		for i := range m.Data {
			m.Data[i] = nan
		}
	}
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(19, 20))
		g := newGemm(t, 1)
		for _, rows := range []int{1, 3, 20} {
			p := newProblem(rng, rows, 37, 20)
			p.alpha, p.beta = 1, 0
			fill(p.c)
			clean(t, p, "beta is 0, but C was read", p.mul(g))

			p = newProblem(rng, rows, 37, 20)
			p.alpha, p.beta = 0, 0.5
			fill(p.a)
			fill(p.b)
			clean(t, p, "alpha is 0, but A or B was read", p.mul(g))
		}
	})
}

// clean fails if an element of the result is not a number.
func clean(t *testing.T, p *problem, complaint string, c []float32) {
	t.Helper()
	for i := range p.m {
		for j := range p.n {
			if v := c[i*p.c.Stride+j]; v != v {
				t.Fatalf("%v: %s", p, complaint)
			}
		}
	}
}

func TestMulEpilogue(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(21, 22))
		for _, size := range [][3]int{{128, 300, 100}, {4, 900, 1030}, {1600, 9, 530}, {5, 7, 0}, {3, 3, 3}} {
			p := newProblem(rng, size[0], size[1], size[2])
			p.alpha = 1
			want := p.promised()
			seen := make([]atomic.Int32, p.m*p.n)
			p.c.Data = append([]float32(nil), p.c.Data...)
			newGemm(t, 3).Mul(p.alpha, p.a, p.b, p.beta, p.c, func(i0, i1, j0, j1 int) {
				for i := i0; i < i1; i++ {
					for j := j0; j < j1; j++ {
						if _, ok := sameBits(p.c.Data[i*p.c.Stride+j:][:1], want[i*p.c.Stride+j:][:1]); !ok {
							t.Errorf("%v: element %d, %d is not final", p, i, j)
						}
						seen[i*p.n+j].Add(1)
					}
				}
			})
			for i := range seen {
				if n := seen[i].Load(); n != 1 {
					t.Fatalf("%v: the epilogue saw element %d, %d %d times", p, i/p.n, i%p.n, n)
				}
			}
		}
	})
}

func TestMulDoesNotAllocate(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(23, 24))
		g := newGemm(t, 2)
		done := func(_, _, _, _ int) {}
		for _, rows := range []int{1, 100} {
			p := newProblem(rng, rows, 300, 100)
			f := func() { g.Mul(1, p.a, p.b, 0, p.c, done) }
			f()
			if n := testing.AllocsPerRun(10, f); n != 0 {
				t.Errorf("%v: %v allocations a call", p, n)
			}
		}
	})
}

// A Gemm that lies idle must not keep its last operands alive.
func TestMulForgets(t *testing.T) {
	g := newGemm(t, 2)
	data := make([]float32, 1<<16)
	kept := weak.Make(&data[0])
	m := Matrix{Rows: 256, Cols: 256, Stride: 256, Data: data}
	g.Mul(1, m, dense(rand.New(rand.NewPCG(1, 1)), 256, 9, false), 0, dense(rand.New(rand.NewPCG(1, 1)), 256, 9, false), nil)
	data, m = nil, Matrix{}
	runtime.GC()
	if kept.Value() != nil {
		t.Error("A is still in memory")
	}
	runtime.KeepAlive(g)
}

func TestMulPanicsOnWrongShapes(t *testing.T) {
	m := func(rows, cols int) Matrix {
		return Matrix{Rows: rows, Cols: cols, Stride: max(1, cols), Data: make([]float32, rows*cols)}
	}
	short, narrow := m(3, 4), m(3, 4)
	short.Data = short.Data[:11]
	narrow.Stride = 3
	for name, abc := range map[string][3]Matrix{
		"inner sizes":  {m(2, 3), m(4, 5), m(2, 5)},
		"rows":         {m(2, 3), m(3, 5), m(1, 5)},
		"columns":      {m(2, 3), m(3, 5), m(2, 4)},
		"C transposed": {m(2, 3), m(3, 5), m(5, 2).T()},
		"short A":      {short, m(4, 5), m(3, 5)},
		"narrow B":     {m(2, 3), narrow, m(2, 4)},
		"short C":      {m(3, 2), m(2, 4), short},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			newGemm(t, 1).Mul(1, abc[0], abc[1], 1, abc[2], nil)
		}()
	}
}
