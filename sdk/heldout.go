package sdk

import "fmt"

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
// validate on, n of them, fewer than all. These are spread evenly: row i of N
// is held out when ⌊(i+1)·n/N⌋ > ⌊i·n/N⌋.
func HoldOut(rows Rows, n int) (learn, held Rows) {
	all, out := int64(rows.Len()), int64(n)
	rest := all - out
	// Row h that is held out is the first i with (i+1)·n ≥ (h+1)·N. Of the
	// first i+1 rows ⌈(i+1)·(N−n)/N⌉ are not held out.
	held = part{rows, n, func(h int) int { return int(((int64(h)+1)*all+out-1)/out - 1) }}
	learn = part{rows, int(rest), func(l int) int { return int(int64(l) * all / rest) }}
	return learn, held
}

// checkHeldOut reports a job that leaves nothing to learn from.
func (j *Job) checkHeldOut() error {
	if n := j.Data.Len(); j.HeldOut < 0 || j.HeldOut >= n {
		return Hint(fmt.Errorf("%w: %d of %d rows held out: want fewer, and at least 0", ErrBadInput, j.HeldOut, n),
			"hold out a twentieth, or learn from more rows")
	}
	return nil
}
