package tensor

import (
	"fmt"

	"github.com/genhost/genhost/sdk/internal/kernel"
)

// A Window says how a convolution goes over pictures. A picture is a row of
// Height × Width pixels of Channels numbers, in that order (NHWC); a sound or a
// sequence is a picture of height 1. At each place the window covers
// KernelHeight × KernelWidth pixels; neighbouring places are so many pixels,
// the stride, apart, and the first begins Padding pixels before the picture.
// Beyond the picture all is 0.
type Window struct {
	Height, Width, Channels     int // of the picture, at least 1
	KernelHeight, KernelWidth   int // at least 1
	StrideHeight, StrideWidth   int // at least 1
	PaddingHeight, PaddingWidth int // at least 0
}

// OutHeight and OutWidth are how many places there are:
// ⌊(size + 2·padding − kernel) / stride⌋ + 1.
func (w *Window) OutHeight() int { return w.kernel().OutHeight() }

// OutWidth is like OutHeight.
func (w *Window) OutWidth() int { return w.kernel().OutWidth() }

// Places is how many places there are in all.
func (w *Window) Places() int { return w.kernel().Places() }

// PatchSize is how many numbers the window covers.
func (w *Window) PatchSize() int { return w.kernel().PatchSize() }

// Size is how many numbers a picture has.
func (w *Window) Size() int { return w.kernel().PictureSize() }

// Check returns what is wrong with w, or nil.
func (w *Window) Check() error { return w.kernel().Check() }

func (w *Window) kernel() *kernel.Window { return (*kernel.Window)(w) }

// Conv returns act(x ∗ f + b), a convolution: x has a picture in each row, f a
// filter, PatchSize numbers in the order of a picture, and b one row of a
// number for each filter; b may be nil. A row of the result is a picture again,
// of OutHeight × OutWidth pixels with a channel for each filter. (Like all
// such libraries it does not mirror the filters, so that it is a correlation.)
func (x *Tensor) Conv(w *Window, f, b *Tensor, act Activation) *Tensor {
	checkConv("conv", w, f, b, act, f.Rows)
	if x.Cols != w.Size() {
		panic(fmt.Sprintf("tensor: conv: rows of %d numbers for pictures of %d × %d × %d", x.Cols, w.Height, w.Width, w.Channels))
	}
	t := x.result("conv", x.Rows, w.Places()*f.Rows, convBack, f, b)
	t.b, t.c, t.act, t.args, t.begins = f, b, act, w, true
	t.own()
	t.tape.product(w.kernel().Patches(x.Data, x.Rows), f.matrix().T(), 0, w.pixels(t.Data, f), t.tape.finishing(t, f.Rows))
	return t
}

// ConvTransposed returns act(x ∗ᵀ f + b), where x ↦ x ∗ᵀ f is the transpose of
// the linear map x ↦ x ∗ f of [Tensor.Conv] with the same window and filters: a
// row of x has a pixel for each place of the window and a channel for each
// filter, and a row of the result is a picture as w describes it. Dumoulin and
// Visin, arXiv:1603.07285, chapter 4. b has a number for each channel of the
// picture, and may be nil.
func (x *Tensor) ConvTransposed(w *Window, f, b *Tensor, act Activation) *Tensor {
	checkConv("conv transposed", w, f, b, act, w.Channels)
	if x.Cols != w.Places()*f.Rows {
		panic(fmt.Sprintf("tensor: conv transposed: rows of %d numbers for %d × %d places and %d filters",
			x.Cols, w.OutHeight(), w.OutWidth(), f.Rows))
	}
	t := x.result("conv transposed", x.Rows, w.Size(), convTransposedBack, f, b)
	t.b, t.c, t.act, t.args, t.begins = f, b, act, w, true
	t.own()
	t.tape.spread(w, w.pixels(x.Data, f), f, 0, t.Data, t.tape.finishing(t, w.Channels))
	return t
}

func checkConv(op string, w *Window, f, b *Tensor, act Activation, outputs int) {
	if err := w.Check(); err != nil {
		panic("tensor: " + op + ": " + err.Error())
	}
	if f.Cols != w.PatchSize() {
		panic(fmt.Sprintf("tensor: %s: filters of %d numbers for patches of %d", op, f.Cols, w.PatchSize()))
	}
	if b != nil && (b.Rows != 1 || b.Cols != outputs) {
		panic(fmt.Sprintf("tensor: %s: bias %v for %d outputs", op, b, outputs))
	}
	act.check(op)
}

