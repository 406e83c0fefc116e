package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// UseInGonum makes gonum's blas32, and all that multiplies float32 through it, use
// the matrix products of this package on so many threads; 0 means GOMAXPROCS. It
// changes gonum for the whole program, so call it in main; end undoes it, and
// must not come while anything multiplies. (Package mat is float64 and stays as it
// is. A CPU for which there are no kernels keeps gonum's products, which are
// faster than plain Go ones of the same bytes.)
func UseInGonum(threads int) (end func()) {
	b := kernel.NewBLAS(threads)
	undo := b.Use()
	return func() {
		undo()
		b.Close()
	}
}
