package measure

import (
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
)

// turns is how often the power method multiplies.
const turns = 200

// Plane returns rows as points of the plane in which they differ most, and the
// share of their variance that it has: the first two principal components, by
// the power method, with the largest weight of each positive. It wants at least
// three rows of two numbers.
func Plane(rows sdk.Batch) (points sdk.Batch, share float64, err error) {
	n, size := rows.Len(), rows.RowSize()
	if n < 3 || size < 2 {
		return points, 0, fmt.Errorf("%w: %d rows of %d numbers span no plane", sdk.ErrBadInput, n, size)
	}
	centred := centre(rows)
	var total float64
	for _, row := range centred {
		total += dot(row, row)
	}
	if total == 0 {
		return points, 0, fmt.Errorf("%w: all rows are equal", sdk.ErrBadInput)
	}
	first := component(centred, nil)
	second := component(centred, first)
	points = sdk.MakeBatch(n, 2)
	for i, row := range centred {
		a, b := dot(row, first), dot(row, second)
		points.Row(i)[0], points.Row(i)[1] = float32(a), float32(b)
		share += (a*a + b*b) / total
	}
	return points, share, nil
}

// centre returns rows less their mean.
func centre(rows sdk.Batch) [][]float64 {
	mean := make([]float64, rows.RowSize())
	for i := range rows.Len() {
		for j, v := range rows.Row(i) {
			mean[j] += float64(v) / float64(rows.Len())
		}
	}
	centred := make([][]float64, rows.Len())
	for i := range centred {
		centred[i] = make([]float64, len(mean))
		for j, v := range rows.Row(i) {
			centred[i][j] = float64(v) - mean[j]
		}
	}
	return centred
}

// component returns the direction of the most variance that is orthogonal to
// another, if one is given.
func component(rows [][]float64, other []float64) []float64 {
	v := make([]float64, len(rows[0]))
	for j := range v {
		v[j] = 1 + float64(j%7)/7 // along no axis, and along few symmetries
	}
	for range turns {
		sum := make([]float64, len(v))
		for _, row := range rows {
			at := dot(row, v)
			for j, x := range row {
				sum[j] += at * x
			}
		}
		if other != nil {
			along := dot(sum, other)
			for j := range sum {
				sum[j] -= along * other[j]
			}
		}
		length := math.Sqrt(dot(sum, sum))
		if length == 0 {
			return sum // there is no variance left
		}
		for j := range sum {
			v[j] = sum[j] / length
		}
	}
	return turned(v)
}

// turned makes the largest weight positive.
func turned(v []float64) []float64 {
	largest := 0
	for j := range v {
		if math.Abs(v[j]) > math.Abs(v[largest]) {
			largest = j
		}
	}
	if v[largest] < 0 {
		for j := range v {
			v[j] = -v[j]
		}
	}
	return v
}

func dot(a, b []float64) (sum float64) {
	for j := range a {
		sum += a[j] * b[j]
	}
	return sum
}
