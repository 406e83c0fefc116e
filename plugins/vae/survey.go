package main

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// mostSurveyed bounds how many rows are looked at before training.
const mostSurveyed = 1 << 16

// survey looks at rows, evenly spread over the data, before training: it counts
// their labels, and lets a Bernoulli decoder begin with their mean, which else
// takes it many steps to find.
func (v *vae) survey(data sdk.Rows) error {
	n := min(data.Len(), mostSurveyed)
	sums := make([]float64, v.space.Size())
	clear(v.counts.Data)
	var b sdk.Batch
	indices := make([]int, 0, chunk)
	for i := 0; i < n; i += len(indices) {
		indices = indices[:0]
		for j := i; j < min(i+chunk, n); j++ {
			indices = append(indices, int(int64(j)*int64(data.Len())/int64(n)))
		}
		b = data.Gather(b, indices)
		for j, x := range b.Data {
			sums[j%len(sums)] += float64(x)
		}
		if err := v.count(b); err != nil {
			return err
		}
	}
	if v.spread == nil {
		v.beginAt(sums, n)
	}
	return nil
}

// pixels is how many numbers of a row share a number of the last bias.
func (v *vae) pixels() int { return v.space.Size() / len(v.bias.Data) }

// beginAt sets the last bias to the logits of the means of what shares it.
func (v *vae) beginAt(sums []float64, n int) {
	const least = 1e-3 // of a mean, so that no logit is far away
	for c := range v.bias.Data {
		sum := 0.0
		for j := c; j < len(sums); j += len(v.bias.Data) {
			sum += sums[j]
		}
		mean := min(max(sum/float64(n*v.pixels()), least), 1-least)
		v.bias.Data[c] = float32(math.Log(mean / (1 - mean)))
	}
}

// count adds a batch's labels to how often there is each.
func (v *vae) count(b sdk.Batch) error {
	for i, c := range v.heeded {
		values := b.Conditions[c.Name]
		if len(values) != b.Len() {
			return sdk.Hint(fmt.Errorf("%w: the rows lack the condition %s", sdk.ErrBadInput, c.Name),
				"give data with labels, or leave the setting condition empty")
		}
		counts := v.counts.All()[i].Tensor.Data
		for _, value := range values {
			if !c.Holds(value) {
				return fmt.Errorf("%w: condition %s has no value %g", sdk.ErrBadInput, c.Name, value)
			}
			counts[int(value)]++
		}
	}
	return nil
}
