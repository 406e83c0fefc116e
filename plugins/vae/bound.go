package main

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

// Terms are what a bound consists of, for the rows of a step.
type terms struct {
	loss       *tensor.Tensor // to be minimised, with a weight of the KL term
	bound      float64        // on log p(x), a mean over the rows, whatever that weight is
	likelihood float64        // log p(x|z), a mean over the rows and the draws of z
	kl         float64        // of q(z|x) from p(z), a mean over the rows
	mu         *tensor.Tensor // of q(z|x)
}

// bound gives those of rows x for draws of ε, sample-major: k for each row.
func (v *vae) bound(x, labels, eps *tensor.Tensor, beta float32, tape *tensor.Tape) terms {
	mu, logVar := v.encode(v.see(x, tape), labels)
	z := sample(mu, logVar, eps)
	k := eps.Rows / x.Rows
	x = tiled(x, k, tape)
	logP := v.logLikelihood(x, v.decode(z, tiled(labels, k, tape), x), tape)
	t := terms{mu: mu, likelihood: logP.Mean().Item()}
	if v.Bound == "iwae" {
		v.iwae(&t, logP, mu, logVar, z, eps, beta)
	} else {
		v.elbo(&t, logP, mu, logVar, beta)
	}
	return t
}

// elbo is the lower bound, eq. 10 with k draws of z: E log p(x|z) − β KL. A
// latent's part of the KL term counts for no less than the free bits.
func (v *vae) elbo(t *terms, logP, mu, logVar *tensor.Tensor, beta float32) {
	kl := nn.KL(mu, logVar).Mean()
	t.kl = kl.Item()
	t.bound = t.likelihood - t.kl
	if v.FreeBits > 0 {
		kl = nn.FreeBits(nn.KLEach(mu, logVar), float32(v.FreeBits))
	}
	t.loss = kl.Scale(beta).Sub(logP.Mean())
}

// iwae is the bound of Burda et al., arXiv:1509.00519, eq. 8: log 1/k Σ w of the
// importance weights w = p(x|z) p(z) / q(z|x). β weighs log p(z)/q(z|x).
func (v *vae) iwae(t *terms, logP, mu, logVar, z, eps *tensor.Tensor, beta float32) {
	n := mu.Rows
	k := eps.Rows / n
	// log p(z) − log q(z|x) = ½ Σ ε² + log σ² − z²
	ratio := eps.Square().Sub(z.Square()).SumRows().Reshape(k, n).Add(logVar.SumRows().Reshape(1, n)).Scale(0.5)
	logP = logP.Reshape(k, n)
	bound := func(beta float32) *tensor.Tensor {
		logW := logP.Add(ratio.Scale(beta)).Reshape(k*n, 1).BatchMajor(k)
		return nn.LogMeanExp(logW).Mean()
	}
	t.kl = nn.KL(mu, logVar).Mean().Item()
	weighed := bound(beta)
	t.loss, t.bound = weighed.Scale(-1), weighed.Item()
	if beta != 1 {
		t.bound = bound(1).Item()
	}
}

// tiled returns k copies of x below one another, as a constant; nil of nil.
func tiled(x *tensor.Tensor, k int, tape *tensor.Tape) *tensor.Tensor {
	if x == nil || k == 1 {
		return x
	}
	all := tape.Constant(k*x.Rows, x.Cols)
	for i := range k {
		copy(all.Data[i*len(x.Data):], x.Data)
	}
	return all
}

// epsilon draws ε from N(0, I), sample-major: k rows for each of so many rows,
// of which the first has this index. Draw j of row i is row k·i+j of the seed's.
func epsilon(eps *tensor.Tensor, rows int, seed uint64, first int, tape *tensor.Tape) *tensor.Tensor {
	k := eps.Rows / rows
	for i := range rows {
		for j := range k {
			at := (j*rows + i) * eps.Cols
			nn.Normal(tape.Input(eps.Data[at:at+eps.Cols], 1, eps.Cols), seed, k*(first+i)+j)
		}
	}
	return eps
}

// onceSeed is the seed of static binarisation, the same for all models, so that
// they learn from the same zeros and ones.
const onceSeed = 1

// input puts rows on the tape as the networks see them: binarised, if so set.
// What is dynamic depends on the seed and on the index of the row.
func (v *vae) input(rows sdk.Batch, seed uint64, first int, tape *tensor.Tape) *tensor.Tensor {
	n := rows.Len()
	x := tape.Input(rows.Data, n, v.space.Size())
	switch v.Binarise {
	case "static":
		return nn.BinariseOnce(tape.Constant(n, x.Cols), x, onceSeed)
	case "dynamic":
		return nn.Binarise(tape.Constant(n, x.Cols), x, seed, first)
	}
	return x
}
