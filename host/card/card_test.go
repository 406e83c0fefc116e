package card

import (
	"encoding/json"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/host/run"
	"github.com/genhost/genhost/sdk"
)

// some is a card on which everything has something to say, and strangers have
// said what they should not.
func some() Card {
	floor, ceiling := 0.25, 1.0
	trained := run.Plan{
		Config: run.Config{
			Seed: 7, Threads: 2, HeldOut: 5, Settings: sdk.Settings{"latent": []byte("2"), "hidden": []byte("[8, 8]")},
			Model: run.Model{As: "echo", Family: "toy"}, Source: run.Source{Modality: "pairs", From: "diary"},
		},
		Data: run.Dataset{Space: sdk.Space{Modality: "pairs", Shape: []int{2, 3}, Axes: []string{"height", "width"}}},
		Env:  run.Env{CPU: "AMD EPYC", OS: "linux", Arch: "amd64"},
	}
	return Card{
		Facts: Facts{
			Schema: 1, Run: "mine-1", Step: 6, Genhost: "0.1.0", Family: "toy", Model: "echo", Modality: "pairs", Platform: "linux/amd64",
			Plugin: run.Program{Name: "toy", Version: "0.1.0", SHA256: "ab", Protocol: 1, Release: "sha256:ef", Source: "oci://h/toy:0.1.0"}, Reader: run.Program{Name: "pairs", Version: "0.2.0"},
			Licence: "Apache-2.0", Data: Data{Name: "diary: \"mine\"\n---\n# <b>", Splits: []run.Split{{Name: "train|x", Rows: 10, SHA256: "cd"}}},
		},
		Trained: trained, Status: run.Status{Steps: 9, Best: &run.Best{Loss: 1.23456}}, Weights: "w.safetensors", Reference: "oci-layout:x:v",
		Doc: "echoes", Can: []sdk.Ability{sdk.CanEncode, sdk.CanDecode}, Sheet: "sheet.png", Notes: "Made for a test.",
		Conditions: []sdk.Condition{{Name: "label", Values: []string{"a*b", "c\n\n# d"}}, {Name: "colour", Min: 1, Max: 2}},
		Report: &report.Report{Rows: 10, Seed: 3, Test: report.Split{Data: "diary", Split: "test", Rows: 4, SHA256: "ef0123456789ab"}, Figures: []report.Figure{
			{Name: "memorisation", Value: 0.5, SE: 0.1, N: 10, Floor: &floor, Ceiling: &ceiling, Better: report.Near, Ideal: 1, Note: "a|b"},
			{Name: "fcd", Problem: "no labels"},
		}, Notes: []string{"heed\nthis"}},
	}
}

func TestCard(t *testing.T) {
	page, err := some().Markdown()
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"# mine-1\n", "echoes: rows of the modality pairs, height 2 × width 3, trained with", `on diary: "mine" --- \# \<b\>.`,
		"| memorisation | 0.50 ± 0.10 | 10 | 0.25 | 1.00 | near 1 | a\\|b |", "| fcd | - | - | - | - | - | no labels |", "- heed this\n",
		"one of a\\*b, c \\# d.", "a number from 1 to 2", "`memorisation` above says", "The licence of the weights is Apache-2.0.",
		"## From its publisher\n\nMade for a test.\n", "hidden = [8, 8]\nlatent = 2\n", "of step 6 of 9, with seed 7", "held out: 1.235.",
		"| train\\|x | 10 | `cd` |", "genhost reconstruct mine-1", "5 rows were held out", "| the model, `echo` | `toy` | 0.1.0 | 1 | `sha256:ef` | `ab` |", "| 0.2.0 | 0 | built from source |",
		"    genhost plugin install oci://h/toy:0.1.0\n    genhost pull oci-layout:x:v --run mine-1\n",
	} {
		if !strings.Contains(page, words) {
			t.Errorf("it does not say %q", words)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
	bare := some()
	bare.Report, bare.Licence, bare.Notes, bare.Conditions, bare.Can = nil, "", "", nil, nil
	if page, err = bare.Markdown(); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"Nobody has said:", "How near, nobody has measured.", "has named no licence"} {
		if !strings.Contains(page, words) {
			t.Errorf("it does not say %q", words)
		}
	}
	for _, words := range []string{"From its publisher", "latents", "by their", "license:", "model-index"} {
		if strings.Contains(page, words) {
			t.Errorf("it says %q", words)
		}
	}
}

// The front matter is YAML, as another's reader finds, and has the facts and the
// figures.
func TestFrontMatter(t *testing.T) {
	page, err := some().Markdown()
	if err != nil {
		t.Fatal(err)
	}
	front, _, ok := strings.Cut(strings.TrimPrefix(page, "---\n"), "\n---\n")
	if !ok {
		t.Fatal("it has no front matter")
	}
	cmd := exec.Command("python3", "-c", "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)")
	cmd.Stdin = strings.NewReader(front)
	out, err := cmd.Output()
	if err != nil && os.Getenv("CI") != "true" {
		t.Skipf("no Python with YAML to read it: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		License  string
		Tags     []string
		Datasets []string
		Index    []struct {
			Results []struct {
				Metrics []struct {
					Type  string
					Value float64
					Args  struct{ Floor, Ceiling, SE float64 }
				}
			}
		} `json:"model-index"`
		Genhost Facts
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := some().Facts
	if !reflect.DeepEqual(got.Genhost, want) {
		t.Errorf("facts %+v, want %+v", got.Genhost, want)
	}
	if got.License != "apache-2.0" || len(got.Tags) != 3 || len(got.Datasets) != 1 || got.Datasets[0] != want.Data.Name {
		t.Errorf("it reads %s", out)
	}
	metrics := got.Index[0].Results[0].Metrics
	if len(metrics) != 1 || metrics[0].Type != "memorisation" || metrics[0].Value != 0.5 || metrics[0].Args.Floor != 0.25 || metrics[0].Args.Ceiling != 1 || metrics[0].Args.SE != 0.1 {
		t.Errorf("metrics %+v", metrics)
	}
}
