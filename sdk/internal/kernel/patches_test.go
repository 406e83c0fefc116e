package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func randomWindow(rng *rand.Rand) *Window {
	for {
		w := &Window{
			Height: 1 + rng.IntN(9), Width: 1 + rng.IntN(9), Channels: []int{1, 1, 2, 3, 5, 16, 24}[rng.IntN(7)],
			KernelHeight: 1 + rng.IntN(5), KernelWidth: 1 + rng.IntN(5),
			StrideHeight: 1 + rng.IntN(3), StrideWidth: 1 + rng.IntN(3),
			PaddingHeight: rng.IntN(4), PaddingWidth: rng.IntN(4),
		}
		if w.Check() == nil {
			return w
		}
	}
}

// index is where in the pictures element (i, j) of their patches is, and
// whether it is inside: the loop in the comment of Patches.
func (w *Window) index(i, j int) (int, bool) {
	picture, place := i/w.Places(), i%w.Places()
	run := w.KernelWidth * w.Channels
	ky, kx, c := j/run, j%run/w.Channels, j%w.Channels
	y := place/w.OutWidth()*w.StrideHeight - w.PaddingHeight + ky
	x := place%w.OutWidth()*w.StrideWidth - w.PaddingWidth + kx
	inside := y >= 0 && y < w.Height && x >= 0 && x < w.Width
	return ((picture*w.Height+y)*w.Width+x)*w.Channels + c, inside
}

// laidOut is the matrix of patches in memory.
func (w *Window) laidOut(data []float32, pictures int) Matrix {
	m := Matrix{Rows: pictures * w.Places(), Cols: w.PatchSize(), Stride: w.PatchSize()}
	m.Data = make([]float32, m.Rows*m.Cols)
	for i := range m.Rows {
		for j := range m.Cols {
			if at, ok := w.index(i, j); ok {
				m.Data[i*m.Cols+j] = data[at]
			}
		}
	}
	return m
}

// A product of patches has the bits of that of the matrix they stand for.
func TestMulPatches(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(41, 42))
		g := newGemm(t, 2)
		check := func(w *Window, pictures, n int) {
			data := randoms(rng, pictures*w.PictureSize())
			patches, laid := w.Patches(data, pictures), w.laidOut(data, pictures)
			name := fmt.Sprintf("%+v, %d pictures, %d", *w, pictures, n)

			other := randomMatrix(rng, laid.Cols, n, rng.IntN(2) == 0)
			sameProduct(t, g, name+" as A", patches, other, laid, other)
			other = randomMatrix(rng, n, laid.Rows, rng.IntN(2) == 0)
			sameProduct(t, g, name+" as B", other, patches, other, laid)
		}
		for range 150 {
			check(randomWindow(rng), 1+rng.IntN(3), 1+rng.IntN(40))
		}
		check(&Window{28, 28, 1, 4, 4, 2, 2, 1, 1}, 4, 64) // more than 512 places
		check(&Window{5, 6, 64, 4, 4, 2, 2, 1, 1}, 2, 20)  // more than 512 numbers
		check(&Window{1, 700, 3, 1, 9, 1, 1, 0, 4}, 1, 8)  // a sound
	})
}

func sameProduct(t *testing.T, g *Gemm, name string, a, b, wantA, wantB Matrix) {
	t.Helper()
	got := Matrix{Rows: a.Rows, Cols: b.Cols, Stride: b.Cols, Data: make([]float32, a.Rows*b.Cols)}
	want := got
	want.Data = make([]float32, len(got.Data))
	g.Mul(1, a, b, 0, got, nil)
	g.Mul(1, wantA, wantB, 0, want, nil)
	if i, ok := sameBits(got.Data, want.Data); !ok {
		t.Fatalf("%s: element %d, %d is %v, want %v", name, i/b.Cols, i%b.Cols, got.Data[i], want.Data[i])
	}
}

func TestAddPatches(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(43, 44))
		for range 300 {
			w, pictures := randomWindow(rng), 1+rng.IntN(3)
			n := pictures * w.Places()
			data := randoms(rng, pictures*w.PictureSize())
			want := append([]float32(nil), data...)
			patches := randoms(rng, n*w.PatchSize())
			for i := range n {
				for j := range w.PatchSize() {
					if at, ok := w.index(i, j); ok {
						want[at] += patches[i*w.PatchSize()+j]
					}
				}
			}
			middle := rng.IntN(n + 1)
			w.AddPatches(data, patches[:middle*w.PatchSize()], 0, middle)
			w.AddPatches(data, patches[middle*w.PatchSize():], middle, n)
			if i, ok := sameBits(data, want); !ok {
				t.Fatalf("%+v: number %d is %v, want %v", *w, i, data[i], want[i])
			}
		}
	})
}

func TestWindowCheck(t *testing.T) {
	good := Window{Height: 5, Width: 4, Channels: 1, KernelHeight: 3, KernelWidth: 2, StrideHeight: 2, StrideWidth: 1}
	if err := good.Check(); err != nil || good.OutHeight() != 2 || good.OutWidth() != 3 {
		t.Errorf("%d × %d places, %v; want 2 × 3", good.OutHeight(), good.OutWidth(), err)
	}
	for name, change := range map[string]func(*Window){
		"no channels":      func(w *Window) { w.Channels = 0 },
		"no stride":        func(w *Window) { w.StrideWidth = 0 },
		"negative padding": func(w *Window) { w.PaddingHeight = -1 },
		"kernel too high":  func(w *Window) { w.KernelHeight = 6 },
		"kernel too wide":  func(w *Window) { w.KernelWidth = 7; w.PaddingWidth = 1 },
	} {
		w := good
		change(&w)
		if w.Check() == nil {
			t.Errorf("%s: no complaint", name)
		}
	}
}

func BenchmarkPatches(b *testing.B) {
	w := &Window{14, 14, 64, 4, 4, 2, 2, 1, 1}
	const pictures, filters = 128, 128
	rng := rand.New(rand.NewPCG(1, 2))
	data := randoms(rng, pictures*w.PictureSize())
	weights := dense(rng, filters, w.PatchSize(), false)
	y := dense(rng, pictures*w.Places(), filters, false)
	g := newGemm(b, 1)
	flop := 2 * float64(filters*w.PatchSize()*pictures*w.Places())
	report := func(b *testing.B) {
		b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	}
	b.Run("A", func(b *testing.B) {
		for b.Loop() {
			g.Mul(1, w.Patches(data, pictures), weights.T(), 0, y, nil)
		}
		report(b)
	})
	b.Run("B", func(b *testing.B) {
		for b.Loop() {
			g.Mul(1, y.T(), w.Patches(data, pictures), 0, weights, nil)
		}
		report(b)
	})
	b.Run("Add", func(b *testing.B) {
		cols := dense(rng, 4*w.Places(), w.PatchSize(), false)
		for b.Loop() {
			for i := range pictures / 4 {
				part := y
				part.Rows, part.Data = cols.Rows, y.Data[i*cols.Rows*filters:]
				g.Mul(1, part, weights, 0, cols, nil)
				w.AddPatches(data, cols.Data, i*cols.Rows, (i+1)*cols.Rows)
			}
		}
		report(b)
	})
}
