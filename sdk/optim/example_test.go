package optim_test

import (
	"fmt"

	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// The minimum of (p−3)², with a rate that falls.
func ExampleAdam() {
	var params tensor.Params
	p := params.Add("p", 1, 1, tensor.Init{})

	var tape tensor.Tape
	adam := optim.NewAdam(0.1)
	const steps = 300
	schedule := optim.CosineTo(steps, 0)
	for range steps {
		tape.Reset()
		p.On(&tape).Plus(-3).Square().Sum().Backward(&params)
		adam.Rate = 0.1 * schedule(adam.Steps())
		adam.Step(&params)
	}
	fmt.Printf("%.3f\n", p.Data[0])
	// Output: 3.000
}
