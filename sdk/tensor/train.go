package tensor

import "github.com/genhost/genhost/sdk/internal/kernel"

// training is what a tape knows of a step that trains.
type training struct {
	on      bool
	seed    uint64
	first   int
	streams uint64 // random operations so far
}

// Train says, after a Reset, that this step trains: [Tensor.Dropout] drops,
// and [Tensor.BatchNorm] uses the batch and learns from it. A step that is not
// said to train does neither. Reset ends it.
//
// Random numbers come from the seed, and row i of an operation gets those of
// row first+i. With first the number of rows that the steps before have had,
// it does not matter what batches the rows come in.
func (tape *Tape) Train(seed uint64, first int) {
	tape.training = training{on: true, seed: seed, first: first}
}

// stream returns a seed for the next random operation of a step: n of them so
// far have had others. It is the bits of the step's own seed at row 2⁶⁴−1−n,
// which is no row of data, so that nothing drawn with the step's seed meets
// it. That seeds are as good as drawn keeps those of neighbouring steps' seeds
// apart, which a sum with n would not.
func (t *training) stream() uint64 {
	var bits [2]uint32
	kernel.Bits(bits[:], t.seed, ^t.streams, 0)
	t.streams++
	return uint64(bits[0])<<32 | uint64(bits[1])
}
