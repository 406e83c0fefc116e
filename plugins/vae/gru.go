package main

import (
	"cmp"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// The networks for sequences of classes, such as text, are recurrent, as those of
// Bowman et al., "Generating sentences from a continuous space",
// arXiv:1511.06349, section 3, with gated recurrent units for LSTMs. p(x|z) is
// the product over the steps of p(class | the classes before, z).

// A gruEncoder reads a sequence. Its first state is made of the first class.
type gruEncoder struct {
	steps int
	table *nn.Embedding
	start *nn.Dense
	gru   *nn.GRU
	dense nn.MLP // from the last state on
}

func (e *gruEncoder) forward(x, labels *tensor.Tensor) *tensor.Tensor {
	read := e.table.Forward(x) // batch × (steps · width)
	h := e.start.Forward(read.Columns(0, read.Cols/e.steps))
	h = e.gru.Forward(read.TimeMajor(e.steps), h, nil)
	return e.dense.Forward(beside(h.Slice((e.steps-1)*x.Rows, e.steps*x.Rows), labels))
}

// A gruDecoder writes a sequence. What it reads at a step is the class before, at
// the first step something made of z, and z at each.
type gruDecoder struct {
	steps   int
	unseen  float32 // share of the classes that it does not read while it trains
	dropout float32 // and of the units that its last layer does not see
	table   *nn.Embedding
	dense   nn.MLP    // of z and labels
	first   *nn.Dense // what it reads at the first step
	state   *nn.Dense // before the first step
	context *nn.Dense // what z says to the gates at each step
	gru     *nn.GRU
	head    *nn.Dense // logits
}

func (d *gruDecoder) forward(z, labels, x *tensor.Tensor) *tensor.Tensor {
	c := d.dense.Forward(beside(z, labels))
	read := d.drop(d.table.Forward(x))
	read = d.first.Forward(c).Beside(read.Columns(0, read.Cols-read.Cols/d.steps))
	h := d.run(read.TimeMajor(d.steps), c, d.state.Forward(c)).BatchMajor(d.steps)
	// As Zaremba et al., arXiv:1409.2329, not from state to state.
	h = h.Dropout(d.dropout).Reshape(z.Rows*d.steps, h.Cols/d.steps)
	logits := d.head.Forward(h)
	return logits.Reshape(z.Rows, d.steps*logits.Cols)
}

// run returns the states after each step, time-major like what is read.
func (d *gruDecoder) run(read, c, h *tensor.Tensor) *tensor.Tensor {
	steps := read.Rows / h.Rows
	gates := read.Dense(d.gru.Weight, d.gru.Bias, tensor.Linear)
	context := d.context.Forward(c)
	all := gates.Cols * h.Rows // of a step, side by side
	gates = gates.Reshape(steps, all).Add(context.Reshape(1, all)).Reshape(read.Rows, gates.Cols)
	return gates.GRU(d.gru.StateWeight, d.gru.StateBias, h, nil)
}

// drop hides classes from the decoder while it trains, so that it learns to heed
// z: Bowman et al., section 3.2.
func (d *gruDecoder) drop(read *tensor.Tensor) *tensor.Tensor {
	if d.unseen == 0 {
		return read
	}
	width := read.Cols / d.steps
	kept := read.Columns(0, d.steps).Scale(0).Plus(1).Dropout(d.unseen) // batch × steps
	return read.Reshape(read.Rows*d.steps, width).Mul(kept.Reshape(read.Rows*d.steps, 1)).Reshape(read.Rows, read.Cols)
}

// write gives sequences step by step. Choose sets dst to the class of each row,
// given their logits.
func (d *gruDecoder) write(z, labels *tensor.Tensor, tape *tensor.Tape, choose func(step int, dst []float32, logits *tensor.Tensor)) *tensor.Tensor {
	c := d.dense.Forward(beside(z, labels))
	rows := tape.Full(z.Rows, d.steps, 0)
	read, h := d.first.Forward(c), d.state.Forward(c)
	for step := range d.steps {
		h = d.run(read, c, h)
		class := tape.Full(z.Rows, 1, 0)
		choose(step, class.Data, d.head.Forward(h))
		for i, v := range class.Data {
			rows.Data[i*d.steps+step] = v
		}
		read = d.table.Forward(class)
	}
	return rows
}

// newGRU adds both networks' parameters to p. The hidden layers stand between
// the encoder's last state and the latent, and between the latent and all that
// the decoder makes of it.
func newGRU(p *tensor.Params, s settings, space sdk.Space, labels int) (networks, error) {
	g := space.Segments[0]
	if len(space.Segments) != 1 || g.Kind != sdk.Category || len(space.Shape) != 1 {
		return networks{}, sdk.Hint(unfit(space, "architecture", "is gru: they are no sequences of categories"), "set architecture to mlp, which takes rows of any kind")
	}
	reads := cmp.Or(s.EncoderUnits, s.Units)
	if need := 2*g.Of*s.Embedding + 3*reads*(s.Embedding+reads) + 3*s.Units*(s.Embedding+s.Units+2*s.Latent) + s.Units*g.Of; need > mostParameters || g.Of > mostParameters {
		return networks{}, s.checkSize(space, mostParameters+1)
	}
	hidden := tensor.Activation(s.Activation)
	down, up := s.widths(reads, labels)
	up = up[:len(up)-1] // the last layer is the decoder's own
	e := &gruEncoder{
		steps: g.Len,
		table: nn.NewEmbedding(p, "encoder.table", g.Of, s.Embedding),
		start: nn.NewDense(p, "encoder.start", s.Embedding, reads, tensor.Tanh),
		gru:   nn.NewGRU(p, "encoder.gru", s.Embedding, reads),
		dense: nn.NewMLP(p, "encoder", down, hidden, tensor.Linear),
	}
	c := up[len(up)-1]
	d := &gruDecoder{
		steps: g.Len, unseen: float32(s.InputDropout), dropout: float32(s.Dropout),
		table:   nn.NewEmbedding(p, "decoder.table", g.Of, s.Embedding),
		dense:   nn.NewMLP(p, "decoder", up, hidden, hidden),
		first:   nn.NewDense(p, "decoder.first", c, s.Embedding, tensor.Linear),
		state:   nn.NewDense(p, "decoder.state", c, s.Units, tensor.Tanh),
		context: nn.NewDense(p, "decoder.context", c, 3*s.Units, tensor.Linear),
		gru:     nn.NewGRU(p, "decoder.gru", s.Embedding, s.Units),
		head:    nn.NewDense(p, "decoder.head", s.Units, g.Of, tensor.Linear),
	}
	return networks{e, d, d.head.Bias}, nil
}

// written are the rows that a decoder of sequences writes for latents z: where
// given has a class, that one; else a draw, or the likeliest class.
func (v *vae) written(d *gruDecoder, z, labels, given *tensor.Tensor, heat heats) *tensor.Tensor {
	noise := noiseOf(z, &v.tape, d.steps)
	return d.write(z, labels, &v.tape, func(step int, dst []float32, logits *tensor.Tensor) {
		p := heat.over(logits, &v.tape).Softmax()
		for i := range dst {
			switch {
			case given != nil && isGiven(rowOf(given, i)[step]):
				dst[i] = rowOf(given, i)[step]
			case v.outputDraws():
				dst[i] = float32(pick(rowOf(p, i), rowOf(noise.uniform, i)[step]))
			default:
				dst[i] = float32(argmax(rowOf(p, i)))
			}
		}
	})
}

// isGiven tells a number from one that is left open.
func isGiven(v float32) bool { return v == v }
