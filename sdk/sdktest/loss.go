package sdktest

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/genhost/genhost/sdk"
)

// sdk.MetaLoss is the key of a Space's Meta under which it states how much of a row
// is lost in a file.

// checkLoss reads rows back that were written into dir. None may have changed by
// more than the space states; and what it states must say something: it is less
// than what the mean of all rows in place of each would change.
func (m *medium) checkLoss(ctx context.Context, space sdk.Space, rows sdk.Batch, dir string) error {
	loss, err := strconv.ParseFloat(space.Meta[sdk.MetaLoss], 64)
	if err != nil || !(loss > 0) {
		return fmt.Errorf("the space states a loss of %.80q: want a number above 0", space.Meta[sdk.MetaLoss])
	}
	if spread := spreadOf(rows); spread > 0 && loss >= spread {
		return fmt.Errorf("the space states a loss of %g: want less than %.3g, which the mean of the rows has in place of each", loss, spread)
	}
	space.Conditions = nil // file names do not tell them
	c, err := m.read(ctx, sdk.Source{Path: dir, Space: &space})
	if err != nil {
		return fmt.Errorf("read what was written: %w", err)
	}
	if c.rows != rows.Len() || c.kept.RowSize() != rows.RowSize() {
		return fmt.Errorf("read what was written: %d rows of shape %v for %d of shape %v", c.rows, c.kept.Shape, rows.Len(), rows.Shape)
	}
	for i := range rows.Len() {
		if lost := rootMeanSquare(rows.Row(i), c.kept.Row(i)); !(lost <= loss) {
			return fmt.Errorf("row %d has changed by %.3g when it is read back, and the space states a loss of %g at most", i, lost, loss)
		}
	}
	return nil
}

// spreadOf is how far rows are from their mean, a root mean square.
func spreadOf(rows sdk.Batch) float64 {
	mean := make([]float32, rows.RowSize())
	for i := range rows.Len() {
		for j, v := range rows.Row(i) {
			mean[j] += v / float32(rows.Len())
		}
	}
	var sum float64
	for i := range rows.Len() {
		d := rootMeanSquare(rows.Row(i), mean)
		sum += d * d / float64(rows.Len())
	}
	return math.Sqrt(sum)
}

// rootMeanSquare is that of how the numbers of two rows differ.
func rootMeanSquare(a, b []float32) float64 {
	var sum float64
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(a)))
}
