// Points is a genhost plugin: points in the plane, or in more dimensions.
package main

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/serve"
)

var plugin = sdk.Plugin{
	Name:    "points",
	Version: "0.1.0",
	Doc:     "rows of numbers: CSV, TSV and NPY files",
	Modalities: []sdk.ModalitySpec{{
		Name:          "points",
		Doc:           "a .csv, .tsv or .npy file with a point a row, or a folder of them",
		Datasets:      datasets(),
		ModalityMaker: sdk.MakeModality(defaults, newPoints),
	}},
}

func main() { serve.Main(plugin) }
