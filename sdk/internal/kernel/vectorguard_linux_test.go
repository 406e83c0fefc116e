package kernel

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// No kernel touches memory before or after its slices: here there is none.
func TestElementwiseStaysInside(t *testing.T) {
	const longest = 70
	page := syscall.Getpagesize()
	var atEnd, atStart [][]float32
	for range 5 {
		memory, err := syscall.Mmap(-1, 0, 3*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		defer syscall.Munmap(memory)
		for _, guard := range [][]byte{memory[:page], memory[2*page:]} {
			if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
				t.Fatal(err)
			}
		}
		x := floats(memory[page : 2*page])
		atStart, atEnd = append(atStart, x[:longest]), append(atEnd, x[len(x)-longest:])
	}
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, e := range elementwises {
			for n := range longest + 1 {
				first, last := make([][]float32, e.slices), make([][]float32, e.slices)
				for i := range first {
					first[i], last[i] = atStart[i][:n], atEnd[i][longest-n:]
					copy(first[i], someFloats(rng, n))
					copy(last[i], someFloats(rng, n))
				}
				var l lanes
				e.fast(first, &l)
				e.fast(last, &l)
			}
		}
	})
}

func floats(b []byte) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), len(b)/4)
}
