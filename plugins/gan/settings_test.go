package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestWidths(t *testing.T) {
	up, down := defaults.widthsMLP(viewOf(t, space(sdk.Unit, 784)), defaults.Latent)
	if !slices.Equal(up, []int{100, 256, 512, 1024, 784}) || !slices.Equal(down, []int{784, 512, 256, 1}) {
		t.Errorf("got %v and %v: not the article's", up, down)
	}
	_, err := newGAN(defaults, space(sdk.Unit, 1<<26))
	if !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
		t.Errorf("rows of 2²⁶ numbers: %v, want ErrBadInput and a hint", err)
	}
}

// Networks are counted before they are made, with all that is told and that packs add.
func TestCountsParameters(t *testing.T) {
	for name, rows := range map[string]sdk.Space{
		"mlp": mixed(), "conv": space(sdk.Unit, 33, 18, 3), "sequence": space(sdk.Category, 6),
	} {
		for _, condition := range [][]string{nil, {"label", "size"}} {
			for _, pac := range []int{1, 2} {
				n := shaken(t, smallSettings(func(s *settings) {
					s.Architecture, s.BatchNorm, s.Pac, s.Condition = name, false, pac, condition
				}), rows)
				got, want := architectures[name].parameters(n.settings, n.view, n.toldWidth), len(n.g.params.Data)+len(n.d.params.Data)
				if got != want {
					t.Errorf("%s, pac %d, told %v: counted %d parameters, there are %d", name, pac, condition, got, want)
				}
			}
		}
	}
}

// What is told alone can be too much.
func TestRefusesManyLabels(t *testing.T) {
	for name, rows := range map[string]sdk.Space{
		"mlp": mixed(), "conv": space(sdk.Unit, 28, 28, 1), "sequence": space(sdk.Category, 28),
	} {
		rows.Conditions = []sdk.Condition{{Name: "label", Values: make([]string, 10_000)}}
		s := smallSettings(func(s *settings) {
			s.Architecture, s.Discriminator, s.Filters, s.Pac, s.Batch = name, []int{512}, 32, 64, 64
		})
		if _, err := newGAN(s, rows); err != nil {
			t.Errorf("%s told nothing: %v", name, err)
		}
		s.Condition = []string{"label"}
		if _, err := newGAN(s, rows); !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
			t.Errorf("%s told 10,000 labels: %v, want ErrBadInput and a hint", name, err)
		}
	}
}

// The README's table has each setting with its default.
func TestTableOfSettings(t *testing.T) {
	b, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sdk.SchemaOf(defaults) {
		value := strings.ReplaceAll(strings.Trim(string(s.Default), `"`), ",", ", ")
		if row := fmt.Sprintf("\n| `%s` | %s | ", s.Name, value); !strings.Contains(string(b), row) {
			t.Errorf("README.md has no row %q", row[1:])
		}
	}
}

func TestDivergence(t *testing.T) {
	n := small(t, func(s *settings) { s.Activation, s.DiscriminatorAct = "relu", "leaky_relu" })
	n.Rate = 1e30
	job := &sdk.Job{Data: labelled(n.space, 8)}
	err := job.Run(t.Context(), n)
	hints := strings.Join(sdk.Hints(err), "\n")
	if !errors.Is(err, sdk.ErrDiverged) || !strings.Contains(hints, "lower rate, now 1e+30") {
		t.Errorf("got %v with hints %q", err, hints)
	}
	if _, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 1}); !errors.Is(err, sdk.ErrNotTrained) {
		t.Errorf("after divergence, generate gives %v, want ErrNotTrained", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	n := small(t, asIs)
	n.trained = true
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := n.Save(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	s := n.settings
	s.Latent++
	other, err := newGAN(s, n.space)
	if err != nil {
		t.Fatal(err)
	}
	err = other.Load(t.Context(), path)
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "generator.0.weight") {
		t.Errorf("weights of another latent: %v, want ErrBadInput that names the tensor", err)
	}
	if err := os.Truncate(path, 200); err != nil {
		t.Fatal(err)
	}
	if err := n.Load(t.Context(), path); !errors.Is(err, sdk.ErrCorrupt) {
		t.Errorf("a truncated file: %v, want ErrCorrupt", err)
	}
}

func TestBadRequests(t *testing.T) {
	n := small(t, asIs)
	n.trained = true
	for _, req := range []sdk.GenerateRequest{{N: -1}, {N: 1, First: -1}, {N: 1 << 60}, {N: 1, Conditions: map[string][]float32{"label": {1}}}} {
		if _, err := n.Generate(t.Context(), req); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%+v: %v, want ErrBadInput", req, err)
		}
	}
	if _, err := n.Decode(t.Context(), sdk.MakeBatch(1, 4)); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("decode latents of another size: %v, want ErrBadInput", err)
	}
	job := &sdk.Job{Data: labelled(space(sdk.Unit, 6), 4)}
	if err := job.Run(t.Context(), n); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("train on another shape: %v, want ErrBadInput", err)
	}
}
