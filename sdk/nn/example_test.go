package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// A network learns the exclusive or, which no single layer can.
func Example() {
	var params tensor.Params
	net := nn.NewMLP(&params, "net", []int{2, 8, 1}, tensor.Tanh, tensor.Linear)
	params.Init(rand.New(rand.NewPCG(1, 2)))

	x := []float32{0, 0, 0, 1, 1, 0, 1, 1}
	y := []float32{0, 1, 1, 0}

	var tape tensor.Tape
	adam := optim.NewAdam(0.05)
	for range 300 {
		tape.Reset()
		logits := net.Forward(tape.Input(x, 4, 2))
		loss := nn.Bernoulli(tape.Input(y, 4, 1), logits).Mean().Scale(-1)
		loss.Backward(&params)
		adam.Step(&params)
	}
	for _, p := range net.Forward(tape.Input(x, 4, 2)).Sigmoid().Data {
		fmt.Printf("%.0f ", p)
	}
	// Output: 0 1 1 0
}
