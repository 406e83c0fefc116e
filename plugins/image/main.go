// Image is a genhost plugin: pictures as rows of numbers.
package main

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/serve"
)

var plugin = sdk.Plugin{
	Name:    "image",
	Version: "0.1.0",
	Doc:     "pictures: PNG, JPEG, PGM, PPM and IDX files",
	Modalities: []sdk.ModalitySpec{{
		Name:          "image",
		Doc:           "a folder of pictures, a list of them, one picture, or IDX files such as MNIST's",
		Datasets:      datasets(),
		ModalityMaker: sdk.MakeModality(defaults, newImages),
	}},
}

func main() { serve.Main(plugin) }
