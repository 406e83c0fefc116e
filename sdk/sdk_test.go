package sdk

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// whole is a plugin with nothing wrong.
func whole() Plugin {
	return Plugin{
		Name: "toy", Version: "0.1.0", Doc: "a toy",
		Models: []ModelSpec{
			{Name: "bare", Family: "toy", Doc: "nothing (nobody 2026)", ModelMaker: maker(bare{})},
			{Name: "able", Family: "toy", Doc: "all (nobody 2026)", ModelMaker: maker(able{})},
		},
		Modalities: []ModalitySpec{{
			Name: "still", Doc: "reads nothing", ModalityMaker: makeStill(),
			Datasets: []Dataset{{Name: "none", Doc: "no rows", Licence: "CC0-1.0"}},
		}},
	}
}

func TestPluginValidate(t *testing.T) {
	if err := whole().Validate(); err != nil {
		t.Fatal(err)
	}
	for problem, spoil := range map[string]func(*Plugin){
		`plugin name "Toy"`:     func(p *Plugin) { p.Name = "Toy" },
		`plugin name ""`:        func(p *Plugin) { p.Name = "" },
		`version "1"`:           func(p *Plugin) { p.Version = "1" },
		`version ""`:            func(p *Plugin) { p.Version = "" },
		"plugin toy: Doc":       func(p *Plugin) { p.Doc = "" },
		"plugin toy: Doc:":      func(p *Plugin) { p.Doc = "two\nlines" },
		"Doc, a line each":      func(p *Plugin) { p.Models[0].Doc = "\x1b[2J" },
		"offers no model":       func(p *Plugin) { p.Models, p.Modalities = nil, nil },
		`model "a b": want a`:   func(p *Plugin) { p.Models[0].Name = "a b" },
		`"able": named twice`:   func(p *Plugin) { p.Models[0].Name = "able" },
		"want a Family":         func(p *Plugin) { p.Models[0].Family = "" },
		"use sdk.MakeModel":     func(p *Plugin) { p.Models[0].ModelMaker = ModelMaker{} },
		"it can do nothing":     func(p *Plugin) { p.Models[0].ModelMaker = maker[Model](bare{}) },
		"no help tag":           func(p *Plugin) { p.Models[0].Schema = Schema{{Name: "a", Type: Integer}} },
		`modality "S": want a`:  func(p *Plugin) { p.Modalities[0].Name = "S" },
		"want a Doc":            func(p *Plugin) { p.Modalities[0].Doc = "" },
		"use sdk.MakeModality":  func(p *Plugin) { p.Modalities[0].ModalityMaker = ModalityMaker{} },
		`"none": Name, Doc and`: func(p *Plugin) { p.Modalities[0].Datasets[0].Licence = "" },
		`"still": named twice`:  func(p *Plugin) { p.Modalities = append(p.Modalities, p.Modalities[0]) },
	} {
		p := whole()
		spoil(&p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("got %v, want %q", err, problem)
		}
	}
}

func TestFindInPlugin(t *testing.T) {
	p := whole()
	if m, err := p.Model("able"); err != nil || m.Name != "able" {
		t.Errorf("%v, %v", m.Name, err)
	}
	_, err := p.Model("abel")
	if !errors.Is(err, ErrBadInput) || err.Error() != `bad input: toy has no model "abel"` || !strings.HasPrefix(Hints(err)[0], "did you mean able?") {
		t.Errorf("%v, %q", err, Hints(err))
	}
	if m, err := p.Modality("still"); err != nil || m.Name != "still" {
		t.Errorf("%v, %v", m.Name, err)
	}
	if _, err = (Plugin{}).Modality("still"); !errors.Is(err, ErrBadInput) || Hints(err)[0] != "there are none" {
		t.Errorf("%v, %q", err, Hints(err))
	}
}

func TestDescriptionIsJSON(t *testing.T) {
	text, err := json.Marshal(whole())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"name":"able"`, `"can":["train","generate","encode","decode","save","condition"]`, `"licence":"CC0-1.0"`, `"default":4`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

func TestSource(t *testing.T) {
	there := []Dataset{{Name: "fashion"}, {Name: "emoji"}}
	for _, good := range []Source{{Path: "/x"}, {Dataset: "emoji"}} {
		if err := good.Check(there); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for _, bad := range []Source{{}, {Path: "/x", Dataset: "emoji"}, {Dataset: "fashon"}} {
		if err := bad.Check(there); !errors.Is(err, ErrBadInput) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	splits := []string{"train", "test"}
	for split, want := range map[string]int{"": 0, "train": 0, "test": 1} {
		if i, err := (Source{Split: split}).Choose(splits); err != nil || i != want {
			t.Errorf("%q: %d, %v", split, i, err)
		}
	}
	_, err := Source{Path: "/x", Split: "tset"}.Choose(splits)
	if !errors.Is(err, ErrBadInput) || !strings.Contains(err.Error(), `/x has no split "tset"`) || !strings.Contains(Hints(err)[0], "did you mean test?") {
		t.Errorf("got %v", err)
	}
}
