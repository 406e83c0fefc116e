package main

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// A conditioning is what both networks are told of a row: Mirza and Osindero,
// "Conditional generative adversarial nets", arXiv:1411.1784, section 3.2. A
// condition with values is a one-hot vector, one that is a number a number from
// -1 to 1.
type conditioning struct {
	heeded     []sdk.Condition
	toldWidth  int  // numbers that are told of a row, of all conditions side by side
	leavesOpen bool // some of them may be left open, see sampler

	// What the conditions were in training, each by itself, to draw from: the
	// share of each value, or the quantiles of a number.
	seen   tensor.Params
	tables []*tensor.Tensor
}

// quantiles is how many are kept of a condition that is a number.
const quantiles = 65

// everyLabel stands for all conditions with values, in the setting condition.
const everyLabel = "*"

func newConditioning(space sdk.Space, names []string, leavesOpen bool) (*conditioning, error) {
	c := &conditioning{leavesOpen: leavesOpen}
	if slices.Equal(names, []string{everyLabel}) {
		names = nil
		for _, known := range space.Conditions {
			if len(known.Values) > 0 {
				names = append(names, known.Name)
			}
		}
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, &sdk.SettingError{Setting: "condition", Problem: fmt.Sprintf("has %q twice", name)}
		}
		known, err := find(space, name)
		if err != nil {
			return nil, err
		}
		if leavesOpen && len(known.Values) == 0 {
			return nil, sdk.Hint(&sdk.SettingError{Setting: "tell", Problem: fmt.Sprintf("is some: condition %s is a number, which has no values to sample by", name)},
				"set tell to all, or leave "+name+" out of condition")
		}
		entries, width := quantiles, 1
		if k := len(known.Values); k > 0 {
			entries, width = k, k
		}
		c.heeded = append(c.heeded, known)
		c.tables = append(c.tables, c.seen.Add("condition."+name, 1, entries, tensor.Init{}))
		c.toldWidth += width
	}
	return c, nil
}

