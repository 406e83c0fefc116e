package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"github.com/genhost/genhost/sdk"
)

// A Part is a file of a run that is given away: Text, or else the file at Path.
type Part struct {
	Name string // as in the run's folder, slash-separated
	Path string
	Text []byte
}

// Shared returns the run as strangers may see it: without paths, which say
// whose machine it was.
func (r *Run) Shared() Plan {
	p := r.Plan
	source := &p.Config.Source
	source.Path = ""
	if source.Dataset == "" {
		source.From = filepath.Base(source.From)
		p.Data.Source = filepath.Base(p.Data.Source)
	}
	p.Data.Files = nil
	return p
}

// Share returns the parts of a run that a stranger needs to use it, with the
// weights of one checkpoint. Pictures and files in samples and plots/eval stay
// here, because rows of the data are in some; so do the words of plugins, and
// what went wrong.
func (r *Run) Share(c Checkpoint) ([]Part, error) {
	p := r.Shared()
	config, err := encodeConfig(p.Config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", configFile, err)
	}
	status, err := r.StatusAt(c)
	if err != nil {
		return nil, err
	}
	parts := []Part{{Name: configFile, Text: config}}
	for _, f := range []struct {
		name  string
		value any
	}{{envFile, p.Env}, {dataFile, p.Data}, {statusFile, status}} {
		text, err := json.MarshalIndent(f.value, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		parts = append(parts, Part{Name: f.name, Text: append(text, '\n')})
	}
	parts = append(parts, Part{Name: path.Join(checkpointsDir, filepath.Base(c.Dir), sdk.WeightsFile), Path: c.Weights})
	for _, f := range []Part{{Name: metricsFile, Path: r.path(metricsFile)}, {Name: "plots/losses.png", Path: r.PlotPath("losses")}} {
		if _, err := os.Stat(f.Path); err == nil {
			parts = append(parts, f)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return parts, nil
}

// StatusAt returns the status of a run whose last step is that of a checkpoint.
func (r *Run) StatusAt(c Checkpoint) (Status, error) {
	s, err := r.Status()
	if err != nil {
		return s, err
	}
	if s.State == Training {
		s.State = Stopped
	}
	if s.Best != nil && s.Best.Step == c.Step {
		s.Epoch = s.Best.Epoch
	} else {
		s.Best = nil
	}
	s.Step, s.Reason, s.Process = c.Step, "", Process{}
	return s, nil
}

// SharedSheet is where a picture of what the model makes belongs, among the
// parts of a run.
const SharedSheet = "samples/shared.png"

// sharedNames are those that [Share] gives parts, and those of what is made to go
// with them.
var sharedNames = regexp.MustCompile(`^(run\.toml|env\.json|dataset\.json|status\.json|metrics\.csv|eval\.json|README\.md|` +
	`checkpoints/step-[0-9]{1,18}/weights\.safetensors|samples/shared\.png|plots/losses\.png)$`)

// CanReceive reports whether a run has a file of this name that [Receive] takes
// in.
func CanReceive(name string) bool { return sharedNames.MatchString(name) }

// An Origin says where a run came from that was not trained here.
type Origin struct {
	Reference string `json:"reference"` // as the user gave it
	Digest    string `json:"digest"`    // of all that came
	Run       string `json:"run"`       // its name there
	Step      int    `json:"step"`      // of the weights
	Weights   string `json:"weights"`   // their SHA-256, in hexadecimal
	Signer    string `json:"signer,omitempty"`
}

// Origin returns where the run came from, and false of one that was trained
// here.
func (r *Run) Origin() (Origin, bool, error) {
	o, err := decodeFile(r.path(originFile), maxFile, decodeJSON[Origin])
	if errors.Is(err, fs.ErrNotExist) {
		return o, false, nil
	}
	return o, err == nil, err
}

// CheckWeights reports weights that have changed since they came from
// elsewhere. The error is an [sdk.ErrCorrupt].
func (r *Run) CheckWeights(c Checkpoint) error {
	o, ok, err := r.Origin()
	if !ok || o.Step != c.Step {
		return err
	}
	sum, err := sumOf(c.Weights)
	if err == nil && sum != o.Weights {
		err = fmt.Errorf("%w: %s has changed since it was pulled", sdk.ErrCorrupt, c.Weights)
		err = sdk.Hint(err, "pull it again: "+o.Reference)
	}
	return err
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, f)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// CardPath returns where the run's model card belongs.
func (r *Run) CardPath() string { return r.path(cardFile) }
