package main

import "github.com/genhost/genhost/sdk"

var plugin = sdk.Plugin{
	Name:    "vae",
	Version: "0.1.0",
	Doc:     "variational autoencoders",
	Models: []sdk.ModelSpec{{
		Name:       "vae",
		Family:     "vae",
		Doc:        "variational autoencoder (Kingma and Welling 2013)",
		ModelMaker: sdk.MakeModel(defaults, newVAE),
	}},
}
