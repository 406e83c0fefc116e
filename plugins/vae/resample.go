package main

import (
	"context"
	"slices"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

const (
	// candidates is how many latents from the prior a row that is completed
	// chooses from.
	candidates = 256
	// rounds is how often it then chooses again, from so many proposals with its
	// own latent among them.
	rounds    = 10
	proposals = 16
)

// Seeds of draws are these apart from a request's.
const (
	candidatesApart = 0xbf58476d1ce4e5b9
	choiceApart     = 0x94d049bb133111eb
	openApart       = 0xd6e8feb86659fd93
	proposalsApart  = 0xa0761d6478bd642f
	roundApart      = 0xe7037ed1a0b428db
)

// resample replaces the latents z of rows of which something is given by draws
// of about p(z|given), which no temperature changes. It is sampling importance
// resampling, Rubin, JASA 82, 1987: of candidates from the prior one is chosen,
// each as likely as p(given|z) says. Rounds of a Markov chain that keeps
// p(z|given) follow, as few candidates may fit what is given.
func (v *vae) resample(ctx context.Context, z, given sdk.Batch, req sdk.GenerateRequest) error {
	for i := range z.Len() {
		if !slices.ContainsFunc(given.Row(i), isGiven) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		row := given.Slice(i, i+1)
		v.choose(z.Row(i), row, req.Seed, req.First+i)
		for r := range rounds {
			v.chooseAgain(z.Row(i), row, req.Seed+roundApart, rounds*(req.First+i)+r)
		}
	}
	return nil
}

// choose puts the candidate that is chosen for a row into z. The noise is that
// of the row with this index.
func (v *vae) choose(z []float32, given sdk.Batch, seed uint64, index int) {
	logW := make([]float64, 0, candidates)
	for len(logW) < candidates {
		v.tape.Reset()
		lot := v.candidates(min(chunk, candidates-len(logW)), seed, candidates*index+len(logW))
		labels := tiled(v.oneHot(given, &v.tape), lot.Rows, &v.tape)
		for _, w := range v.logGiven(given.Row(0), v.decode(lot, labels, nil), &v.tape).Data {
			logW = append(logW, float64(w))
		}
	}
	copy(z, v.candidates(1, seed, candidates*index+v.pickLog(logW, seed, index)).Data)
}

// candidates draws n latents from the prior.
func (v *vae) candidates(n int, seed uint64, first int) *tensor.Tensor {
	return nn.Normal(v.tape.Constant(n, v.Latent), seed+candidatesApart, first)
}

// logGiven is log p(given|z) for each row that decode gave: logLikelihood of the
// numbers of a row that are given.
func (v *vae) logGiven(row []float32, d *tensor.Tensor, tape *tensor.Tape) *tensor.Tensor {
	var sum *tensor.Tensor
	for _, p := range v.parts {
		var x []float32
		var columns []int // of d, which stand for x
		width := max(1, p.of)
		for j, number := range row[p.at : p.at+p.n] {
			if isGiven(number) {
				x = append(x, number)
				for c := range width {
					columns = append(columns, p.seen+j*width+c)
				}
			}
		}
		if len(x) == 0 {
			continue
		}
		some := tape.Constant(d.Rows, len(columns))
		for i := range d.Rows {
			from, to := rowOf(d, i), rowOf(some, i)
			for j, c := range columns {
				to[j] = from[c]
			}
		}
		log := v.logPart(p, tiled(tape.Input(x, 1, len(x)), d.Rows, tape), some, tape)
		if sum == nil {
			sum = log
		} else {
			sum = sum.Add(log)
		}
	}
	return sum
}

// chooseAgain draws what is open of a row from p(x|z), latents from q(z|x), and
// chooses one of these and z, each as likely as p(x, z) / q(z|x) says. Where rows
// are draws, not means, that leaves p(z|given) as it is, however well q fits: Andrieu et al., "Uniform
// ergodicity of the iterated conditional SMC and geometric ergodicity of
// particle Gibbs samplers", Bernoulli 24, 2018.
func (v *vae) chooseAgain(z []float32, given sdk.Batch, seed uint64, index int) {
	tape := &v.tape
	tape.Reset()
	labels := v.oneHot(given, tape)
	x := v.filled(z, labels, given, seed, index)
	mu, logVar := v.encode(v.see(x, tape), labels)
	sigma := logVar.Scale(0.5).Exp()

	all := nn.Normal(tape.Constant(proposals, v.Latent), seed+proposalsApart, proposals*index)
	for j := range z {
		all.Data[j] = (z[j] - mu.Data[j]) / sigma.Data[j]
	}
	logW := make([]float64, proposals)
	for i := range logW {
		logW[i] = place(rowOf(all, i), mu.Data, logVar.Data, sigma.Data)
	}
	copy(rowOf(all, 0), z)
	logP := v.logLikelihood(tiled(x, proposals, tape), v.decode(all, tiled(labels, proposals, tape), nil), tape)
	for i := range logW {
		logW[i] += float64(logP.Data[i])
	}
	copy(z, rowOf(all, v.pickLog(logW, seed, index)))
}

// filled is a row as given, with what is open drawn from p(x|z), or its mean,
// as the networks see it. The noise is not that of z, which may have been kept
// for the sake of it.
func (v *vae) filled(z []float32, labels *tensor.Tensor, given sdk.Batch, seed uint64, index int) *tensor.Tensor {
	key := nn.Normal(v.tape.Constant(1, v.Latent), seed+openApart, index)
	drawn := v.outcome(key, v.decode(v.tape.Input(z, 1, v.Latent), labels, nil), nil, &v.tape)
	row := sdk.MakeBatch(1, v.space.Shape...)
	copy(row.Data, drawn.Data)
	v.space.Settle(row)
	put(row, given)
	return v.fixed(v.tape.Input(row.Data, 1, v.space.Size()))
}

// pickLog returns an index, each as likely as its weight, of which this is the
// logarithm: the largest after noise of Gumbel is added.
func (v *vae) pickLog(logW []float64, seed uint64, index int) int {
	noise := nn.Gumbel(v.tape.Constant(1, len(logW)), seed+choiceApart, index)
	best := 0
	for i, g := range noise.Data {
		logW[i] += float64(g)
		if logW[i] > logW[best] {
			best = i
		}
	}
	return best
}
