package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A problem is one call of Mul on matrices with room around them.
type problem struct {
	m, n, k        int
	transA, transB bool
	alpha, beta    float32
	a, b, c        Matrix
}

func (p *problem) String() string {
	return fmt.Sprintf("%d×%d×%d A%v B%v alpha %v beta %v strides %d %d %d",
		p.m, p.k, p.n, p.transA, p.transB, p.alpha, p.beta, p.a.Stride, p.b.Stride, p.c.Stride)
}

// newProblem fills the matrices at random.
func newProblem(rng *rand.Rand, m, n, k int) *problem {
	scalars := []float32{0, 1, 1, -0.7}
	p := &problem{m: m, n: n, k: k,
		transA: rng.IntN(2) == 0, transB: rng.IntN(2) == 0,
		alpha: scalars[rng.IntN(4)], beta: scalars[rng.IntN(4)]}
	p.a = randomMatrix(rng, m, k, p.transA)
	p.b = randomMatrix(rng, k, n, p.transB)
	p.c = randomMatrix(rng, m, n, false)
	return p
}

// randomMatrix returns a matrix in memory that ends with its last number, rows
// sometimes further apart than they need be.
func randomMatrix(rng *rand.Rand, rows, cols int, trans bool) Matrix {
	if trans {
		return randomMatrix(rng, cols, rows, false).T()
	}
	m := Matrix{Rows: rows, Cols: cols, Stride: max(1, cols) + rng.IntN(2)*rng.IntN(9)}
	if rows > 0 && cols > 0 {
		m.Data = make([]float32, (rows-1)*m.Stride+cols)
	}
	for i := range m.Data {
		m.Data[i] = float32(rng.NormFloat64())
	}
	return m
}

// at returns element (i, j).
func (m *Matrix) at(i, j int) float32 {
	if m.Trans {
		i, j = j, i
	}
	return m.Data[i*m.Stride+j]
}

// promised is the loop in the comment of Mul.
func (p *problem) promised() []float32 {
	c := append([]float32(nil), p.c.Data...)
	for i := range p.m {
		for j := range p.n {
			c[i*p.c.Stride+j] = p.promisedElement(i, j)
		}
	}
	return c
}

func (p *problem) promisedElement(i, j int) float32 {
	c := p.c.at(i, j)
	if p.beta != 0 && p.beta != 1 {
		c *= p.beta
	}
	if p.k == 0 || p.alpha == 0 {
		if p.beta == 0 {
			return 0
		}
		return c
	}
	for p0 := 0; p0 < p.k; p0 += 512 {
		s := float32(0)
		for q := p0; q < min(p.k, p0+512); q++ {
			s = fma(p.a.at(i, q), p.b.at(q, j), s)
		}
		if p0 == 0 && p.beta == 0 {
			c = p.alpha * s
		} else {
			c = fma(p.alpha, s, c)
		}
	}
	return c
}

// mul runs the problem on a copy of C and returns that.
func (p *problem) mul(g *Gemm) []float32 {
	c := p.c
	c.Data = append([]float32(nil), c.Data...)
	g.Mul(p.alpha, p.a, p.b, p.beta, c, nil)
	return c.Data
}

// sameBits reports where two slices differ: in bits, unless both are NaN.
func sameBits(got, want []float32) (int, bool) {
	for i, w := range want {
		if math.Float32bits(got[i]) != math.Float32bits(w) && (got[i] == got[i] || w == w) {
			return i, false
		}
	}
	return 0, true
}

// keeps fails unless Mul keeps its promise on p, to the bit and outside C too.
func (p *problem) keeps(t *testing.T, g *Gemm) {
	t.Helper()
	want, got := p.promised(), p.mul(g)
	if i, ok := sameBits(got, want); !ok {
		t.Fatalf("%v: number %d (row %d, column %d) is %x, want %x", p, i, i/p.c.Stride, i%p.c.Stride, got[i], want[i])
	}
}

func newGemm(t testing.TB, threads int) *Gemm {
	team := NewTeam(threads)
	t.Cleanup(team.Close)
	return NewGemm(team)
}

func TestMulSmall(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		g := newGemm(t, 1)
		for m := range 41 {
			for n := range 41 {
				for k := rng.IntN(4); k <= 40; k += 1 + rng.IntN(30) {
					newProblem(rng, m, n, k).keeps(t, g)
				}
			}
		}
	})
}

func TestMulLarge(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for threads := 1; threads <= 4; threads++ {
			g := newGemm(t, threads)
			for range 6 {
				newProblem(rng, rng.IntN(100), rng.IntN(300), rng.IntN(300)).keeps(t, g)
			}
			newProblem(rng, 1+rng.IntN(4), 200+rng.IntN(200), 1100).keeps(t, g) // three blocks along k
			newProblem(rng, 5+rng.IntN(9), 1+rng.IntN(70), 1100).keeps(t, g)
		}
		newProblem(rng, smallA/300+9, 39, 1+300).keeps(t, newGemm(t, 3)) // B packed as a whole
		newProblem(rng, smallA/520+9, 100, 1+520).keeps(t, newGemm(t, 2))
	})
}
