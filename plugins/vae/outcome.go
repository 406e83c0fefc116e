package main

import (
	"hash/fnv"
	"math"

	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// outputDraws reports whether rows are draws from p(x|z), not its means.
func (v *vae) outputDraws() bool {
	return v.Output == "draw" || v.Output == "auto" && v.parts.has(categorical)
}

// outcome gives rows for what decode gave of latents z: the means of p(x|z) and
// the most probable classes, or draws from it at a temperature.
func (v *vae) outcome(z, d *tensor.Tensor, heat heats, tape *tensor.Tape) *tensor.Tensor {
	if !v.outputDraws() && len(v.parts) == 1 && v.parts[0].of == 0 {
		return means(v.parts[0], d)
	}
	rows := tape.Full(d.Rows, v.space.Size(), 0)
	noise := noiseOf(z, tape, v.space.Size())
	for _, p := range v.parts {
		logits := d.Columns(p.seen, p.seen+p.width())
		if p.likelihood != gaussian {
			logits = heat.over(logits, tape)
		}
		m := means(p, logits)
		if !v.outputDraws() {
			settle(p, rows, m)
			continue
		}
		var sd float32
		if p.likelihood == gaussian {
			sd = v.logVar(p, tape).Scale(0.5).Exp().Data[0]
		}
		draw(p, rows, m, noise, sd, heat)
	}
	return rows
}

// means gives those of a part: of classes, the probability of each.
func means(p part, d *tensor.Tensor) *tensor.Tensor {
	switch p.likelihood {
	case bernoulli:
		return d.Sigmoid()
	case categorical:
		return d.Reshape(d.Rows*p.n, p.of).Softmax().Reshape(d.Rows, d.Cols)
	}
	return d
}

// settle puts a part's means into rows, or its most probable classes.
func settle(p part, rows, means *tensor.Tensor) {
	for i := range rows.Rows {
		dst, m := rowOf(rows, i)[p.at:p.at+p.n], rowOf(means, i)
		if p.of == 0 {
			copy(dst, m)
			continue
		}
		for j := range dst {
			dst[j] = float32(argmax(m[j*p.of : (j+1)*p.of]))
		}
	}
}

// draw puts draws of a part into rows.
func draw(p part, rows, means *tensor.Tensor, noise noises, sd float32, heat heats) {
	for i := range rows.Rows {
		sd := sd * heat.root(i)
		dst, m := rowOf(rows, i)[p.at:p.at+p.n], rowOf(means, i)
		u, n := rowOf(noise.uniform, i)[p.at:], rowOf(noise.normal, i)[p.at:]
		for j := range dst {
			switch p.likelihood {
			case bernoulli:
				if u[j] < m[j] {
					dst[j] = 1
				}
			case gaussian:
				dst[j] = m[j] + float32(sd*n[j]) // rounded twice, as on any CPU
			case categorical:
				dst[j] = float32(pick(m[j*p.of:(j+1)*p.of], u[j]))
			}
		}
	}
}

// noises are what draws are made of: a number of each for each of a row.
type noises struct{ uniform, normal *tensor.Tensor }

// noiseOf draws them from a seed that is made of a latent's bits. So equal
// latents give equal rows, as a Decoder promises, and latents that are drawn
// give rows that are.
func noiseOf(z *tensor.Tensor, tape *tensor.Tape, size int) noises {
	const apart = 0x9e3779b97f4a7c15
	all := noises{tape.Constant(z.Rows, size), tape.Constant(z.Rows, size)}
	for i := range z.Rows {
		seed := bitsOf(rowOf(z, i))
		nn.Uniform(tape.Input(rowOf(all.uniform, i), 1, size), seed, 0)
		nn.Normal(tape.Input(rowOf(all.normal, i), 1, size), seed+apart, 0)
	}
	return all
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

// argmax is the first of the largest.
func argmax(x []float32) int {
	most := 0
	for i, v := range x {
		if v > x[most] {
			most = i
		}
	}
	return most
}

// pick returns the class below which a part u, from 0 to below 1, of what is
// probable lies.
func pick(probabilities []float32, u float32) int {
	total := 0.0
	for _, q := range probabilities {
		total += float64(q)
	}
	rest, last := float64(u)*total, 0
	for i, q := range probabilities {
		if q > 0 {
			last = i
		}
		if rest -= float64(q); rest < 0 {
			return i
		}
	}
	return last
}
