package tensor_test

import (
	"fmt"

	"github.com/genhost/genhost/sdk/tensor"
)

// A line through two points, by gradient descent.
func Example() {
	var line tensor.Params
	slope := line.Add("slope", 1, 1, tensor.Init{})
	offset := line.Add("offset", 1, 1, tensor.Init{})

	var tape tensor.Tape
	for range 200 {
		tape.Reset()
		x := tape.Input([]float32{1, 3}, 2, 1)
		y := tape.Input([]float32{5, 9}, 2, 1)
		loss := x.Dense(slope, offset, tensor.Linear).Sub(y).Square().Mean()
		loss.Backward(&line)
		for i, g := range line.Grad {
			line.Data[i] -= 0.15 * g
		}
	}
	fmt.Printf("y = %.2f x + %.2f\n", slope.Data[0], offset.Data[0])
	// Output: y = 2.00 x + 3.00
}
