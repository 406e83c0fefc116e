package measure

import (
	"context"
	"fmt"

	"github.com/genhost/genhost/host/eval"
	"github.com/genhost/genhost/host/report"
	"github.com/genhost/genhost/sdk"
)

const (
	mostBinned = 60_000 // training rows: Richardson and Weiss have as many
	mostBins   = 100    // and these bins
	perBin     = 100    // rows, at least
)

// ndb compares the rows themselves. More rows make smaller differences
// significant, so all that are compared are as many.
func ndb(ctx context.Context, y *study) ([]report.Figure, error) {
	n := min(y.Rows, y.Test.Len())
	t, err := y.trio(ctx, n)
	if err != nil {
		return nil, err
	}
	t.real = y.test(n) // not those that the bins are made of
	if t, err = t.as(func(b sdk.Batch) (sdk.Batch, error) { return y.points(b), nil }); err != nil {
		return nil, err
	}
	y.begin()
	lessons := y.points(y.sample(y.Lessons, min(mostBinned, y.most()), forReal))
	k := max(2, min(mostBins, lessons.Len()/perBin))
	bins, err := eval.MakeBins(ctx, lessons, k, y.Seed)
	if err != nil {
		return nil, err
	}
	return y.contrast(ctx, t, func(rows sdk.Batch) ([]report.Figure, error) {
		d, err := bins.Compare(ctx, rows, eval.Significant)
		return []report.Figure{
			{Name: "ndb", Value: d.Share, N: rows.Len(), Better: report.Lower, Note: fmt.Sprintf("share of %d bins, at the level of 0.05", k)},
			{Name: "ndb-js", Value: d.JS, N: rows.Len(), Better: report.Lower, Note: "of the bins, in nats"},
		}, err
	})
}
