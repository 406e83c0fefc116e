package classifier

import (
	"slices"

	"github.com/genhost/genhost/sdk"
)

// OneHot returns rows whose distances mean something: each category as a 1
// among zeros, which stands for its number, and all else as it is. Rows without
// categories share memory with the result. Rows must be those of space.
func OneHot(space sdk.Space, rows sdk.Batch) sdk.Batch {
	if !slices.ContainsFunc(space.Segments, func(g sdk.Segment) bool { return g.Kind == sdk.Category }) {
		return rows
	}
	dst := sdk.MakeBatch(rows.Len(), Width(space))
	dst.Conditions = rows.Conditions
	for i := range rows.Len() {
		spread(space, dst.Row(i), rows.Row(i))
	}
	return dst
}

func spread(space sdk.Space, dst, row []float32) {
	for _, g := range space.Segments {
		if g.Kind != sdk.Category {
			copy(dst, row[:g.Len])
			row, dst = row[g.Len:], dst[g.Len:]
			continue
		}
		for _, v := range row[:g.Len] {
			dst[int(v)] = 1
			dst = dst[g.Of:]
		}
		row = row[g.Len:]
	}
}

// Width is how many numbers a row of OneHot has.
func Width(space sdk.Space) int {
	n := 0
	for _, g := range space.Segments {
		n += g.Len * max(1, g.Of)
	}
	return n
}
