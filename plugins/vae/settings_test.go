package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

func TestLikelihood(t *testing.T) {
	for _, c := range []struct {
		setting string
		kinds   []sdk.Kind
		want    []string // of each part
		err     error
	}{
		{"auto", []sdk.Kind{sdk.Unit}, []string{bernoulli}, nil},
		{"auto", []sdk.Kind{sdk.Binary, sdk.Unit}, []string{bernoulli}, nil},
		{"auto", []sdk.Kind{sdk.Signed}, []string{gaussian}, nil},
		{"auto", []sdk.Kind{sdk.Unit, sdk.Real}, []string{gaussian}, nil},
		{gaussian, []sdk.Kind{sdk.Unit}, []string{gaussian}, nil},
		{bernoulli, []sdk.Kind{sdk.Binary}, []string{bernoulli}, nil},
		{bernoulli, []sdk.Kind{sdk.Signed}, nil, sdk.ErrBadSetting},
		{"auto", []sdk.Kind{sdk.Real, sdk.Category, sdk.Unit}, []string{gaussian, categorical, bernoulli}, nil},
		{gaussian, []sdk.Kind{sdk.Category, sdk.Unit}, []string{categorical, gaussian}, nil},
		{bernoulli, []sdk.Kind{sdk.Category, sdk.Real}, nil, sdk.ErrBadSetting},
	} {
		s := sdk.Space{Modality: "test", Shape: []int{len(c.kinds)}}
		for _, k := range c.kinds {
			s.Segments = append(s.Segments, sdk.Segment{Kind: k, Len: 1, Of: 2})
		}
		got, err := settings{Likelihood: c.setting}.parts(s)
		var names []string
		for _, p := range got {
			names = append(names, p.likelihood)
		}
		if !errors.Is(err, c.err) || (err != nil) != (len(sdk.Hints(err)) > 0) || err == nil && !slices.Equal(names, c.want) {
			t.Errorf("%s for %v: %q and %v, want %q and %v, with a hint", c.setting, c.kinds, names, err, c.want, c.err)
		}
	}
}

func TestWidths(t *testing.T) {
	article := defaults
	article.Latent = 32
	down, up := article.widths(784, 0)
	if !slices.Equal(down, []int{784, 256, 128, 64}) || !slices.Equal(up, []int{32, 128, 256, 784}) {
		t.Errorf("got %v and %v: not the article's", down, up)
	}
	_, err := newVAE(defaults, space(sdk.Unit, 1<<26))
	if !errors.Is(err, sdk.ErrBadInput) || len(sdk.Hints(err)) == 0 {
		t.Errorf("rows of 2²⁶ numbers: %v, want ErrBadInput and a hint", err)
	}
}

func TestDivergence(t *testing.T) {
	v, rows := small(t, sdk.Unit)
	v.Rate = 1e30
	job := &sdk.Job{Data: sdk.InMemory(v.space, sdk.Batch{Shape: []int{5}, Data: rows})}
	err := job.Run(t.Context(), v)
	if !errors.Is(err, sdk.ErrDiverged) || !slices.Contains(sdk.Hints(err), "lower rate, now 1e+30") {
		t.Errorf("got %v with hints %q", err, sdk.Hints(err))
	}
	if _, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 1}); !errors.Is(err, sdk.ErrNotTrained) {
		t.Errorf("after divergence, generate gives %v, want ErrNotTrained", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	v, _ := small(t, sdk.Unit)
	v.trained = true
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := v.Save(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	s := v.settings
	s.Latent++
	other, err := newVAE(s, v.space)
	if err != nil {
		t.Fatal(err)
	}
	err = other.Load(t.Context(), path)
	if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), "encoder.2.weight") {
		t.Errorf("weights of another latent: %v, want ErrBadInput that names the tensor", err)
	}
	if err := os.Truncate(path, 200); err != nil {
		t.Fatal(err)
	}
	if err := v.Load(t.Context(), path); !errors.Is(err, sdk.ErrCorrupt) {
		t.Errorf("a truncated file: %v, want ErrCorrupt", err)
	}
}

func TestBadRequests(t *testing.T) {
	v, _ := small(t, sdk.Unit)
	v.trained = true
	for _, req := range []sdk.GenerateRequest{{N: -1}, {N: 1, First: -1}, {N: 1 << 60}, {N: 1, Conditions: map[string][]float32{"label": {1}}}} {
		if _, err := v.Generate(t.Context(), req); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("%+v: %v, want ErrBadInput", req, err)
		}
	}
	for name, x := range map[string]sdk.Batch{"another shape": sdk.MakeBatch(1, 6), "not unit": {Shape: []int{5}, Data: []float32{0, 0, 0, 0, 2}}} {
		if _, err := v.Encode(t.Context(), x); !errors.Is(err, sdk.ErrBadInput) {
			t.Errorf("encode %s: %v, want ErrBadInput", name, err)
		}
	}
	job := &sdk.Job{Data: sdk.InMemory(space(sdk.Unit, 6), sdk.MakeBatch(4, 6))}
	if err := job.Run(t.Context(), v); !errors.Is(err, sdk.ErrBadInput) {
		t.Errorf("train on another shape: %v, want ErrBadInput", err)
	}
}
