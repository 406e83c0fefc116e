package main

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// mostSurveyed bounds how many rows are looked at before training.
const mostSurveyed = 1 << 16

// survey looks at rows, evenly spread over the data, before training: it counts
// their labels, and lets a decoder begin with the mean of what is Bernoulli and
// how often there is each class, which else takes it many steps to find.
func (v *vae) survey(data sdk.Rows) error {
	n := min(data.Len(), mostSurveyed)
	sums := make([]float64, v.parts.width())
	clear(v.counts.Data)
	var b sdk.Batch
	indices := make([]int, 0, chunk)
	for i := 0; i < n; i += len(indices) {
		indices = indices[:0]
		for j := i; j < min(i+chunk, n); j++ {
			indices = append(indices, int(int64(j)*int64(data.Len())/int64(n)))
		}
		b = data.Gather(b, indices)
		for j := range b.Len() {
			v.parts.addTo(sums, b.Row(j))
		}
		if err := v.count(b); err != nil {
			return err
		}
	}
	for _, p := range v.parts {
		v.begin(p, sums[p.seen:p.seen+p.width()], n)
	}
	return nil
}

// addTo adds a row, as the encoder sees it, to sums.
func (ps parts) addTo(sums []float64, row []float32) {
	for _, p := range ps {
		for j, x := range row[p.at : p.at+p.n] {
			if p.of == 0 {
				sums[p.seen+j] += float64(x)
			} else {
				sums[p.seen+j*p.of+int(x)]++
			}
		}
	}
}

// least is the smallest mean, and the rarest class, that a decoder begins with,
// so that no logit is far away.
const least = 1e-3

// begin sets the last bias, where it stands for a part, to what n rows with these
// sums have on average: logits of a Bernoulli's mean, or logarithms of how often
// there is each class. A Gaussian's mean begins at 0.
func (v *vae) begin(p part, sums []float64, n int) {
	if p.likelihood == gaussian {
		return
	}
	bias := v.bias.Data
	if len(v.parts) > 1 {
		bias = bias[p.seen : p.seen+p.width()]
	}
	shared := len(sums) / len(bias) // columns for each of the bias, which convolutions and steps share
	for c := range bias {
		sum := 0.0
		for j := c; j < len(sums); j += len(bias) {
			sum += sums[j]
		}
		mean := max(sum/float64(n*shared), least)
		if p.likelihood == bernoulli {
			mean = min(mean, 1-least)
			mean /= 1 - mean
		}
		bias[c] = float32(math.Log(mean))
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
