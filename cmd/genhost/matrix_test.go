package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/genhost/genhost/host"
	"github.com/genhost/genhost/sdk"
)

// pairs says which models of the project's models.toml work with the rows of
// which modalities. All others must be refused, with advice.
var pairs = map[string]string{
	"vae":        "image points audio table text",
	"gan":        "image points audio table text",
	"gan-points": "image points audio table text",
	"vae-colour": "image audio",
	"gan-colour": "image audio",
	"vae-text":   "text",
	"vae-prose":  "text",
	"gan-text":   "points text",
	"vae-audio":  "image audio",
	"gan-audio":  "image audio",
	"vae-table":  "image points audio table text",
	"gan-table":  "image points audio table text",
}

// TestMatrix tries every model of models.toml with every modality: those that
// work train for two steps, generate, encode if they can, and write files that
// somebody else's reader opens; those that do not say why, and which do.
func TestMatrix(t *testing.T) {
	readers := strangers{python: python(t)}
	h := project(t)
	models, err := h.Models(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(models) != len(pairs) {
		t.Errorf("models.toml has %d models, the table of this test %d", len(models), len(pairs))
	}
	for _, m := range models {
		var works []string
		for _, p := range m.Works {
			if p.Works {
				works = append(works, p.Modality)
			}
			t.Run(m.Name+"/"+p.Modality, func(t *testing.T) {
				if p.Works {
					tryPair(t, h, readers, m, p.Modality)
				} else {
					refusedPair(t, h, m, p)
				}
			})
		}
		if want := strings.Fields(pairs[m.Name]); !slices.Equal(works, want) {
			t.Errorf("%s works with %v, want %v", m.Name, works, want)
		}
	}
}

// project opens the project's own models.toml, with plugins that are built.
func project(t *testing.T) *host.Host {
	t.Helper()
	text, err := os.ReadFile("../../models.toml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text = bytes.ReplaceAll(text, []byte(`"./plugins/`), []byte(`"`+plugins(t)+"/"))
	write(t, filepath.Join(dir, "models.toml"), string(text))
	h, err := host.Open(host.Options{Dir: dir, Cache: filepath.Join(dir, "cache"), Say: func(s string) { t.Log(s) }})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// brief makes a training of two steps short: few rows, and few epochs to come
// for schedules.
func brief(m host.ModelInfo, modality string) host.TrainRequest {
	return host.TrainRequest{Model: m.Name, Modality: modality, MaxSteps: 2, Seed: 1, Threads: 1}
}

func tryPair(t *testing.T, h *host.Host, readers strangers, m host.ModelInfo, modality string) {
	r, err := h.Train(t.Context(), brief(m, modality))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var files []string
	err = h.Generate(t.Context(), host.GenerateRequest{Run: r.Name, N: 3, Seed: 7, Out: filepath.Join(dir, "made")}, func(path string) {
		files = append(files, path)
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 2 {
		t.Errorf("three rows are in the files %v", files)
	}
	for _, path := range files {
		if err := readers.open(path); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	latents := filepath.Join(dir, "z.npy")
	err = h.Encode(t.Context(), host.EncodeRequest{Run: r.Name, Out: latents})
	switch can := slices.Contains(m.Can, sdk.CanEncode); {
	case can && err == nil:
		if err := readers.open(latents); err != nil {
			t.Error(err)
		}
	case can:
		t.Error(err)
	case !errors.Is(err, errors.ErrUnsupported):
		t.Errorf("it cannot encode, and says %v", err)
	}
}

func refusedPair(t *testing.T, h *host.Host, m host.ModelInfo, p host.Pairing) {
	_, err := h.Train(t.Context(), brief(m, p.Modality))
	if err == nil || p.Why == "" || !strings.Contains(err.Error(), p.Why) {
		t.Fatalf("got %v, want an error that says %q", err, p.Why)
	}
	first, _, _ := strings.Cut(pairs[m.Name], " ")
	which := regexp.MustCompile(m.Name + " works with .*" + first)
	if !slices.ContainsFunc(sdk.Hints(err), which.MatchString) {
		t.Errorf("no hint says what %s works with: %q", m.Name, sdk.Hints(err))
	}
}

// strangers read files with code that is not ours.
type strangers struct{ python string } // with NumPy

// python finds one that has NumPy. Without it the test says too little, which
// CI does not accept.
func python(t *testing.T) string {
	t.Helper()
	for _, p := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(p, "-c", "import numpy").Run() == nil {
			return p
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("no Python with NumPy: apt-get install python3-numpy")
	}
	t.Skip("no Python with NumPy to read what is written")
	return ""
}

// open reads a file, by its ending.
func (s strangers) open(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	switch ext := filepath.Ext(path); ext {
	case ".png":
		_, err = png.Decode(bytes.NewReader(content))
	case ".csv":
		var records [][]string
		if records, err = csv.NewReader(bytes.NewReader(content)).ReadAll(); err == nil && len(records) < 2 {
			err = fmt.Errorf("%d records", len(records))
		}
	case ".txt":
		if !utf8.Valid(content) {
			err = errors.New("no UTF-8")
		}
	case ".wav":
		err = s.run("import sys, wave; w = wave.open(sys.argv[1]); assert len(w.readframes(w.getnframes())) > 0", path)
	case ".npy":
		err = s.run("import sys, numpy; z = numpy.load(sys.argv[1]); assert z.size > 0 and numpy.isfinite(z).all()", path)
	default:
		err = fmt.Errorf("no reader for %q", ext)
	}
	return err
}

func (s strangers) run(program, path string) error {
	out, err := exec.Command(s.python, "-c", program, path).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}
