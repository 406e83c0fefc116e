// Package classifier trains a small network on labelled rows, to judge
// generated rows by.
//
// What a network that someone trained elsewhere finds alike is no measure
// without it. So this one is made from the data itself, in a minute or two, and
// its accuracy and [Classifier.Digest] are printed beside every figure that
// rests on it: figures of other digests do not compare.
//
//	c, err := classifier.Train(ctx, rows, "label", classifier.Options{Seed: 1})
//	labels, err := c.Labels(ctx, generated)
//
// Pictures go through convolutions, other rows through a dense layer; then
// both have a layer of 64 features and one of logits.
package classifier

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

// Size is how many features a row has.
const Size = 64

// A Classifier tells the value of a condition from a row. It belongs to one
// goroutine at a time.
type Classifier struct {
	space     sdk.Space
	condition sdk.Condition
	*network
	tape tensor.Tape
}

// Condition returns the condition that the classifier tells.
func (c *Classifier) Condition() sdk.Condition { return c.condition }

// Features returns the last hidden layer of each row: Size numbers from 0 on.
func (c *Classifier) Features(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	return c.apply(ctx, x, Size, c.features)
}

// Logits returns, for each row, the logarithms of what the classifier takes
// for the probabilities of the condition's values, up to a constant.
func (c *Classifier) Logits(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	return c.apply(ctx, x, len(c.condition.Values), c.logits)
}

// Labels returns, for each row, the index of the likeliest value, the first of
// them.
func (c *Classifier) Labels(ctx context.Context, x sdk.Batch) ([]float32, error) {
	logits, err := c.Logits(ctx, x)
	if err != nil {
		return nil, err
	}
	labels := make([]float32, x.Len())
	for i := range labels {
		row := logits.Row(i)
		for class, v := range row {
			if v > row[int(labels[i])] {
				labels[i] = float32(class)
			}
		}
	}
	return labels, nil
}

// Agreement returns the share of rows, from 0 to 1, whose label is what their
// condition says.
func (c *Classifier) Agreement(ctx context.Context, x sdk.Batch) (float64, error) {
	want, ok := x.Conditions[c.condition.Name]
	if !ok || x.Len() == 0 || len(want) != x.Len() {
		return 0, fmt.Errorf("classifier: %w: %d rows with %d values of %s", sdk.ErrBadInput, x.Len(), len(want), c.condition.Name)
	}
	labels, err := c.Labels(ctx, x)
	if err != nil {
		return 0, err
	}
	right := 0
	for i, l := range labels {
		if l == want[i] {
			right++
		}
	}
	return float64(right) / float64(len(labels)), nil
}

// Accuracy is the Agreement of all rows.
func (c *Classifier) Accuracy(ctx context.Context, rows sdk.Rows) (float64, error) {
	if rows.Len() == 0 {
		return 0, fmt.Errorf("classifier: %w: no rows", sdk.ErrBadInput)
	}
	var sum float64
	var batch sdk.Batch
	for from := 0; from < rows.Len(); from += chunk {
		batch = sdk.Between(rows, batch, from, min(rows.Len(), from+chunk))
		share, err := c.Agreement(ctx, batch)
		if err != nil {
			return 0, err
		}
		sum += share * float64(batch.Len())
	}
	return sum / float64(rows.Len()), nil
}

// chunk is how many rows pass through the network at a time. What comes out
// does not depend on it.
const chunk = 128

func (c *Classifier) apply(ctx context.Context, x sdk.Batch, width int, layer func(*tensor.Tensor) *tensor.Tensor) (sdk.Batch, error) {
	if err := c.space.Check(sdk.Batch{Shape: x.Shape, Data: x.Data}); err != nil {
		return sdk.Batch{}, fmt.Errorf("classifier: %w", err)
	}
	out := sdk.MakeBatch(x.Len(), width)
	for from := 0; from < x.Len(); from += chunk {
		if err := ctx.Err(); err != nil {
			return sdk.Batch{}, err
		}
		some := x.Slice(from, min(x.Len(), from+chunk))
		c.tape.Reset()
		copy(out.Data[from*width:], layer(c.input(&c.tape, some)).Data)
	}
	return out, nil
}

func (c *Classifier) input(tape *tensor.Tape, rows sdk.Batch) *tensor.Tensor {
	dense := OneHot(c.space, rows)
	return tape.Input(dense.Data, dense.Len(), dense.RowSize())
}
