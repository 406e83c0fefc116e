package classifier

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// Options say how to train. The zero value works.
type Options struct {
	Seed uint64                // equal seeds and rows give equal weights
	Told func(rows, total int) // hears how many rows have been gone through; may be nil
}

// The recipe. A change of it is a change of every figure that rests on a
// classifier, so Recipe must change as well.
const (
	batch    = 64
	rate     = 2e-3
	decay    = 0.02
	dropped  = 0.3     // of the features
	examples = 600_000 // rows, counted as often as they are seen
	passes   = 40      // at most, over few rows
	fewest   = 500     // steps, even so

	// Recipe names this way to train, for those who keep classifiers.
	Recipe = "1"
)

// Train trains a classifier for a condition of rows that has values to choose
// from. It returns an error wrapping [sdk.ErrBadInput] when there is nothing to
// tell apart, [sdk.ErrDiverged] when the weights went out of bounds, or the
// context's. Equal rows and seeds give equal bytes, for any number of threads.
func Train(ctx context.Context, rows sdk.Rows, condition string, o Options) (*Classifier, error) {
	c, err := untrained(rows.Space(), condition)
	if err != nil {
		return nil, err
	}
	if rows.Len() == 0 {
		return nil, fmt.Errorf("classifier: %w: no rows to learn from", sdk.ErrBadInput)
	}
	c.params.Init(rand.New(rand.NewPCG(o.Seed, 0)))
	if err := c.fit(ctx, rows, o); err != nil {
		return nil, err
	}
	if !c.params.Finite() {
		return nil, sdk.Hint(fmt.Errorf("classifier: %w: its weights are not finite", sdk.ErrDiverged),
			"look at the data: its numbers should be about 1 in size")
	}
	return c, nil
}

// untrained checks that there is something to tell apart.
func untrained(space sdk.Space, condition string) (*Classifier, error) {
	known, err := space.Condition(condition)
	if err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
	}
	if len(known.Values) < 2 {
		return nil, fmt.Errorf("classifier: %w: condition %s has %d values to choose from, want at least 2", sdk.ErrBadInput, condition, len(known.Values))
	}
	space.Conditions = []sdk.Condition{known}
	return &Classifier{space: space, condition: known, network: newNetwork(space, len(known.Values))}, nil
}

// steps is how long to train on n rows, in batches of so many.
func steps(n, batch int) int {
	seen := min(max(examples, 5*n), passes*n)
	return max(fewest, seen/batch)
}

func (c *Classifier) fit(ctx context.Context, rows sdk.Rows, o Options) error {
	n := rows.Len()
	size := min(batch, n)
	total := steps(n, size)
	adam, schedule := optim.NewAdamW(rate, decay), optim.Warmup(total/20, optim.CosineTo(total, 0))
	rng := rand.New(rand.NewPCG(o.Seed, 1))
	var order []int
	var some sdk.Batch
	for step := range total {
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(order) < size {
			order = rng.Perm(n)
		}
		some = rows.Gather(some, order[:size])
		order = order[size:]
		c.tape.Reset()
		c.tape.Train(o.Seed, step*size)
		c.loss(some).Backward(&c.params)
		adam.Rate = rate * schedule(step)
		adam.Step(&c.params)
		if o.Told != nil {
			o.Told((step+1)*size, total*size)
		}
	}
	return nil
}

// loss is the mean cross-entropy, in nats.
func (c *Classifier) loss(rows sdk.Batch) *tensor.Tensor {
	features := nn.Dropout{Rate: dropped}.Forward(c.features(c.input(&c.tape, rows)))
	classes := c.tape.Input(rows.Conditions[c.condition.Name], rows.Len(), 1)
	return c.head.Forward(features).CrossEntropy(classes).Mean()
}
