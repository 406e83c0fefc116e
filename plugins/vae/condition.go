package main

// A conditional model is that of Sohn et al., "Learning structured output
// representation using deep conditional generative models", NeurIPS 2015, with
// a prior that heeds no condition: both networks see the labels, each as ones
// and zeros.

import (
	"fmt"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// conditions returns those of the space's conditions that are to be heeded.
func (s settings) conditions(space sdk.Space) ([]sdk.Condition, error) {
	var heeded []sdk.Condition
	for i, name := range s.Condition {
		c, err := space.Condition(name)
		switch {
		case err != nil && len(space.Conditions) == 0:
			return nil, sdk.Hint(unfit(space, "condition", fmt.Sprintf("has %q, and they have no conditions", name)),
				"give data with labels, or leave condition empty: --set condition=")
		case err != nil:
			return nil, sdk.Hint(unfit(space, "condition", fmt.Sprintf("has %q, which these do not", name)),
				sdk.Suggest(name, namesOf(space.Conditions)))
		case len(c.Values) == 0:
			return nil, sdk.Hint(unfit(space, "condition", fmt.Sprintf("has %q, which is a number", name)), "vae heeds labels only")
		case slices.Contains(s.Condition[:i], name):
			return nil, &sdk.SettingError{Setting: "condition", Problem: fmt.Sprintf("has %q twice", name)}
		}
		heeded = append(heeded, c)
	}
	return heeded, nil
}

func namesOf(conditions []sdk.Condition) []string {
	var names []string
	for _, c := range conditions {
		names = append(names, c.Name)
	}
	return names
}

// Conditions returns those that the model heeds.
func (v *vae) Conditions() []sdk.Condition { return v.heeded }

// labels is how many zeros and ones stand for the conditions of a row.
func (v *vae) labels() int {
	n := 0
	for _, c := range v.heeded {
		n += len(c.Values)
	}
	return n
}

// oneHot gives a batch's labels as zeros and ones, or nil if none are heeded.
func (v *vae) oneHot(b sdk.Batch, tape *tensor.Tape) *tensor.Tensor {
	if len(v.heeded) == 0 {
		return nil
	}
	t := tape.Full(b.Len(), v.labels(), 0)
	at := 0
	for _, c := range v.heeded {
		for i, value := range b.Conditions[c.Name] {
			t.Data[i*t.Cols+at+int(value)] = 1
		}
		at += len(c.Values)
	}
	return t
}

// checkLabels reports conditions that a batch lacks. Those that it has are
// right: Space.Check has seen them.
func (v *vae) checkLabels(b sdk.Batch) error {
	for _, c := range v.heeded {
		if len(b.Conditions[c.Name]) != b.Len() {
			return sdk.Hint(fmt.Errorf("%w: the rows lack the condition %s", sdk.ErrBadInput, c.Name),
				"this model was trained with condition = "+c.Name+": give each row its own")
		}
	}
	return nil
}

// heed returns the conditions of b that the model heeds.
func (v *vae) heed(b sdk.Batch) map[string][]float32 {
	if len(v.heeded) == 0 {
		return nil
	}
	all := map[string][]float32{}
	for _, c := range v.heeded {
		all[c.Name] = slices.Clone(b.Conditions[c.Name])
	}
	return all
}

// drawConditions returns a request's conditions, one value for each row. Labels
// that it leaves open are drawn as often as the training rows had them.
func (v *vae) drawConditions(req sdk.GenerateRequest) map[string][]float32 {
	all := map[string][]float32{}
	for name, values := range req.Conditions {
		if len(values) == 1 {
			values = slices.Repeat(values, req.N)
		}
		all[name] = slices.Clone(values)
	}
	for j, values := range v.drawLabels(req) {
		if name := v.heeded[j].Name; len(req.Conditions[name]) == 0 {
			all[name] = values
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// drawLabels draws, for each condition that is heeded, a value for each row.
func (v *vae) drawLabels(req sdk.GenerateRequest) [][]float32 {
	if len(v.heeded) == 0 {
		return nil
	}
	const apart = 0x9e3779b97f4a7c15 // from the seed of the latents
	u := nn.Uniform(v.tape.Constant(req.N, len(v.heeded)), req.Seed+apart, req.First)
	all := make([][]float32, len(v.heeded))
	for j := range all {
		for i := range req.N {
			all[j] = append(all[j], quantile(v.counts.All()[j].Tensor.Data, u.Data[i*u.Cols+j]))
		}
	}
	return all
}

// quantile is the label below which a part u, from 0 to below 1, of all is.
func quantile(counts []float32, u float32) float32 {
	total := 0.0
	for _, n := range counts {
		total += float64(n)
	}
	rest, last := float64(u)*total, 0
	for i, n := range counts {
		if n > 0 {
			last = i
		}
		if rest -= float64(n); rest < 0 {
			return float32(i)
		}
	}
	return float32(last)
}
