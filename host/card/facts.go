// Package card writes the model card of a trained model that is given away: a
// README.md that says, to people and in its front matter to programs, what the
// model is, what it learned from, how good it is, and what it is not for.
//
// All of it follows from the run: what a publisher must add is the licence, and
// may be words of their own.
package card

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// Facts are what a trained model that is given away says of itself, for
// programs: which plugins it needs, above all. They can be read before the
// weights.
type Facts struct {
	Schema   int         `json:"schema"`
	Run      string      `json:"run"`
	Step     int         `json:"step"` // of the weights
	Genhost  string      `json:"genhost"`
	Family   string      `json:"family"`
	Model    string      `json:"model"`    // its name in the plugin
	Plugin   run.Program `json:"plugin"`   // that trained it
	Modality string      `json:"modality"` // its name in the plugin
	Reader   run.Program `json:"reader"`   // the modality's plugin
	Platform string      `json:"platform"` // of both programs
	Licence  string      `json:"licence,omitempty"`
	Data     Data        `json:"data"`
}

// Data is what the model learned from.
type Data struct {
	Name    string      `json:"name"`
	Carried bool        `json:"carried"` // by the modality's plugin: it is there where that is
	Licence string      `json:"licence,omitempty"`
	Splits  []run.Split `json:"splits"`
}

// schema is the version of the format of Facts.
const schema = 1

// FactsOf gathers the facts of a run whose weights are of a step.
func FactsOf(r *run.Run, step int, licence string) Facts {
	p := r.Shared()
	return Facts{
		Schema: schema, Run: r.Name, Step: step, Genhost: p.Env.Genhost, Family: p.Config.Model.Family,
		Model: p.Config.Model.As, Plugin: p.Env.Model, Modality: p.Config.Source.Modality, Reader: p.Env.Modality,
		Platform: p.Env.OS + "/" + p.Env.Arch, Licence: licence,
		Data: Data{Name: p.Data.Name, Carried: p.Config.Source.Dataset != "", Licence: p.Data.Licence, Splits: p.Data.Splits},
	}
}

// Decode reads facts that somebody wrote.
func Decode(text []byte) (Facts, error) {
	var f Facts
	if err := json.Unmarshal(text, &f); err != nil {
		return f, fmt.Errorf("%w: what the model says of itself is no JSON: %w", sdk.ErrCorrupt, err)
	}
	if f.Schema > schema {
		return f, sdk.Hint(fmt.Errorf("%w: the model was published in format %d, and this genhost knows %d", sdk.ErrProtocol, f.Schema, schema), "get a newer genhost")
	}
	if f.Model == "" || f.Plugin.Name == "" || f.Modality == "" || f.Reader.Name == "" {
		return f, fmt.Errorf("%w: the model does not say which plugins it needs", sdk.ErrCorrupt)
	}
	for _, s := range []string{f.Genhost, f.Family, f.Model, f.Modality, f.Platform, f.Licence, f.Data.Name, f.Data.Licence,
		f.Plugin.Name, f.Plugin.Version, f.Plugin.SHA256, f.Plugin.Release, f.Plugin.Source,
		f.Reader.Name, f.Reader.Version, f.Reader.SHA256, f.Reader.Release, f.Reader.Source} {
		if len(s) > 500 || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return f, fmt.Errorf("%w: what the model says of itself has the text %.200q", sdk.ErrCorrupt, s) // it would be shown
		}
	}
	return f, run.CheckName(f.Run)
}
