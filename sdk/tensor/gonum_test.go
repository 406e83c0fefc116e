package tensor_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/gonum"

	"github.com/genhost/genhost/sdk/internal/kernel"
	"github.com/genhost/genhost/sdk/tensor"
)

// A program calls this in its main, and multiplies with gonum as ever.
func ExampleUseInGonum() {
	end := tensor.UseInGonum(0)
	defer end()

	a := blas32.General{Rows: 2, Cols: 2, Stride: 2, Data: []float32{1, 2, 3, 4}}
	b := blas32.General{Rows: 2, Cols: 2, Stride: 2, Data: []float32{5, 6, 7, 8}}
	c := blas32.General{Rows: 2, Cols: 2, Stride: 2, Data: make([]float32, 4)}
	blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, a, b, 0, c)
	fmt.Println(c.Data)
	// Output: [19 22 43 50]
}

// Our products round in another way than gonum's, so bits show who multiplied -
// but where the compiler fuses gonum's.
func TestUseInGonum(t *testing.T) {
	before := blas32.Implementation()
	const m, k, n = 20, 300, 30
	a := blas32.General{Rows: m, Cols: k, Stride: k, Data: thirds(m * k)}
	b := blas32.General{Rows: k, Cols: n, Stride: n, Data: thirds(k * n)}
	product := func() []float32 {
		c := blas32.General{Rows: m, Cols: n, Stride: n, Data: make([]float32, m*n)}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, a, b, 0, c)
		return c.Data
	}
	theirs := product()

	end := tensor.UseInGonum(2)
	if _, ok := blas32.Implementation().(*kernel.BLAS); !ok {
		t.Errorf("blas32 uses a %T", blas32.Implementation())
	}
	got := product()
	var tape tensor.Tape
	ours := tape.Input(a.Data, m, k).MatMul(tape.Input(b.Data, k, n)).Data
	if kernel.Level() == "plain Go" {
		ours = theirs
	} else if runtime.GOARCH == "amd64" && slices.Equal(ours, theirs) {
		t.Fatal("the test cannot tell one product from the other")
	}
	if !slices.Equal(got, ours) {
		t.Error("blas32 multiplies in another way than MatMul")
	}

	goroutines := runtime.NumGoroutine()
	end()
	if blas32.Implementation() != before || before != blas.Float32(gonum.Implementation{}) {
		t.Errorf("afterwards blas32 uses a %T", blas32.Implementation())
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() >= goroutines; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before the end", runtime.NumGoroutine(), goroutines)
		}
	}
}

// thirds returns n numbers whose sums round.
func thirds(n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(i*i%17-8) / 3
	}
	return x
}
