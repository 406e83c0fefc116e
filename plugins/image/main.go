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
		Name: "image",
		Doc:  "a folder of pictures, a list of them, one picture, or IDX files such as MNIST's",
		Datasets: []sdk.Dataset{
			{Name: carried, Doc: "Fashion-MNIST, its first 10,000 training and 1,000 test pictures, carried within the plugin", Licence: "MIT"},
			{Name: coloured, Doc: "Noto emoji of people, hands, faces and flags, 1,310 to learn from and 176 to test with, 64 × 64 in colour, carried within the plugin", Licence: "Apache-2.0"},
			{Name: installed, Doc: "Fashion-MNIST, all 70,000 pictures, from Debian's dataset-fashion-mnist", Licence: "MIT"},
		},
		ModalityMaker: sdk.MakeModality(defaults, newImages),
	}},
}

func main() { serve.Main(plugin) }
