package sdk

import (
	"fmt"
	"maps"
)

// A part is some of the rows, in their order.
type part struct {
	Rows
	n  int
	at func(i int) int // where row i of the part is among all
}

func (p part) Len() int { return p.n }

func (p part) Gather(dst Batch, indices []int) Batch {
	all := make([]int, len(indices))
	for i, r := range indices {
		all[i] = p.at(r)
	}
	return p.Rows.Gather(dst, all)
}

// HoldOut divides rows as a [Job] does: into those to learn from and those to
// validate on. The latter are of n of the N things that there are, fewer than
// all, N being the number of rows by [Space.Variants]. They are spread evenly:
// thing i is held out when ⌊(i+1)·n/N⌋ > ⌊i·n/N⌋. Its first row, which is as it
// is, is validated on, and none of its rows is learned from.
func HoldOut(rows Rows, n int) (learn, held Rows) {
	v := variants(rows)
	all, out := int64(rows.Len()/v), int64(n)
	rest := all - out
	// Row h that is held out is the first i with (i+1)·n ≥ (h+1)·N. Of the
	// first i+1 rows ⌈(i+1)·(N−n)/N⌉ are not held out.
	held = original{part{rows, n, func(h int) int { return v * int(((int64(h)+1)*all+out-1)/out-1) }}}
	learn = part{rows, v * int(rest), func(l int) int { return v*int(int64(l/v)*all/rest) + l%v }}
	return learn, held
}

// Originals returns the rows without the variants that were made of them: see
// [Space.Variants].
func Originals(rows Rows) Rows {
	v := variants(rows)
	if v == 1 {
		return rows
	}
	return original{part{rows, rows.Len() / v, func(i int) int { return v * i }}}
}

// variants is 1, too, where the number does not go into that of the rows.
func variants(rows Rows) int {
	v := rows.Space().Variants()
	if rows.Len()%v != 0 {
		return 1
	}
	return v
}

// An original part has no variants.
type original struct{ part }

func (o original) Space() Space {
	s := o.part.Space()
	if s.Meta[MetaVariants] != "" {
		s.Meta = maps.Clone(s.Meta)
		delete(s.Meta, MetaVariants)
	}
	return s
}

// checkHeldOut reports a job that leaves nothing to learn from.
func (j *Job) checkHeldOut() error {
	if n := Originals(j.Data).Len(); j.HeldOut < 0 || j.HeldOut >= n {
		return Hint(fmt.Errorf("%w: %d of %d rows held out: want fewer, and at least 0", ErrBadInput, j.HeldOut, n),
			"hold out a twentieth, or learn from more rows")
	}
	return nil
}
