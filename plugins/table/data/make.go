//go:build ignore

// Make writes the tables of this folder from the npm package vega-datasets
// 3.2.1, unpacked: penguins with the names of columns, sexes and NA that the
// palmerpenguins project has, and weather as it is.
//
//	npm pack vega-datasets@3.2.1 && tar xzf vega-datasets-3.2.1.tgz
//	go run data/make.go package/data    (in plugins/table)
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("give the folder package/data of vega-datasets")
	}
	from := os.Args[1]
	weather, err := os.ReadFile(filepath.Join(from, "weather.csv"))
	if err != nil {
		log.Fatal(err)
	}
	penguins, err := penguins(filepath.Join(from, "penguins.json"))
	if err != nil {
		log.Fatal(err)
	}
	for name, text := range map[string]string{"weather.csv": string(weather), "penguins.csv": penguins} {
		if err := os.WriteFile(filepath.Join("data", name), []byte(text), 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

type penguin struct {
	Species, Island, Sex string
	BillLength           json.Number `json:"Beak Length (mm)"`
	BillDepth            json.Number `json:"Beak Depth (mm)"`
	FlipperLength        json.Number `json:"Flipper Length (mm)"`
	BodyMass             json.Number `json:"Body Mass (g)"`
}

// penguins makes CSV of JSON. A sex that is null, or "." as that of one is, is
// not known.
func penguins(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var all []penguin
	if err := json.Unmarshal(text, &all); err != nil {
		return "", err
	}
	lines := []string{"species,island,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g,sex"}
	for _, p := range all {
		cells := []string{p.Species, p.Island, p.BillLength.String(), p.BillDepth.String(), p.FlipperLength.String(), p.BodyMass.String(),
			strings.TrimPrefix(strings.ToLower(p.Sex), ".")}
		for i := range cells {
			if cells[i] == "" {
				cells[i] = "NA"
			}
		}
		lines = append(lines, strings.Join(cells, ","))
	}
	return strings.Join(lines, "\n") + "\n", nil
}