// find returns the condition of space that the setting calls name.
func find(space sdk.Space, name string) (sdk.Condition, error) {
	var names []string
	for _, c := range space.Conditions {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	if len(names) == 0 {
		return sdk.Condition{}, sdk.Hint(unfit(space, "condition", fmt.Sprintf("has %q, and they have no conditions", name)),
			"give data with labels, or leave condition empty: --set condition=")
	}
	return sdk.Condition{}, sdk.Hint(unfit(space, "condition", fmt.Sprintf("has %q, which these do not", name)), sdk.Suggest(name, names))
}

// Conditions returns those that the model was told to heed.
func (c *conditioning) Conditions() []sdk.Condition { return c.heeded }

// encode fills dst with what the networks are told, a row for each value. Of those
// that are absent, or no number, it tells nothing.
func (c *conditioning) encode(dst *tensor.Tensor, values map[string][]float32) *tensor.Tensor {
	clear(dst.Data)
	at := 0
	for _, known := range c.heeded {
		for i, v := range values[known.Name] {
			if i == dst.Rows {
				break
			}
			row := dst.Data[i*c.toldWidth+at:]
			if v != v {
				continue
			}
			if len(known.Values) > 0 {
				row[int(v)] = 1
			} else {
				row[0] = float32((2*float64(v) - known.Min - known.Max) / (known.Max - known.Min))
			}
		}
		at += max(1, len(known.Values))
	}
	return dst
}

// collect returns what the conditions of rows are, of each that of every row; and
// which category of a row is the condition itself, as a table's columns are, or -1.
func (c *conditioning) collect(rows sdk.Rows, v view) (values [][]float32, mirrors []int) {
	if len(c.heeded) == 0 {
		return nil, nil
	}
	values = make([][]float32, len(c.heeded))
	like := make([][]int, len(c.heeded))
	for k, known := range c.heeded {
		like[k] = v.categoriesOf(len(known.Values))
	}
	var part sdk.Batch
	indices := make([]int, 0, chunk)
	for first := 0; first < rows.Len(); first += chunk {
		indices = indices[:0]
		for i := first; i < min(first+chunk, rows.Len()); i++ {
			indices = append(indices, i)
		}
		part = rows.Gather(part, indices)
		for k, known := range c.heeded {
			of := part.Conditions[known.Name]
			values[k] = append(values[k], of...)
			like[k] = slices.DeleteFunc(like[k], func(at int) bool {
				for i, v := range of {
					if part.Row(i)[at] != v {
						return true
					}
				}
				return false
			})
		}
	}
	for _, at := range like {
		mirrors = append(mirrors, append(at, -1)[0])
	}
	return values, mirrors
}

// learn keeps what the conditions of rows are.
func (c *conditioning) learn(values [][]float32) {
	for k, known := range c.heeded {
		table := c.tables[k].Data
		if len(known.Values) > 0 {
			share(table, values[k])
			continue
		}
		sorted := slices.Sorted(slices.Values(values[k]))
		for q := range table {
			table[q] = sorted[q*(len(sorted)-1)/(len(table)-1)]
		}
	}
}

// share fills table with how large a part of values each index is.
func share(table, values []float32) {
	count := make([]int, len(table))
	for _, v := range values {
		count[int(v)]++
	}
	for i, n := range count {
		table[i] = float32(float64(n) / float64(len(values)))
	}
}

// draw returns the conditions of the request's rows: those asked for, and for the
// others what training had, drawn of (seed, first + i), unless they may be left open.
func (c *conditioning) draw(req sdk.GenerateRequest, tape *tensor.Tape) map[string][]float32 {
	if len(c.heeded) == 0 {
		return nil
	}
	seed := rand.New(rand.NewPCG(req.Seed, 1)).Uint64() // not that of the latents
	u := nn.Uniform(tape.Constant(req.N, len(c.heeded)), seed, req.First)
	drawn := map[string][]float32{}
	for k, known := range c.heeded {
		asked := req.Conditions[known.Name]
		if c.leavesOpen && len(asked) == 0 {
			continue
		}
		values := make([]float32, req.N)
		for i := range values {
			switch len(asked) {
			case 0:
				values[i] = c.quantile(k, float64(u.Data[i*u.Cols+k]))
			case 1:
				values[i] = asked[0]
			default:
				values[i] = asked[i]
			}
		}
		drawn[known.Name] = values
	}
	return drawn
}

// quantile returns the value of condition k below which a share u of those in
// training lay.
func (c *conditioning) quantile(k int, u float64) float32 {
	table := c.tables[k].Data
	if len(c.heeded[k].Values) == 0 {
		at := u * float64(len(table)-1)
		i := int(at)
		return min(table[i]+float32(at-float64(i))*(table[i+1]-table[i]), table[i+1])
	}
	last, sum := 0, 0.0
	for i, share := range table {
		if share > 0 {
			last, sum = i, sum+float64(share)
		}
		if u < sum {
			break
		}
	}
	return float32(last)
}

// known reports rows that lack a condition, or have another of its name.
func (c *conditioning) known(space sdk.Space) error {
	for _, heeded := range c.heeded {
		there, err := space.Condition(heeded.Name)
		if err != nil {
			return err
		}
		if !slices.Equal(there.Values, heeded.Values) || there.Min != heeded.Min || there.Max != heeded.Max {
			return fmt.Errorf("%w: condition %s has other values", sdk.ErrBadInput, heeded.Name)
		}
	}
	return nil
}

// complete reports latents that lack a condition.
func (c *conditioning) complete(z sdk.Batch) error {
	for _, known := range c.heeded {
		if values, ok := z.Conditions[known.Name]; !ok && !c.leavesOpen || ok && len(values) != z.Len() {
			return sdk.Hint(fmt.Errorf("%w: %d latents with %d values of condition %s", sdk.ErrBadInput, z.Len(), len(values), known.Name),
				"give each latent a value, or draw them with their conditions")
		}
	}
	return nil
}

// heed returns those of conditions that are heeded.
func (c *conditioning) heed(conditions map[string][]float32) map[string][]float32 {
	var all map[string][]float32
	for _, known := range c.heeded {
		if values, ok := conditions[known.Name]; ok {
			if all == nil {
				all = map[string][]float32{}
			}
			all[known.Name] = values
		}
	}
	return all
}
