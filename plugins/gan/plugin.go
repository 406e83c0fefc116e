package main

import "github.com/genhost/genhost/sdk"

var plugin = sdk.Plugin{
	Name:    "gan",
	Version: "0.1.0",
	Doc:     "generative adversarial networks",
	Models: []sdk.ModelSpec{{
		Name:       "gan",
		Family:     "gan",
		Doc:        "generative adversarial network (Goodfellow et al. 2014)",
		ModelMaker: sdk.MakeModel(defaults, newGAN),
	}},
}
