// Table is a genhost plugin: tables with typed columns as rows of numbers.
package main

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/serve"
)

var plugin = sdk.Plugin{
	Name:    "table",
	Version: "0.1.0",
	Doc:     "tables of numbers, categories and dates: CSV, TSV and Parquet files",
	Modalities: []sdk.ModalitySpec{{
		Name:          "table",
		Doc:           "a .csv, .tsv or .parquet file with named columns and a record a row, or a folder of them",
		Datasets:      datasets(),
		ModalityMaker: sdk.MakeModality(defaults, newTables),
	}},
}

func main() { serve.Main(plugin) }
