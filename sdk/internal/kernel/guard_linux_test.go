package kernel

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// guarded returns n numbers between two pages that may not be touched: right
// after the first, or right before the second.
func guarded(t *testing.T, n int, atEnd bool) []float32 {
	t.Helper()
	if n == 0 {
		return nil
	}
	page := syscall.Getpagesize()
	inner := roundUp(4*n, page)
	all, err := syscall.Mmap(-1, 0, inner+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(all) })
	for _, fence := range [][]byte{all[:page], all[page+inner:]} {
		if err := syscall.Mprotect(fence, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	within := all[page : page+inner]
	if atEnd {
		within = within[inner-4*n:]
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&within[0])), n)
}

// Kernels take pointers, so the compiler checks nothing: here the hardware
// does. A read or a write outside A, B or C ends the test with a fault.
func TestMulTouchesNothingElse(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(9, 10))
		g := newGemm(t, 1)
		for round := range 250 {
			p := newProblem(rng, 1+rng.IntN(20), 1+rng.IntN(70), 1+rng.IntN(40))
			for _, m := range []*Matrix{&p.a, &p.b, &p.c} {
				fenced := guarded(t, len(m.Data), round%2 == 0)
				copy(fenced, m.Data)
				m.Data = fenced
			}
			want := p.promised()
			g.Mul(p.alpha, p.a, p.b, p.beta, p.c, nil)
			if i, ok := sameBits(p.c.Data, want); !ok {
				t.Fatalf("%v: number %d is %x, want %x", p, i, p.c.Data[i], want[i])
			}
		}
	})
}
