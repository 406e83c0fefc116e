package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
)

type settings struct {
	Architecture      string   `json:"architecture" choices:"mlp,conv,sequence" help:"dense layers, convolutions for pictures, or convolutions for texts and signals"`
	Latent            int      `json:"latent" min:"1" max:"4096" help:"numbers in a latent, the size of z"`
	Generator         []int    `json:"generator" min:"1" max:"16384" help:"widths of the generator's hidden layers, of mlp"`
	Discriminator     []int    `json:"discriminator" min:"1" max:"16384" help:"widths of the discriminator's hidden layers, of mlp"`
	Filters           int      `json:"filters" min:"1" max:"1024" help:"filters of the outermost convolutions, of conv, with twice as many at half the size; of all convolutions, of sequence"`
	Blocks            int      `json:"blocks" min:"1" max:"64" help:"residual blocks of two convolutions in each network, of sequence"`
	Activation        string   `json:"activation" choices:"relu,leaky_relu,tanh,sigmoid" help:"function after each of the generator's hidden layers"`
	DiscriminatorAct  string   `json:"discriminator_activation" choices:"relu,leaky_relu,tanh,sigmoid" help:"function after each of the discriminator's hidden layers"`
	BatchNorm         bool     `json:"batch_norm" help:"batch norm in the generator's hidden layers"`
	SpectralNorm      bool     `json:"spectral_norm" help:"divide the discriminator's weights by their spectral norms"`
	Dropout           float64  `json:"dropout" min:"0" max:"0.9" help:"how much of the discriminator's hidden layers a step drops"`
	Noise             float64  `json:"noise" min:"0" max:"10" help:"standard deviation of noise on what the discriminator sees"`
	Categories        string   `json:"categories" choices:"softmax,gumbel,straight-through" help:"what the generator makes of a category: probabilities, near to a draw, or a draw with the slopes of one that is near"`
	Tau               float64  `json:"tau" min:"0.01" max:"100" help:"temperature τ of gumbel and straight-through: the lower, the nearer to a draw"`
	Condition         []string `json:"condition" help:"conditions of the rows that the model is to heed, such as label; * is all that have values"`
	Tell              string   `json:"tell" choices:"all,some" help:"which of these conditions of a row: all, or some, so that others can be left open"`
	Loss              string   `json:"loss" choices:"nonsaturating,hinge,lsgan,wgan-gp" help:"what the two networks descend"`
	LabelSmoothing    float64  `json:"label_smoothing" min:"0" max:"0.5" help:"how far below 1 the target of a real row is, of nonsaturating"`
	R1                float64  `json:"r1" min:"0" max:"1000" help:"weight γ of a penalty on the discriminator's slope at real rows; 0 for none"`
	GradientPenalty   float64  `json:"gradient_penalty" min:"0" max:"1000" help:"weight λ of the penalty of wgan-gp"`
	CriticSteps       int      `json:"critic_steps" min:"1" max:"1000" help:"steps of the discriminator for each of the generator"`
	Pac               int      `json:"pac" min:"1" max:"64" help:"rows that the discriminator sees side by side, against mode collapse"`
	Epochs            int      `json:"epochs" min:"1" max:"1000000" help:"passes over the data"`
	Batch             int      `json:"batch" min:"1" max:"65536" help:"rows in a step"`
	Rate              float64  `json:"rate" min:"0" help:"Adam's step size for the generator"`
	DiscriminatorRate float64  `json:"discriminator_rate" min:"0" help:"Adam's step size for the discriminator"`
	FinalRate         float64  `json:"final_rate" min:"0" max:"1" help:"part of both rates that is left at the end; they fall along a line"`
	Beta1             float64  `json:"beta1" min:"0" max:"0.999" help:"Adam's decay of the mean gradient, in both"`
	Beta2             float64  `json:"beta2" min:"0" max:"0.999999" help:"Adam's decay of the mean squared gradient, in both"`
	WeightDecay       float64  `json:"weight_decay" min:"0" max:"1000" help:"what a step takes away of each weight of the generator, as a part of the rate"`
	EMA               float64  `json:"ema" min:"0" max:"0.999999" help:"decay of the average of the generator that generates; 0 for none"`
}

// What the setting tell may be.
const (
	tellAll  = "all"
	tellSome = "some"
)

var defaults = settings{
	Architecture:      "mlp",
	Latent:            100,
	Generator:         []int{256, 512, 1024},
	Discriminator:     []int{512, 256},
	Filters:           32,
	Blocks:            3,
	Activation:        "relu",
	DiscriminatorAct:  "leaky_relu",
	BatchNorm:         true,
	Tell:              tellAll,
	Loss:              "nonsaturating",
	Categories:        gumbel,
	Tau:               0.2,
	LabelSmoothing:    0.1,
	GradientPenalty:   10,
	CriticSteps:       1,
	Pac:               1,
	Epochs:            12,
	Batch:             32,
	Rate:              1e-3,
	DiscriminatorRate: 2e-3,
	FinalRate:         0.1,
	Beta1:             0,
	Beta2:             0.999,
	EMA:               0.998,
}

// check reports settings that do not go together.
func (s settings) check() error {
	switch {
	case s.Batch%s.Pac != 0:
		return sdk.Hint(&sdk.SettingError{Setting: "pac", Problem: fmt.Sprintf("is %d: want a divisor of batch, %d", s.Pac, s.Batch)},
			fmt.Sprintf("set batch to %d", (s.Batch/s.Pac+1)*s.Pac))
	case s.Dropout > 0 && (s.R1 > 0 || s.wantsPenalty()):
		return sdk.Hint(&sdk.SettingError{Setting: "dropout", Problem: fmt.Sprintf("is %g: penalties on slopes want a discriminator that drops nothing", s.Dropout)},
			"set dropout to 0, or r1 to 0 and another loss than wgan-gp")
	case s.Tell == tellSome && len(s.Condition) == 0:
		return sdk.Hint(&sdk.SettingError{Setting: "tell", Problem: "is some: there is no condition to tell"},
			"set condition to those to tell some of, or tell to all")
	}
	return nil
}

// unfit is the error for a setting that is not for the rows of space.
func unfit(space sdk.Space, setting, problem string) error {
	return fmt.Errorf("%w: gan: %s rows: %w", sdk.ErrBadInput, space.Modality, &sdk.SettingError{Setting: setting, Problem: problem})
}

// wantsPenalty is whether the discriminator has the penalty of wgan-gp.
func (s settings) wantsPenalty() bool { return s.Loss == "wgan-gp" && s.GradientPenalty > 0 }
