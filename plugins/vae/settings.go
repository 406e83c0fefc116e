package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Latent       int      `json:"latent" min:"1" max:"4096" help:"numbers in a latent, the size of z"`
	Architecture string   `json:"architecture" choices:"mlp,conv,gru" help:"the networks: dense layers, convolutions for pictures, or recurrent units for texts"`
	Hidden       []int    `json:"hidden" min:"1" max:"16384" help:"widths of the encoder's hidden layers; the decoder has them in reverse"`
	Filters      []int    `json:"filters" min:"1" max:"4096" help:"of the conv encoder's convolutions, each of which halves the sides of the picture; the decoder has them in reverse"`
	Embedding    int      `json:"embedding" min:"1" max:"4096" help:"numbers that stand for a category in gru networks"`
	Units        int      `json:"units" min:"1" max:"8192" help:"recurrent units of each gru network"`
	EncoderUnits int      `json:"encoder_units" min:"0" max:"8192" help:"of the encoder, where they are to be others than the decoder's; 0 for as many"`
	InputDropout float64  `json:"input_dropout" min:"0" max:"0.99" help:"share of the categories that a gru decoder does not see while it trains, so that it heeds the latent"`
	Dropout      float64  `json:"dropout" min:"0" max:"0.99" help:"share of its recurrent units that a gru decoder's last layer does not see while it trains, against learning texts by heart"`
	Activation   string   `json:"activation" choices:"relu,leaky_relu,tanh,sigmoid" help:"function after each hidden layer"`
	Likelihood   string   `json:"likelihood" choices:"auto,bernoulli,gaussian" help:"p(x|z) of numbers; auto is bernoulli for unit and binary ones, gaussian for others"`
	Output       string   `json:"output" choices:"auto,mean,draw" help:"rows that are made are the mean of p(x|z) and its likeliest categories, or draws from it; auto draws where there are categories"`
	Binarise     string   `json:"binarise" choices:"none,static,dynamic" help:"draw unit rows as zeros and ones: for each row once and for all, or afresh in each step"`
	Condition    []string `json:"condition" help:"conditions to heed, such as label"`

	Bound      string  `json:"bound" choices:"elbo,iwae" help:"what training maximises: the lower bound, or the importance weighted one"`
	Samples    int     `json:"samples" min:"1" max:"1024" help:"draws of z for each row of a step"`
	Beta       float64 `json:"beta" min:"0" max:"1000" help:"weight of the KL term; the paper's is 1"`
	BetaWarmup float64 `json:"beta_warmup" min:"0" max:"10000" help:"epochs over which the weight of the KL term rises from 0"`
	FreeBits   float64 `json:"free_bits" min:"0" max:"100" help:"nats that each number of a latent may cost for nothing"`

	Epochs      int       `json:"epochs" min:"1" max:"1000000" help:"passes over the data"`
	Batch       int       `json:"batch" min:"1" max:"65536" help:"rows in a step"`
	Rate        float64   `json:"rate" min:"0" help:"Adam's step size"`
	Epsilon     float64   `json:"epsilon" min:"1e-12" max:"1" help:"Adam's epsilon"`
	WeightDecay float64   `json:"weight_decay" min:"0" max:"1000" help:"what a step takes away of each weight, as a part of the rate"`
	Schedule    string    `json:"schedule" choices:"constant,cosine,milestones" help:"how the rate falls: not, along half a cosine to 0, or by a factor at milestones"`
	Milestones  []float64 `json:"milestones" min:"0" max:"1000000" help:"epochs after which the rate is multiplied by decay"`
	Decay       float64   `json:"decay" min:"0" max:"1" help:"what the rate is multiplied by at a milestone"`
	Clip        float64   `json:"clip" min:"0" help:"longest gradient, as a Euclidean norm; 0 for any"`
}

var defaults = settings{
	Latent:       12,
	Architecture: "mlp",
	Hidden:       []int{256, 128},
	Filters:      []int{32, 64},
	Embedding:    32,
	Units:        128,
	InputDropout: 0.3,
	Activation:   "relu",
	Likelihood:   "auto",
	Output:       "auto",
	Binarise:     "none",
	Bound:        "elbo",
	Samples:      1,
	Beta:         1,
	BetaWarmup:   3,
	Epochs:       30,
	Batch:        64,
	Rate:         3e-3,
	Epsilon:      1e-8,
	WeightDecay:  0.02,
	Schedule:     "cosine",
	Decay:        0.5,
}

// check reports settings that contradict one another.
func (s settings) check(space sdk.Space, ps parts) error {
	switch {
	case s.Bound == "iwae" && s.FreeBits > 0:
		return sdk.Hint(&sdk.SettingError{Setting: "free_bits", Problem: fmt.Sprintf("is %g: the iwae bound has no KL term to spare", s.FreeBits)},
			"set free_bits to 0 or bound to elbo")
	case s.Schedule == "milestones" && len(s.Milestones) == 0:
		return sdk.Hint(&sdk.SettingError{Setting: "milestones", Problem: "is empty: the schedule needs one or more"},
			"set milestones to epochs, such as 10,20, or schedule to cosine")
	}
	return s.checkBinarise(space, ps)
}

// unfit is the error for a setting that is not for the rows of space.
func unfit(space sdk.Space, setting, problem string) error {
	return fmt.Errorf("%w: vae: %s rows: %w", sdk.ErrBadInput, space.Modality, &sdk.SettingError{Setting: setting, Problem: problem})
}
