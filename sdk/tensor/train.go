package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// training is what a tape knows of a step that trains.
type training struct {
	on      bool
	seed    uint64
	first   int
	streams uint64 // random operations so far
	key     uint64 // seed of the last
}

// Train says, after a Reset, that this step trains: [Tensor.Dropout] drops,
// and [Tensor.BatchNorm] uses the batch and learns from it. A step that is not
// said to train does neither. Reset ends it.
//
// Each random operation of a step draws numbers of its own from the seed, and
// its row i those of row first+i. With first the number of rows that the steps
// before have had, it does not matter in what batches the rows come. That is
// for tensors with a row for each row of the batch: apply such an operation
// before a Reshape that makes several rows of one, or reshape back for it,
// which costs nothing. Where a step has more rows than the batch, as where real
// ones are stacked on generated ones, first counts those.
func (tape *Tape) Train(seed uint64, first int) {
	tape.training = training{on: true, seed: seed, first: first}
}

// stream makes key the seed of the next random operation.
//
// That of the n-th in a step is 64 random bits: those of row 2⁶⁴−1−n drawn with
// the step's seed. There is no such row of data, so that noise drawn with the
// seed itself has nothing to do with them. Seed+n would not do: the operations
// of two trainings whose seeds are neighbours would share their numbers.
func (t *training) stream() {
	var bits [2]uint32
	kernel.Bits(bits[:], t.seed, ^t.streams, 0)
	t.key = uint64(bits[0])<<32 | uint64(bits[1])
	t.streams++
}
