package kernel

import "fmt"

// A Window says how a convolution goes over pictures. A picture is Height ×
// Width pixels of Channels numbers, in that order in memory (NHWC). At each of
// OutHeight × OutWidth places the window covers a patch of KernelHeight ×
// KernelWidth pixels; neighbouring places are Stride pixels apart, and the
// first begins Padding pixels before the picture. Beyond the picture all is 0.
type Window struct {
	Height, Width, Channels     int
	KernelHeight, KernelWidth   int
	StrideHeight, StrideWidth   int
	PaddingHeight, PaddingWidth int
}

// OutHeight returns how many places there are from top to bottom, OutWidth
// those from left to right.
func (w *Window) OutHeight() int {
	return places(w.Height, w.KernelHeight, w.StrideHeight, w.PaddingHeight)
}

// OutWidth is like OutHeight.
func (w *Window) OutWidth() int {
	return places(w.Width, w.KernelWidth, w.StrideWidth, w.PaddingWidth)
}

func places(size, kernel, stride, padding int) int {
	if stride < 1 || size+2*padding < kernel {
		return 0
	}
	return (size+2*padding-kernel)/stride + 1
}

// Places is how many patches a picture has.
func (w *Window) Places() int { return w.OutHeight() * w.OutWidth() }

// PatchSize is how many numbers a patch has.
func (w *Window) PatchSize() int { return w.KernelHeight * w.run() }

// PictureSize is how many numbers a picture has.
func (w *Window) PictureSize() int { return w.Height * w.Width * w.Channels }

// Check returns what is wrong with w, or nil.
func (w *Window) Check() error {
	if min(w.Height, w.Width, w.Channels, w.KernelHeight, w.KernelWidth, w.StrideHeight, w.StrideWidth) < 1 ||
		min(w.PaddingHeight, w.PaddingWidth) < 0 {
		return fmt.Errorf("sizes and strides must be at least 1 and padding at least 0: %+v", *w)
	}
	if w.Places() < 1 {
		return fmt.Errorf("no room for a window of %d × %d in %d × %d pixels with padding %d, %d",
			w.KernelHeight, w.KernelWidth, w.Height, w.Width, w.PaddingHeight, w.PaddingWidth)
	}
	return nil
}

func (w *Window) mustFit() {
	if err := w.Check(); err != nil {
		panic("kernel: window: " + err.Error())
	}
}

// run is how many numbers of a patch lie side by side in a picture: those of
// one of its rows.
func (w *Window) run() int { return w.KernelWidth * w.Channels }

// Patches returns a matrix with a row for each place of each picture in data,
// and in it the numbers of the patch there, row by row of the patch. It is made
// while it is multiplied, so that it takes no memory.
//
//	for i := range pictures * w.Places() {
//		picture, place := i / w.Places(), i % w.Places()
//		for j := range w.PatchSize() {
//			ky, kx, c := j / w.run(), j % w.run() / w.Channels, j % w.Channels
//			y := place / w.OutWidth() * w.StrideHeight - w.PaddingHeight + ky
//			x := place % w.OutWidth() * w.StrideWidth - w.PaddingWidth + kx
//			m[i, j] = data[picture, y, x, c], or 0 if that is outside
//		}
//	}
//
// It may be either factor of a product, but not transposed, nor the result.
func (w *Window) Patches(data []float32, pictures int) Matrix {
	w.mustFit()
	return Matrix{Rows: pictures * w.Places(), Cols: w.PatchSize(), Stride: w.PatchSize(), Data: data, window: w}
}

// AddPatches adds to each number of the pictures those that stand for it in
// rows from and below to of a matrix of patches, of which patches holds just
// these rows.
//
//	for i := range to - from {
//		for j := range w.PatchSize() {
//			data[where Patches has element (from+i, j) from] += patches[i, j]
//		}
//	}
func (w *Window) AddPatches(data, patches []float32, from, to int) {
	w.mustFit()
	n := w.PatchSize()
	fit(len(patches), (to-from)*n)
	if need := ceilDiv(to, w.Places()) * w.PictureSize(); len(data) < need {
		panic(fmt.Sprintf("kernel: patches up to %d are of pictures of %d numbers, not %d", to, need, len(data)))
	}
	g := w.grid()
	for i := from; i < to; i++ {
		row := patches[(i-from)*n:][:n]
		picture, oy, ox := g.place(i)
		for ky := range w.KernelHeight {
			start, lo, hi := g.at(picture, oy, ox, ky)
			addRun(data[start+lo:start+hi], row[ky*g.run+lo:ky*g.run+hi])
		}
	}
}

// addRun adds x to dst, which are often too short to be worth a call.
func addRun(dst, x []float32) {
	if len(dst) >= 8 {
		add(dst, dst, x)
		return
	}
	for i, v := range x {
		dst[i] += v
	}
}
