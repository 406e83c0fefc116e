package main

import (
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

const (
	temperature = "temperature"
	// hottest is a temperature at which all values are about as likely.
	hottest = 10
)

// tempered is the control of models that draw categories.
var tempered = sdk.Control{
	Condition: sdk.Condition{Name: temperature, Doc: "of categories: below 1 rows are likelier and more alike, above 1 less so; 0 is the likeliest", Max: hottest},
	Default:   1,
}

// Controls returns the temperature, if categories are drawn and rows have no
// condition that is called so.
func (n *gan) Controls() []sdk.Control {
	if _, err := n.space.Condition(temperature); err == nil || !n.average.finish.noisy() {
		return nil
	}
	return []sdk.Control{tempered}
}

// asked are the conditions that a request may have, and latents.
func (n *gan) asked() []sdk.Condition {
	return append(n.heeded[:len(n.heeded):len(n.heeded)], sdk.ConditionsOf(n.Controls())...)
}

// withControls adds what a request asks of the controls to the conditions of latents.
func (n *gan) withControls(conditions map[string][]float32, req sdk.GenerateRequest) map[string][]float32 {
	for _, c := range n.Controls() {
		values := req.Conditions[c.Name]
		if len(values) == 0 {
			continue
		}
		if len(values) == 1 {
			values = slices.Repeat(values, req.N)
		}
		if conditions == nil {
			conditions = map[string][]float32{}
		}
		conditions[c.Name] = slices.Clone(values)
	}
	return conditions
}

// heat multiplies Gumbel noise by the temperature T of each row: what logits and
// that have most of is a draw from the softmax of the logits divided by T.
func (n *gan) heat(noise *tensor.Tensor, z sdk.Batch) *tensor.Tensor {
	all := z.Conditions[temperature]
	if len(all) == 0 || len(n.Controls()) == 0 {
		return noise
	}
	return noise.Mul(n.tape.Input(all[:z.Len()], z.Len(), 1))
}
