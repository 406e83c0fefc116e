package manifest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

var whole = Manifest{
	Name: "toy", Version: "1.2.3", Summary: `a "toy"`, Licence: "MIT", Homepage: "https://example.com", Protocol: []int{1, 2},
	Needs:      Needs{Network: true, Env: []string{"A", "B"}, Memory: 1 << 30},
	Models:     []Model{{"other", "x", "no modality", nil, []string{"train"}}, {"toy", "vae", "a model", []string{"image"}, []string{"train", "generate"}}},
	Modalities: []Modality{{"image", "pictures", []string{"fashion"}}},
	Targets: []Target{
		{Platform: Platform{"any", "any", ""}, Command: []string{"python3", "main.py"}},
		{Platform: Platform{"linux", "amd64", ""}, Command: []string{"bin/toy"}},
		{Platform: Platform{"linux", "amd64", "cuda12"}, Command: []string{"bin/toy-cuda"}},
	},
}

func folder(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, File), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTextAndBack(t *testing.T) {
	got, err := Read(folder(t, whole.Text()))
	if err != nil || !reflect.DeepEqual(got, whole) {
		t.Errorf("got\n%+v, %v, want\n%+v", got, err, whole)
	}
	if _, err := Parse("f", whole.Text(), true); err != nil {
		t.Errorf("what is written is not all known: %v", err)
	}
}

func TestRead(t *testing.T) {
	if _, err := Read(folder(t, whole.Text()+"\n[news]\nx = 1\n")); err != nil {
		t.Errorf("with a key of a newer genhost: %v", err)
	}
	if _, err := Read(t.TempDir()); !errors.Is(err, fs.ErrNotExist) || !errors.Is(err, fault.ErrConfig) {
		t.Errorf("without a manifest: %v", err)
	}
	for what, old := range map[string]string{
		"no name": `name = "toy"`, "no version": `version = "1.2.3"`, "no summary": `summary = "a \"toy\""`, "no protocol": "protocol = [1, 2]",
		"no command for target linux/amd64": `command = ["bin/toy"]`,
	} {
		if _, err := Read(folder(t, strings.Replace(whole.Text(), old+"\n", "", 1))); !errors.Is(err, fault.ErrConfig) || !strings.HasSuffix(err.Error(), what) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	for change, want := range map[[2]string]string{
		{"schema = 1", "schema = 2"}:                       ":1: schema is not 1: the package is not for this genhost",
		{`name = "toy"`, `name = "../x"`}:                  `:2: name is "../x"`,
		{`"1.2.3"`, `"1.2"`}:                               `:3: version is "1.2"`,
		{`"a model"`, `"a\u001b[2J"`}:                      "models.toy.summary is no line",
		{`["bin/toy"]`, `["../../bin/sh"]`}:                "leads out of the package",
		{`["bin/toy"]`, `["/bin/sh"]`}:                     "want a file of the package",
		{`"linux/amd64"]`, `"linux"]`}:                     `platform "linux"`,
		{`command = ["bin/toy"]`, `folder = ".."`}:         "folder",
		{`command = ["bin/toy"]`, `tree = "sha256:x"`}:     "tree",
		{`"linux/amd64/cuda12"`, `"linux/amd64/cpu"`}:      "is there twice",
		{`modalities = ["image"]`, `modalities = "image"`}: "modalities is text: want a list",
	} {
		_, err := Read(folder(t, strings.Replace(whole.Text(), change[0], change[1], 1)))
		if !errors.Is(err, fault.ErrConfig) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", change[1], err, want)
		}
	}
}

func TestReadDraft(t *testing.T) {
	if m, err := ReadDraft(t.TempDir()); err != nil || m.Name != "" {
		t.Errorf("without one: %v, %v", m, err)
	}
	if _, err := ReadDraft(folder(t, "schema = 1\nlicense = 'MIT'\n")); err == nil || !strings.Contains(sdk.Hints(err)[0], "did you mean licence") {
		t.Errorf("misspelt: %v", err)
	}
}

