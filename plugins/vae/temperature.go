package main

import (
	"math"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

const (
	temperature = "temperature"
	// hottest is a temperature at which all classes are about as likely.
	hottest = 10
	// coldest stands for 0, by which nothing can be divided: it leaves but the
	// likeliest class.
	coldest = 1e-6
)

// tempered is the control of models that make draws of p(x|z).
var tempered = sdk.Control{
	Condition: sdk.Condition{Name: temperature, Doc: "below 1 rows are likelier and more alike, above 1 less so; 0 is the likeliest", Max: hottest},
	Default:   1,
}

// Controls returns the temperature, unless rows are means or have a condition
// that is called so.
func (v *vae) Controls() []sdk.Control {
	if _, err := v.space.Condition(temperature); err == nil || !v.outputDraws() {
		return nil
	}
	return []sdk.Control{tempered}
}

// asked are the conditions that a request may have, and latents.
func (v *vae) asked() []sdk.Condition {
	return append(v.heeded[:len(v.heeded):len(v.heeded)], sdk.ConditionsOf(v.Controls())...)
}

// Heats are the temperatures T of rows: what is drawn is of p(x|z) to the power
// 1/T, divided by its sum. Nil is 1 for all.
type heats []float32

// heats returns those of n latents of z from one on.
func (v *vae) heats(z sdk.Batch, from, n int) heats {
	all := z.Conditions[temperature]
	if len(all) == 0 || len(v.Controls()) == 0 {
		return nil
	}
	return all[from : from+n]
}

// over divides logits by T.
func (h heats) over(logits *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	if h == nil {
		return logits
	}
	inverse := tape.Constant(len(h), 1)
	for i, t := range h {
		inverse.Data[i] = 1 / max(t, coldest)
	}
	return logits.Mul(inverse)
}

// root is √T of row i, which the standard deviation of a Gaussian is multiplied
// by.
func (h heats) root(i int) float32 {
	if h == nil {
		return 1
	}
	return float32(math.Sqrt(float64(h[i])))
}
