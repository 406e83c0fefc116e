package main

import (
	"errors"
	"testing"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

func pictures(h, w, channels int) sdk.Space {
	s := space(sdk.Unit, h*w*channels)
	s.Shape = []int{h, w, channels}
	return s
}

// Pictures of any size and colour come back as they went in.
func TestConvShapes(t *testing.T) {
	s := defaults
	s.Architecture, s.Hidden, s.Filters, s.Activation = "conv", []int{6}, []int{2, 3}, "tanh"
	for _, p := range [][3]int{{8, 8, 1}, {28, 28, 1}, {9, 14, 3}, {33, 11, 3}, {64, 64, 1}, {96, 128, 3}} {
		v, err := newVAE(s, pictures(p[0], p[1], p[2]))
		if err != nil {
			t.Fatal(err)
		}
		v.params.Init((&sdk.Job{}).Rand(0))
		v.trained = true
		rows, err := v.Generate(t.Context(), sdk.GenerateRequest{N: 3})
		if err != nil || v.space.Check(rows) != nil {
			t.Errorf("%v: %v and %v", p, err, v.space.Check(rows))
			continue
		}
		if _, err := v.Encode(t.Context(), rows); err != nil {
			t.Errorf("encode %v: %v", p, err)
		}
		// Every pixel must be within reach of the latent.
		for i, x := range rows.Row(0) {
			if x == rows.Row(1)[i] && x == rows.Row(2)[i] {
				t.Errorf("%v: number %d is %g whatever the latent", p, i, x)
				break
			}
		}
	}
}

func TestConvGradient(t *testing.T) {
	s := defaults
	s.Architecture, s.Hidden, s.Filters, s.Latent, s.Activation = "conv", []int{4}, []int{2, 3}, 2, "tanh"
	v, err := newVAE(s, pictures(8, 9, 2))
	if err != nil {
		t.Fatal(err)
	}
	v.params.Init((&sdk.Job{}).Rand(0))
	var rows tensor.Tape
	x := nn.Uniform(rows.Constant(2, v.space.Size()), 1, 0)
	checkGradient(t, "conv", v, func(tape *tensor.Tape) *tensor.Tensor {
		return v.bound(tape.Input(x.Data, 2, x.Cols), nil, epsilon(tape.Constant(2, 2), 2, 3, 0, tape), 1, tape).loss
	})
}

func TestConvRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		space   sdk.Space
		filters []int
		want    error
	}{
		"rows that are no pictures":  {space(sdk.Unit, 784), []int{8}, sdk.ErrBadInput},
		"small pictures":             {pictures(7, 28, 1), []int{8}, sdk.ErrBadInput},
		"no filters":                 {pictures(8, 8, 1), nil, sdk.ErrBadSetting},
		"more halvings than a side":  {pictures(8, 64, 1), []int{8, 8, 8, 8}, sdk.ErrBadSetting},
		"more parameters than a GiB": {pictures(4096, 4096, 1), []int{64}, sdk.ErrBadInput},
	} {
		s := defaults
		s.Architecture, s.Filters = "conv", c.filters
		if _, err := newVAE(s, c.space); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