func TestTarget(t *testing.T) {
	for here, want := range map[string]string{"linux/amd64": "bin/toy", "linux/amd64/cuda12": "bin/toy-cuda", "darwin/arm64": "python3"} {
		p, err := ParsePlatform(here)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := whole.Target(p); err != nil || got.Command[0] != want {
			t.Errorf("%s: got %v, %v, want %s", here, got, err, want)
		}
	}
	m := whole
	m.Targets = m.Targets[1:]
	_, err := m.Target(Platform{"darwin", "arm64", ""})
	if !errors.Is(err, fault.ErrNotFound) || err.Error() != "toy 1.2.3 is not made for darwin/arm64" || sdk.Hints(err)[0] != "there is linux/amd64, linux/amd64/cuda12" {
		t.Errorf("got %v, %q", err, sdk.Hints(err))
	}
}

func TestSpeaks(t *testing.T) {
	if err := whole.Speaks(2); err != nil {
		t.Error(err)
	}
	if err := whole.Speaks(0); !errors.Is(err, sdk.ErrProtocol) || !strings.Contains(sdk.Hints(err)[0], "newer genhost") {
		t.Errorf("too new: %v", err)
	}
	if err := whole.Speaks(3); !errors.Is(err, sdk.ErrProtocol) || !strings.Contains(sdk.Hints(err)[0], "newer version of the plugin") {
		t.Errorf("too old: %v", err)
	}
}

func TestCheck(t *testing.T) {
	plugin := func() sdk.Plugin {
		return sdk.Plugin{
			Name: "toy", Version: "1.0.0", Doc: "a toy",
			Models:     []sdk.ModelSpec{{Name: "toy", Family: "vae", Doc: "a model", ModelMaker: sdk.ModelMaker{Can: []sdk.Ability{sdk.CanTrain}}}},
			Modalities: []sdk.ModalitySpec{{Name: "image", Doc: "pictures", Datasets: []sdk.Dataset{{Name: "fashion"}}}},
		}
	}
	m, err := Describe(plugin(), 1, Manifest{Licence: "MIT", Needs: Needs{Memory: 1}})
	if err != nil || m.Licence != "MIT" || m.Needs.Memory != 1 || m.Summary != "a toy" {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := m.Check(plugin()); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(*sdk.Plugin){
		"name":             func(p *sdk.Plugin) { p.Name = "joy" },
		"version":          func(p *sdk.Plugin) { p.Version = "1.0.1" },
		"a family":         func(p *sdk.Plugin) { p.Models[0].Family = "gan" },
		"an ability":       func(p *sdk.Plugin) { p.Models[0].Can = nil },
		"a model less":     func(p *sdk.Plugin) { p.Models = nil },
		"a modality more":  func(p *sdk.Plugin) { p.Modalities = append(p.Modalities, sdk.ModalitySpec{Name: "text"}) },
		"a dataset's name": func(p *sdk.Plugin) { p.Modalities[0].Datasets[0].Name = "passion" },
	} {
		p := plugin()
		change(&p)
		if err := m.Check(p); !errors.Is(err, fault.ErrVerify) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if _, err := Describe(plugin(), 1, Manifest{Version: "2.0.0"}); !errors.Is(err, fault.ErrVerify) {
		t.Errorf("a draft that says otherwise: %v", err)
	}
}

// FuzzParse reads whatever comes; what it takes is written and read as the
// same.
func FuzzParse(f *testing.F) {
	f.Add(whole.Text())
	f.Add("schema = 1\n[targets.\"a/b\"]\n[targets.\"a/b/cpu\"]\n")
	f.Add("schema = 1\nname = 'x'\nmodels.y.can = ['a']\ntargets.\"a/b/cpu\".command = ['c']\n")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<12 {
			return
		}
		m, err := Parse(File, text, false)
		if err != nil {
			if !errors.Is(err, fault.ErrConfig) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		again, err := Parse(File, m.Text(), true)
		if err != nil || again.Text() != m.Text() {
			t.Errorf("%q is written\n%s\nand read again %v\n%s", text, m.Text(), err, again.Text())
		}
	})
}
