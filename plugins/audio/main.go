// Audio is a genhost plugin: short sounds as rows of numbers.
package main

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/serve"
)

var plugin = sdk.Plugin{
	Name:    "audio",
	Version: "0.1.0",
	Doc:     "short sounds: WAV and FLAC files",
	Modalities: []sdk.ModalitySpec{{
		Name:          "audio",
		Doc:           "a folder of .wav and .flac files, or one of them",
		Datasets:      datasets(),
		ModalityMaker: sdk.MakeModality(defaults, newAudio),
	}},
}

func main() { serve.Main(plugin) }
