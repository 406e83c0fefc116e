package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

type settings struct {
	Latent            int     `json:"latent" min:"1" max:"4096" help:"numbers in a latent, the size of z"`
	Generator         []int   `json:"generator" min:"1" max:"16384" help:"widths of the generator's hidden layers"`
	Discriminator     []int   `json:"discriminator" min:"1" max:"16384" help:"widths of the discriminator's hidden layers"`
	Activation        string  `json:"activation" choices:"relu,leaky_relu,tanh,sigmoid" help:"function after each of the generator's hidden layers"`
	DiscriminatorAct  string  `json:"discriminator_activation" choices:"relu,leaky_relu,tanh,sigmoid" help:"function after each of the discriminator's hidden layers"`
	Epochs            int     `json:"epochs" min:"1" max:"1000000" help:"passes over the data"`
	Batch             int     `json:"batch" min:"1" max:"65536" help:"rows in a step"`
	Rate              float64 `json:"rate" min:"0" help:"Adam's step size for the generator"`
	DiscriminatorRate float64 `json:"discriminator_rate" min:"0" help:"Adam's step size for the discriminator"`
	Beta1             float64 `json:"beta1" min:"0" max:"0.999" help:"Adam's decay of the mean gradient, in both"`
	LabelSmoothing    float64 `json:"label_smoothing" min:"0" max:"0.5" help:"how far below 1 the target of a real row is"`
	EMA               float64 `json:"ema" min:"0" max:"0.999999" help:"decay of the average of the generator that generates; 0 for none"`
}

var defaults = settings{
	Latent:            100,
	Generator:         []int{256, 512, 1024},
	Discriminator:     []int{512, 256},
	Activation:        "relu",
	DiscriminatorAct:  "leaky_relu",
	Epochs:            20,
	Batch:             32,
	Rate:              5e-4,
	DiscriminatorRate: 5e-4,
	Beta1:             0.5,
	LabelSmoothing:    0.1,
	EMA:               0.998,
}

// output chooses the generator's last activation, whose range is that of the
// rows of space.
func output(space sdk.Space) (tensor.Activation, error) {
	count := map[sdk.Kind]int{}
	for _, g := range space.Segments {
		if g.Kind == sdk.Category {
			return "", sdk.Hint(fmt.Errorf("%w: gan: %s rows have %s numbers, which it cannot model", sdk.ErrBadInput, space.Modality, g.Kind),
				"gan works with rows of unit, binary, signed and real numbers, such as images and audio")
		}
		count[g.Kind]++
	}
	switch len(space.Segments) {
	case count[sdk.Unit] + count[sdk.Binary]:
		return tensor.Sigmoid, nil
	case count[sdk.Signed]:
		return tensor.Tanh, nil
	}
	return tensor.Linear, nil
}

// mostParameters bounds the size of a network: a GiB of weights, and three
// more to train them.
const mostParameters = 1 << 28

// widths returns those of the generator's layers and of the discriminator's.
func (s settings) widths(space sdk.Space) (generator, discriminator []int, err error) {
	generator = append(append([]int{s.Latent}, s.Generator...), space.Size())
	discriminator = append(append([]int{space.Size()}, s.Discriminator...), 1)
	if n := parameters(generator) + parameters(discriminator); n > mostParameters {
		return nil, nil, sdk.Hint(fmt.Errorf("%w: gan: rows of %d numbers make %d parameters, more than %d", sdk.ErrBadInput, space.Size(), n, mostParameters),
			"use smaller rows or narrower hidden layers")
	}
	return generator, discriminator, nil
}

func parameters(widths []int) int {
	n := 0
	for i := 1; i < len(widths); i++ {
		n += (widths[i-1] + 1) * widths[i]
	}
	return n
}
