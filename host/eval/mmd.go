package eval

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

// MMD returns the squared maximum mean discrepancy of two distributions under
// the kernel (x·y/d + 1)³, the form of the kernel inception distance: the mean
// of unbiased estimates on blocks of so many rows of each, which are drawn
// without replacement, and its standard error over blocks.
//
// Lower is better. It is 0 in the mean for equal distributions, whatever the
// number of rows, and so can be a little negative. Distributions with equal
// moments up to the third are as good as equal to it.
//
// Gretton et al., JMLR 13, 2012, equation 3; kernel of Bińkowski et al.,
// arXiv:1801.01401, section 4, who average over samples of 1,000 rows that may
// overlap. Blocks that do not are Zaremba et al., arXiv:1307.1954, section 2.
func MMD(ctx context.Context, generated, real sdk.Batch, block int, seed uint64) (Estimate, error) {
	if block < 2 {
		return Estimate{}, fmt.Errorf("%w: blocks of %d rows, want at least 2", sdk.ErrBadInput, block)
	}
	if err := check(named{"real", real, 2 * block}, named{"generated", generated, 2 * block}); err != nil {
		return Estimate{}, err
	}
	k := kernelSums{work: blockWork}
	x := shuffled(generated, rand.New(rand.NewPCG(seed, 0)))
	y := shuffled(real, rand.New(rand.NewPCG(seed, 1)))
	estimates := make([]float64, min(x.Len(), y.Len())/block)
	for b := range estimates {
		var err error
		estimates[b], err = k.unbiased(ctx, x.Slice(b*block, (b+1)*block), y.Slice(b*block, (b+1)*block))
		if err != nil {
			return Estimate{}, err
		}
	}
	return Mean(estimates), nil
}

// shuffled returns the rows in another order.
func shuffled(b sdk.Batch, rng *rand.Rand) sdk.Batch {
	s := sdk.MakeBatch(b.Len(), b.Shape...)
	for i, from := range rng.Perm(b.Len()) {
		copy(s.Row(i), b.Row(from))
	}
	return s
}

// kernelSums sums the kernel over pairs of rows.
type kernelSums struct {
	work    int // multiplications in a product, at most
	tape    tensor.Tape
	workers tensor.Workers
}

// unbiased is equation 3 of Gretton et al. for as many rows of each.
func (k *kernelSums) unbiased(ctx context.Context, x, y sdk.Batch) (float64, error) {
	m := float64(x.Len())
	xx, err := k.sum(ctx, x, x, true)
	if err != nil {
		return 0, err
	}
	yy, err := k.sum(ctx, y, y, true)
	if err != nil {
		return 0, err
	}
	xy, err := k.sum(ctx, x, y, false)
	return (xx+yy)/(m*(m-1)) - 2*xy/(m*m), err
}

// sum returns the kernel's sum over pairs of rows of x and y, without those of
// a row with itself if x and y are the same.
func (k *kernelSums) sum(ctx context.Context, x, y sdk.Batch, same bool) (float64, error) {
	size := x.RowSize()
	perProduct := max(1, k.work/(y.Len()*size))
	sums := make([]float64, x.Len())
	for from := 0; from < x.Len(); from += perProduct {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		part := x.Slice(from, min(from+perProduct, x.Len()))
		k.tape.Reset()
		products := k.tape.Input(part.Data, part.Len(), size).MatMulT(k.tape.Input(y.Data, y.Len(), size))
		k.workers.Do(part.Len(), 16, each(func(i int) {
			for j, p := range products.Data[i*y.Len():][:y.Len()] {
				if !same || from+i != j {
					v := float64(p)/float64(size) + 1
					sums[from+i] += v * v * v
				}
			}
		}))
	}
	var total float64
	for _, s := range sums {
		total += s
	}
	return total, nil
}
