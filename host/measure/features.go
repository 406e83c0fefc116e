package measure

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

// neighbours is how many a ball around a row reaches to: Naeem et al.,
// arXiv:2002.09797, section 4.1.
const neighbours = 5

func prdc(ctx context.Context, y *study) ([]report.Figure, error) {
	v, err := y.view(ctx)
	if err != nil {
		return nil, err
	}
	note := fmt.Sprintf("k %d, %s", neighbours, v.where())
	return y.contrast(ctx, v.trio, func(rows sdk.Batch) ([]report.Figure, error) {
		o, err := eval.PRDC(ctx, rows, v.test, neighbours)
		return []report.Figure{
			figure("precision", o.Precision, report.Higher, note),
			figure("recall", o.Recall, report.Higher, note),
			figure("density", o.Density, report.Higher, note),
			figure("coverage", o.Coverage, report.Higher, note),
		}, err
	})
}

// mostDirect bounds the numbers of a row whose covariance is decomposed within
// seconds.
const mostDirect = 1024

// fcd is called frechet where there is no classifier.
func fcd(ctx context.Context, y *study) ([]report.Figure, error) {
	v, err := y.view(ctx)
	if err != nil {
		return nil, err
	}
	name := "fcd"
	if !v.judged {
		name = "frechet"
	}
	if n := v.test.RowSize(); n > mostDirect {
		return nil, fmt.Errorf("%w: rows of %d numbers, and no labels for a classifier to learn features by", errInapplicable, n)
	}
	return y.contrast(ctx, v.trio, func(rows sdk.Batch) ([]report.Figure, error) {
		e, err := eval.Frechet(ctx, rows, v.test)
		return []report.Figure{figure(name, e, report.Lower, v.where())}, err
	})
}

const (
	mostBlock  = 1000 // rows of a block: Bińkowski et al., arXiv:1801.01401
	leastBlock = 20   // where there are rows for two: fewer vary too much
	blocks     = 10   // at least, where there are rows for them, so that the error is known
)

// blockOf returns how large blocks of so many rows are to be.
func blockOf(rows int) int { return max(2, min(mostBlock, max(rows/blocks, min(leastBlock, rows/2)))) }

func mmd(ctx context.Context, y *study) ([]report.Figure, error) {
	v, err := y.view(ctx)
	if err != nil {
		return nil, err
	}
	n := min(v.generated.Len(), v.real.Len(), v.test.Len())
	block := blockOf(n)
	note := fmt.Sprintf("blocks of %d rows, %s", block, v.where())
	return y.contrast(ctx, v.trio, func(rows sdk.Batch) ([]report.Figure, error) {
		e, err := eval.MMD(ctx, rows, v.test, block, y.Seed)
		e.N *= block // rows, as elsewhere
		return []report.Figure{figure("mmd", e, report.Lower, note)}, err
	})
}

func twoSample(ctx context.Context, y *study) ([]report.Figure, error) {
	v, err := y.view(ctx)
	if err != nil {
		return nil, err
	}
	n := min(v.generated.Len(), v.real.Len(), v.test.Len())
	return y.contrast(ctx, v.trio, func(rows sdk.Batch) ([]report.Figure, error) {
		told, err := eval.TwoSample(ctx, rows.Slice(0, n), v.test.Slice(0, n))
		f := figure("two-sample", told.Accuracy, report.Near, fmt.Sprintf("generated %.2f, real %.2f; %s",
			told.Generated.Value, told.Real.Value, v.where()))
		f.Ideal = 0.5
		return []report.Figure{f}, err
	})
}
