package tensor

import "fmt"

// A Tensor is a matrix, and how it was made.
type Tensor struct {
	Rows, Cols int
	Data       []float32 // Rows × Cols numbers, row after row

	// Grad is the gradient of the last Backward, of the shape of Data. Only
	// that of parameters means anything once Backward has returned.
	Grad []float32

	tape  *Tape
	at    int     // place on the tape
	owner *Params // of a parameter, which is on no tape

	// How it was made: back adds to the gradients of a, b, c and d, given its
	// own. It is nil for constants.
	op         string
	back       func(t *Tensor)
	a, b, c, d *Tensor
	k          float32
	from       int
	act        Activation
	args       any  // what else the operation was given, as a pointer: that allocates nothing
	begins     bool // back begins the gradients of a, b, c and d

	memory []float32 // behind Data, unless Data is another's
	aux    []float32 // kept by the operation for its gradient

	// Of this Backward.
	needs  bool    // a gradient
	begun  bool    // Grad holds some of it
	last   *Tensor // nothing made of this one adds to Grad after that
	masked bool    // Grad has been multiplied by the slope of act already
}

// Item returns the only number of a 1×1 tensor.
func (t *Tensor) Item() float64 {
	if t.Rows != 1 || t.Cols != 1 {
		panic(fmt.Sprintf("tensor: item: %v is not one number", t))
	}
	return float64(t.Data[0])
}

// String returns the shape, as 32×784.
func (t *Tensor) String() string { return fmt.Sprintf("%d×%d", t.Rows, t.Cols) }

// row returns row i.
func (t *Tensor) row(i int) []float32 { return t.Data[i*t.Cols : (i+1)*t.Cols] }

// gradRow returns the gradient of row i.
func (t *Tensor) gradRow(i int) []float32 { return t.Grad[i*t.Cols : (i+1)*t.Cols] }

// wanted reports whether Backward is after the gradient of t, which may be nil.
func (t *Tensor) wanted() bool {
	if t == nil {
		return false
	}
	if t.owner != nil {
		return t.owner.wanted
	}
	return t.needs
}
