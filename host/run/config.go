package run

import (
	"encoding/json"
	"time"

	"github.com/genhost/genhost/sdk"
)

// A Plan is what is known of a run before it starts, and never changes.
type Plan struct {
	Config Config  // run.toml
	Data   Dataset // dataset.json
	Env    Env     // env.json
}

// Config is all that decides what a training does, with every default spelled
// out. It is what run.toml says.
type Config struct {
	Genhost string    // version of the host
	Created time.Time // [Create] sets it, where it is zero

	Seed            uint64
	Threads         int
	MaxSteps        int           // 0: the model's settings decide
	CheckpointEvery time.Duration // 0: at the end only
	Previews        int           // rows in a preview, 0 for none
	HeldOut         int           // rows that the model is validated on, 0 for none
	Patience        int           // validations without a better one before it ends, 0 for no such end

	Model    Model
	Source   Source
	Settings sdk.Settings // of the model
	Reading  sdk.Settings // of the modality
}

// A Model says which model is trained.
type Model struct {
	Name   string // in models.toml
	Plugin string // the plugin's name in models.toml
	As     string // the model's name in the plugin
	Family string // "vae"
}

// A Source says what a model learns from.
type Source struct {
	From     string // as the user said it: a dataset's name, or a path
	Path     string // absolute, "" when a modality carries the dataset
	Dataset  string // its name then
	Train    string // the split that is learned from
	Test     string // the split that is held out, "" when there is none
	Modality string // "image"
	Plugin   string // the plugin's name in models.toml
}

// A Dataset says what a run has learned from, whatever becomes of the source.
type Dataset struct {
	Source  string    `json:"source"`            // a path, or a dataset's name
	Name    string    `json:"name"`              // "fashion", or the path's last part
	Licence string    `json:"licence,omitempty"` // SPDX identifier, "" when unknown
	Splits  []Split   `json:"splits"`            // those that were read
	Files   []string  `json:"files,omitempty"`   // that the rows came from
	Space   sdk.Space `json:"space"`
}

// A Split is a part of a dataset, read into a dataset file.
type Split struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"` // of the dataset file
}

// Split returns the split called name.
func (d Dataset) Split(name string) (Split, bool) {
	for _, s := range d.Splits {
		if s.Name == name {
			return s, true
		}
	}
	return Split{}, false
}

// ConfigText returns run.toml as it was written, for people to read.
func (r *Run) ConfigText() (string, error) {
	return decodeFile(r.path(configFile), maxFile, func(data []byte) (string, error) { return string(data), nil })
}

// decodeDataset reads a dataset.json.
func decodeDataset(data []byte) (Dataset, error) {
	var d Dataset
	if err := json.Unmarshal(data, &d); err != nil {
		return d, err
	}
	return d, d.Space.Validate()
}
