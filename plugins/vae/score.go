package main

import (
	"context"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/tensor"
)

const (
	// drawsAtOnce is how many latents pass through the decoder at a time when
	// rows are scored. What comes out does not depend on it.
	drawsAtOnce = 512
	// mostDraws bounds the weights of rows that are kept: 8 MiB.
	mostDraws = 1 << 20
	// bitsApart is from the seed of the draws of z to that of binarised rows.
	bitsApart = 0x9e3779b97f4a7c15
)

// Score estimates log p(x) by importance sampling from q(z|x), Burda et al.,
// arXiv:1509.00519, eq. 8. Reconstruction and ELBO are those of the first draw
// of z, with the KL divergence in closed form. Rows are binarised as in training,
// dynamic ones by the request's seed. Of conditional models it is log p(x|c).
func (v *vae) Score(ctx context.Context, x sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	if !v.trained {
		return nil, fmt.Errorf("vae: score: %w", sdk.ErrNotTrained)
	}
	if err := v.checkRows(x); err != nil {
		return nil, fmt.Errorf("vae: score: %w", err)
	}
	if req.Samples < 1 || req.Samples > mostDraws || req.First < 0 {
		return nil, fmt.Errorf("%w: vae: score: %d samples from row %d on: want 1 to %d, and no negative row", sdk.ErrBadInput, req.Samples, req.First, mostDraws)
	}
	scores := make([]sdk.Score, 0, x.Len())
	size := max(1, min(chunk, mostDraws/req.Samples))
	for i := 0; i < x.Len(); i += size {
		part := req
		part.First += i
		s, err := v.score(ctx, x.Slice(i, min(i+size, x.Len())), part)
		if err != nil {
			return nil, err
		}
		scores = append(scores, s...)
	}
	return scores, nil
}

// A scored is rows that are being scored: what the encoder made of them.
type scored struct {
	x, labels, mu, logVar, sigma *tensor.Tensor
}

// score is Score of a few rows, with their encodings on v.tape and each lot of
// draws on another.
func (v *vae) score(ctx context.Context, rows sdk.Batch, req sdk.ScoreRequest) ([]sdk.Score, error) {
	v.tape.Reset()
	s := scored{x: v.input(rows, req.Seed+bitsApart, req.First, &v.tape), labels: v.oneHot(rows, &v.tape)}
	s.mu, s.logVar = v.encode(v.see(s.x, &v.tape), s.labels)
	s.sigma = s.logVar.Scale(0.5).Exp()
	kl := nn.KL(s.mu, s.logVar)

	logP, logW := make([]float64, rows.Len()*req.Samples), make([]float64, rows.Len()*req.Samples)
	for at := 0; at < len(logW); at += drawsAtOnce {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		end := min(at+drawsAtOnce, len(logW))
		v.weigh(s, logP[at:end], logW[at:end], at, req)
	}
	scores := make([]sdk.Score, rows.Len())
	for i := range scores {
		draws := logW[i*req.Samples : (i+1)*req.Samples]
		r, k := logP[i*req.Samples], float64(kl.Data[i])
		scores[i] = sdk.Score{LogLikelihood: logMeanExp(draws), Reconstruction: r, KL: k, ELBO: r - k}
	}
	return scores, nil
}

// weigh computes log p(x|z) and log p(x, z) − log q(z|x) of draws, of which the
// first is draw at%Samples of row at/Samples. The second is made in float64.
func (v *vae) weigh(s scored, logP, logW []float64, at int, req sdk.ScoreRequest) {
	tape := &v.draws
	tape.Reset()
	z := nn.Normal(tape.Constant(len(logW), v.Latent), req.Seed, req.First*req.Samples+at)
	x := tape.Constant(len(logW), s.x.Cols)
	var labels *tensor.Tensor
	if s.labels != nil {
		labels = tape.Constant(len(logW), s.labels.Cols)
	}
	for d := range logW {
		i := (at + d) / req.Samples
		copy(rowOf(x, d), rowOf(s.x, i))
		if labels != nil {
			copy(rowOf(labels, d), rowOf(s.labels, i))
		}
		logW[d] = place(rowOf(z, d), rowOf(s.mu, i), rowOf(s.logVar, i), rowOf(s.sigma, i))
	}
	p := v.logLikelihood(x, v.decode(z, labels, x), tape)
	for d := range logW {
		logP[d] = float64(p.Data[d])
		logW[d] += logP[d]
	}
}

// place turns draws ε into z = μ + σ⊙ε, and returns log p(z) − log q(z|x).
func place(z, mu, logVar, sigma []float32) float64 {
	sum := 0.0
	for j, e := range z {
		z[j] = mu[j] + float32(sigma[j]*e)
		sum += float64(logVar[j]) + float64(float64(e)*float64(e)) - float64(float64(z[j])*float64(z[j]))
	}
	return sum / 2
}

func rowOf(t *tensor.Tensor, i int) []float32 { return t.Data[i*t.Cols : (i+1)*t.Cols] }

// logMeanExp returns log Σ eˣ / k of k numbers.
func logMeanExp(x []float64) float64 {
	most := math.Inf(-1)
	for _, v := range x {
		most = max(most, v)
	}
	if math.IsInf(most, 0) {
		return most
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum/float64(len(x)))
}
