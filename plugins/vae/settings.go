package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Latent     int     `json:"latent" min:"1" max:"4096" help:"numbers in a latent, the size of z"`
	Hidden     []int   `json:"hidden" min:"1" max:"16384" help:"widths of the encoder's hidden layers; the decoder has them in reverse"`
	Activation string  `json:"activation" choices:"relu,leaky_relu,tanh,sigmoid" help:"function after each hidden layer"`
	Likelihood string  `json:"likelihood" choices:"auto,bernoulli,gaussian" help:"p(x|z); auto is bernoulli for unit and binary rows, gaussian for others"`
	Beta       float64 `json:"beta" min:"0" max:"1000" help:"weight of the KL term; the paper's is 1"`
	BetaWarmup float64 `json:"beta_warmup" min:"0" max:"10000" help:"epochs over which the weight of the KL term rises from 0"`
	Epochs     int     `json:"epochs" min:"1" max:"1000000" help:"passes over the data"`
	Batch      int     `json:"batch" min:"1" max:"65536" help:"rows in a step"`
	Rate       float64 `json:"rate" min:"0" help:"Adam's step size"`
	Clip       float64 `json:"clip" min:"0" help:"longest gradient, as a Euclidean norm; 0 for any"`
}

var defaults = settings{
	Latent:     32,
	Hidden:     []int{256, 128},
	Activation: "relu",
	Likelihood: "auto",
	Beta:       1,
	BetaWarmup: 5,
	Epochs:     30,
	Batch:      64,
	Rate:       1e-3,
}

// likelihood chooses p(x|z) for the rows of space.
func (s settings) likelihood(space sdk.Space) (string, error) {
	binary := true // or between 0 and 1, which counts as so much of a 1
	for _, g := range space.Segments {
		switch g.Kind {
		case sdk.Unit, sdk.Binary:
		case sdk.Signed, sdk.Real:
			binary = false
		default:
			return "", sdk.Hint(fmt.Errorf("%w: vae: %s rows have %s numbers, which it cannot model", sdk.ErrBadInput, space.Modality, g.Kind),
				"vae works with rows of unit, binary, signed and real numbers, such as images and audio")
		}
	}
	switch {
	case s.Likelihood == "auto" && binary:
		return "bernoulli", nil
	case s.Likelihood == "auto":
		return "gaussian", nil
	case s.Likelihood == "bernoulli" && !binary:
		return "", sdk.Hint(&sdk.SettingError{Setting: "likelihood", Problem: "is bernoulli: the rows have numbers outside 0 to 1"},
			"set likelihood to gaussian or auto")
	}
	return s.Likelihood, nil
}

// mostParameters bounds the size of a network: a GiB of weights, and three
// more to train them.
const mostParameters = 1 << 28

// widths returns those of the encoder's layers and of the decoder's.
func (s settings) widths(space sdk.Space) (encoder, decoder []int, err error) {
	encoder = append([]int{space.Size()}, s.Hidden...)
	for i := range encoder {
		decoder = append(decoder, encoder[len(encoder)-1-i])
	}
	encoder = append(encoder, 2*s.Latent)
	decoder = append([]int{s.Latent}, decoder...)
	if n := parameters(encoder) + parameters(decoder); n > mostParameters {
		return nil, nil, sdk.Hint(fmt.Errorf("%w: vae: rows of %d numbers and hidden layers %v make %d parameters, more than %d", sdk.ErrBadInput, space.Size(), s.Hidden, n, mostParameters),
			"use smaller rows or narrower hidden layers")
	}
	return encoder, decoder, nil
}

func parameters(widths []int) int {
	n := 0
	for i := 1; i < len(widths); i++ {
		n += (widths[i-1] + 1) * widths[i]
	}
	return n
}
