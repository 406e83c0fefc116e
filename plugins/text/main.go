// Text is a genhost plugin: texts as rows of categories.
package main

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/serve"
)

var plugin = sdk.Plugin{
	Name:    "text",
	Version: "0.1.0",
	Doc:     "text: lines or windows of UTF-8 files, in characters or byte pairs",
	Modalities: []sdk.ModalitySpec{{
		Name:          "text",
		Doc:           "a text file in UTF-8, or a folder of them; a row is a line, or a window of the running text",
		Datasets:      datasets(),
		ModalityMaker: sdk.MakeModality(defaults, newTexts),
	}},
}

func main() { serve.Main(plugin) }
