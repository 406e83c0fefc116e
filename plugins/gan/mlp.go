package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// The networks of the architecture mlp: dense layers, which take a row for so many
// numbers in no order.

// widthsMLP returns those of the generator's layers, from so many inputs, and of the
// discriminator's.
func (s settings) widthsMLP(v view, inputs int) (generator, discriminator []int) {
	generator = append(append([]int{inputs}, s.Generator...), v.width())
	discriminator = append(append([]int{s.Pac * v.width()}, s.Discriminator...), 1)
	return generator, discriminator
}

func parametersMLP(s settings, v view, told int) int {
	up, down := s.widthsMLP(v, s.Latent+told)
	n := s.Pac * told * down[len(down)-2] // see discriminator.label
	for _, widths := range [][]int{up, down} {
		for i := 1; i < len(widths); i++ {
			n += (widths[i-1] + 1) * widths[i]
		}
	}
	return n
}

func generatorMLP(s settings, g *generator, v view, inputs int) nn.Layer {
	widths, _ := s.widthsMLP(v, inputs)
	mlp := nn.NewMLP(&g.params, "generator", widths, tensor.Activation(s.Activation), v.last())
	if !s.BatchNorm {
		return mlp
	}
	var layers nn.Sequential
	for i, dense := range mlp {
		layers = append(layers, dense)
		if i < len(mlp)-1 {
			dense.Activation = tensor.Linear
			layers = append(layers, g.norm(s, fmt.Sprintf("generator.%d.norm", i), widths[i+1]))
		}
	}
	return layers
}

func discriminatorMLP(s settings, d *discriminator, v view) (nn.Layer, *nn.Dense) {
	_, widths := s.widthsMLP(v, 0)
	mlp := nn.NewMLP(&d.params, "discriminator", widths, tensor.Activation(s.DiscriminatorAct), tensor.Linear)
	last := len(mlp) - 1
	var body nn.Sequential
	for i, dense := range mlp[:last] {
		if s.SpectralNorm {
			d.limit(fmt.Sprintf("discriminator.%d", i), &dense.Weight)
		}
		body = append(body, dense, nn.Dropout{Rate: float32(s.Dropout)})
	}
	return body, mlp[last]
}