// pixels is the result of a convolution as a matrix: a row for each place of
// each picture, a column for each filter.
func (w *Window) pixels(data []float32, f *Tensor) kernel.Matrix {
	return kernel.Matrix{Rows: len(data) / f.Rows, Cols: f.Rows, Stride: f.Rows, Data: data}
}

// convBack is like denseBack, with P the patches of x: df = dtᵀ·P, and dx is
// the transposed convolution of dt.
func convBack(t *Tensor) {
	x, f, b, w := t.a, t.b, t.c, t.args.(*Window)
	if t.act != Linear && !t.masked {
		t.numbers(maskNumbers)
	}
	dt := w.pixels(t.Grad, f)
	if f.wanted() {
		beta := f.share()
		t.tape.product(dt.T(), w.kernel().Patches(x.Data, x.Rows), beta, f.gradient(), nil)
	}
	t.tape.addBias(b, t.Grad)
	if x.wanted() {
		beta := x.share()
		t.tape.spread(w, dt, f, beta, x.Grad, t.maskOf(x, w.Channels))
	}
}

// convTransposedBack has the two linear maps the other way round: with P the
// patches of dt, df = xᵀ·P and dx = P·fᵀ.
func convTransposedBack(t *Tensor) {
	x, f, b, w := t.a, t.b, t.c, t.args.(*Window)
	if t.act != Linear && !t.masked {
		t.numbers(maskNumbers)
	}
	patches := w.kernel().Patches(t.Grad, t.Rows)
	if f.wanted() {
		beta := f.share()
		t.tape.product(w.pixels(x.Data, f).T(), patches, beta, f.gradient(), nil)
	}
	t.tape.addBias(b, t.Grad)
	if x.wanted() {
		beta := x.share()
		t.tape.product(patches, f.matrix().T(), beta, w.pixels(x.Grad, f), t.maskOf(x, f.Rows))
	}
}

// A spreading is a product whose rows are patches to be added to pictures, some
// pictures at a time.
type spreading struct {
	window  *Window
	patches []float32 // of these pictures
	data    []float32
	beta    float32
	first   int // picture
	done    kernel.Epilogue
}

// spreadNumbers is how many numbers of patches to make at a time: few enough to
// be in a cache still when they are added, and enough for the filters to be
// packed seldom.
const spreadNumbers = 1 << 18

// spread sets data, pictures, to beta times that, 0 or 1, plus the transposed
// convolution of x.
func (tape *Tape) spread(w *Window, x kernel.Matrix, f *Tensor, beta float32, data []float32, done kernel.Epilogue) {
	places, size := w.Places(), w.PatchSize()
	pictures := x.Rows / places
	n := max(1, spreadNumbers/(places*size))
	s := &tape.spreading
	s.window, s.data, s.beta, s.done = w, data, beta, done
	for s.first = 0; s.first < pictures; s.first += n {
		n = min(n, pictures-s.first)
		s.patches = resize(s.patches[:cap(s.patches)], n*places*size)
		part := x
		part.Rows, part.Data = n*places, x.Data[s.first*places*x.Stride:]
		tape.product(part, f.matrix(), 0, kernel.Matrix{Rows: part.Rows, Cols: size, Stride: size, Data: s.patches}, nil)
		tape.workers.Do(n, 1, s)
	}
	s.window, s.data, s.done = nil, nil, nil
}

// Run adds the patches of some pictures.
func (s *spreading) Run(from, to int) {
	w := s.window
	places, size := w.Places(), w.PatchSize()
	for i := from; i < to; i++ {
		picture := s.first + i
		if s.beta == 0 {
			clear(s.data[picture*w.Size():][:w.Size()])
		}
		w.kernel().AddPatches(s.data, s.patches[i*places*size:][:places*size], picture*places, (picture+1)*places)
		if s.done != nil {
			pixels := w.Height * w.Width
			s.done(picture*pixels, (picture+1)*pixels, 0, w.Channels)
		}
	}
}
