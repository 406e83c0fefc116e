package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

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

// DCGAN begins with all weights from N(0, 0.02²): Radford et al.,
// arXiv:1511.06434, section 4. Weights are what ends in .weight: the gains of
// norms stay 1, and biases 0.
func Example_initialisation() {
	var params, stats tensor.Params
	nn.NewDense(&params, "first", 100, 4*4*32, tensor.Linear)
	nn.NewBatchNorm(&params, &stats, "norm", 32)
	nn.NewConvTransposed(&params, "last", nn.Window2D(8, 8, 3, 4, 2, 1), 32, tensor.Tanh)
	for _, q := range params.All() {
		if strings.HasSuffix(q.Name, ".weight") {
			q.Init = tensor.Init{Normal: 0.02}
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	params.Init(rng)
	stats.Init(rng)

	for _, q := range params.All() {
		squares := 0.0
		for _, v := range q.Tensor.Data {
			squares += float64(v) * float64(v)
		}
		fmt.Printf("%s %.2f\n", q.Name, math.Sqrt(squares/float64(len(q.Tensor.Data))))
	}
	// Output:
	// first.weight 0.02
	// first.bias 0.00
	// norm.gain 1.00
	// norm.bias 0.00
	// last.weight 0.02
	// last.bias 0.00
}
