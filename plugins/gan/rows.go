package main

import (
	"hash/fnv"
	"math"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// A part is numbers of a row that are made alike. A category stands there as a
// number for each of its values, its column as so many: D is shown one-hot vectors
// of real ones, and G makes something near to these.
type part struct {
	at, n int               // its first number, and how many
	of    int               // values of each category; 0 of numbers
	seen  int               // its first number as the networks see rows
	last  tensor.Activation // that of numbers whose range it has
}

// width is how many numbers the networks see of the part.
func (p part) width() int { return p.n * max(1, p.of) }

// A view is the rows of a space as the networks see them.
type view struct {
	space sdk.Space
	parts []part
}

// newView divides rows into parts as long as can be.
func newView(space sdk.Space) (view, error) {
	v := view{space: space}
	at, seen := 0, 0
	for _, g := range space.Segments {
		p := part{at: at, n: g.Len, of: g.Of, seen: seen}
		if p.width() > mostParameters || seen > mostParameters { // before the sum overflows
			return v, bounded(space, mostParameters+1)
		}
		switch g.Kind {
		case sdk.Unit, sdk.Binary:
			p.last = tensor.Sigmoid
		case sdk.Signed:
			p.last = tensor.Tanh
		case sdk.Real:
			p.last = tensor.Linear
		}
		at, seen = at+g.Len, seen+p.width()
		if last := len(v.parts) - 1; last >= 0 && v.parts[last].last == p.last && v.parts[last].of == p.of {
			v.parts[last].n += p.n
		} else {
			v.parts = append(v.parts, p)
		}
	}
	return v, nil
}

// width is how many numbers the networks see of a row.
func (v view) width() int {
	last := v.parts[len(v.parts)-1]
	return last.seen + last.width()
}

// plain is whether the networks see rows as they are, numbers of one range.
func (v view) plain() bool { return len(v.parts) == 1 && v.parts[0].of == 0 }

// last is the activation of the generator's last layer.
func (v view) last() tensor.Activation {
	if v.plain() {
		return v.parts[0].last
	}
	return tensor.Linear // see finish
}

// categories is whether rows have any.
func (v view) categories() bool {
	for _, p := range v.parts {
		if p.of > 0 {
			return true
		}
	}
	return false
}

// categoriesOf are the numbers of a row that are categories of so many values.
func (v view) categoriesOf(values int) []int {
	var all []int
	for _, p := range v.parts {
		for j := range p.n {
			if p.of == values && p.of > 0 {
				all = append(all, p.at+j)
			}
		}
	}
	return all
}

// place is where the networks see a category of a row, and how many values it has.
func (v view) place(at int) (from, of int) {
	for _, p := range v.parts {
		if at < p.at+p.n {
			return p.seen + (at-p.at)*p.of, p.of
		}
	}
	return 0, 0
}

// see gives rows as D sees them.
func (v view) see(x *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	if !v.categories() {
		return x
	}
	seen := tape.Full(x.Rows, v.width(), 0)
	for i := range x.Rows {
		from, to := x.Data[i*x.Cols:(i+1)*x.Cols], seen.Data[i*seen.Cols:(i+1)*seen.Cols]
		for _, p := range v.parts {
			if p.of == 0 {
				copy(to[p.seen:], from[p.at:p.at+p.n])
				continue
			}
			for j, value := range from[p.at : p.at+p.n] {
				to[p.seen+j*p.of+int(value)] = 1
			}
		}
	}
	return seen
}

// settle puts rows that G made into dst, of each category the value that it has
// most of.
func (v view) settle(dst []float32, made *tensor.Tensor) {
	if v.plain() {
		copy(dst, made.Data)
		return
	}
	for i := range made.Rows {
		from, to := made.Data[i*made.Cols:(i+1)*made.Cols], dst[i*v.space.Size():(i+1)*v.space.Size()]
		for _, p := range v.parts {
			if p.of == 0 {
				copy(to[p.at:p.at+p.n], from[p.seen:])
				continue
			}
			for j := range p.n {
				to[p.at+j] = float32(largest(from[p.seen+j*p.of:][:p.of]))
			}
		}
	}
}

// largest is the index of the first of the largest numbers.
func largest(x []float32) int {
	most := 0
	for i, v := range x {
		if v > x[most] {
			most = i
		}
	}
	return most
}

// A finish is what comes after the generator's last layer: numbers get their
// range, and logits of a category become something near to a one-hot vector.
type finish struct {
	view
	kind string // one of the setting categories
	tau  float32
	made []*tensor.Tensor // a scratch list, of each part what apply made of it
}

// noisy is whether it draws categories, and does not only choose them.
func (f *finish) noisy() bool { return f.kind != softmax && f.categories() }

const (
	softmax         = "softmax"
	gumbel          = "gumbel"
	straightThrough = "straight-through"
)

// apply finishes rows that the last layer made. Noise is as large as they are, or
// nil where none is needed.
func (f *finish) apply(x, noise *tensor.Tensor) *tensor.Tensor {
	if f.plain() {
		return x
	}
	f.made = f.made[:0]
	for _, p := range f.parts {
		of := columns(x, p.seen, p.width())
		switch {
		case p.of == 0:
			of = of.Activate(p.last)
		case f.kind == softmax:
			of = of.Reshape(of.Rows*p.n, p.of).Softmax().Reshape(of.Rows, of.Cols)
		default:
			of = f.draw(p, of, columns(noise, p.seen, p.width()))
		}
		f.made = append(f.made, of)
	}
	return join(f.made)
}

// draw makes the draws of categories that have gradients: Jang et al., "Categorical
// reparameterization with Gumbel-softmax", arXiv:1611.01144, section 2.
func (f *finish) draw(p part, logits, noise *tensor.Tensor) *tensor.Tensor {
	soft := nn.GumbelSoftmax(logits.Reshape(logits.Rows*p.n, p.of), noise.Reshape(logits.Rows*p.n, p.of), f.tau)
	if f.kind == straightThrough {
		soft = soft.OneHot()
	}
	return soft.Reshape(logits.Rows, logits.Cols)
}

// columns returns n columns of x.
func columns(x *tensor.Tensor, from, n int) *tensor.Tensor {
	if n == x.Cols {
		return x
	}
	return x.Columns(from, from+n)
}

// join puts tensors side by side, halves first: so a number is copied as often as
// the logarithm of how many there are.
func join(all []*tensor.Tensor) *tensor.Tensor {
	if len(all) == 1 {
		return all[0]
	}
	half := len(all) / 2
	return join(all[:half]).Beside(join(all[half:]))
}

// noiseOf draws the noise of categories for rows from latents: of each row's from a
// seed that is made of its bits. So equal latents give equal rows, as a Decoder
// promises, and latents that are drawn give rows that are.
func noiseOf(z *tensor.Tensor, tape *tensor.Tape, width int) *tensor.Tensor {
	noise := tape.Constant(z.Rows, width)
	for i := range z.Rows {
		nn.Gumbel(tape.Input(noise.Data[i*width:(i+1)*width], 1, width), bitsOf(z.Data[i*z.Cols:(i+1)*z.Cols]), 0)
	}
	return noise
}

// bitsOf is a number made of those of a row.
func bitsOf(row []float32) uint64 {
	h := fnv.New64a()
	for _, v := range row {
		bits := math.Float32bits(v)
		h.Write([]byte{byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24)})
	}
	return h.Sum64()
}
