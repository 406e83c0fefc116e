package main

import (
	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// A game is one training of both networks: algorithm 1, with Adam for momentum, and
// the same noise for both updates of a step.
type game struct {
	*gan
	loss         loss
	adamG, adamD *optim.Adam
	schedule     optim.Schedule
	ema, stats   nn.EMA // of G's parameters, and of what its batch norms remember
	seeds        seeds
	tape         tensor.Tape
	critic       critic
	places       int // see pack

	sampler *sampler // nil where all conditions of a row are told
	mirrors []int    // see collect

	step, drawn, blurred int // so far: steps, rows, and packs with noise on them

	metrics sdk.Metrics
	referee referee
}

// seeds are those of what steps draw.
type seeds struct{ latents, dropout, mix, noise, categories uint64 }

// newGame begins one anew.
func (n *gan) newGame(job *sdk.Job) *game {
	for i, p := range []*tensor.Params{&n.g.params, &n.d.params} {
		p.Init(job.Rand(uint64(i)))
	}
	noise := job.Rand(2)
	p := &game{gan: n, loss: losses[n.Loss], metrics: sdk.Metrics{}, places: architectures[n.Architecture].places(n.view)}
	p.seeds = seeds{latents: noise.Uint64(), dropout: noise.Uint64(), mix: noise.Uint64(), noise: noise.Uint64()}
	n.g.stats.Init(noise)
	n.d.stats.Init(noise)
	p.seeds.categories = noise.Uint64()          // drawn last: the others keep their values
	copy(n.average.params.Data, n.g.params.Data) // for rows that are made before G's first step
	copy(n.average.stats.Data, n.g.stats.Data)
	p.critic.discriminator, p.referee.settings = n.d, n.settings
	p.adamG, p.adamD = optim.NewAdam(n.Rate), optim.NewAdam(n.DiscriminatorRate)
	p.adamG.Beta1, p.adamD.Beta1 = n.Beta1, n.Beta1
	p.adamG.Beta2, p.adamD.Beta2 = n.Beta2, n.Beta2
	p.adamG.Decay = n.WeightDecay
	p.schedule = optim.LinearTo(n.steps(job), n.FinalRate)
	p.ema.Decay, p.stats.Decay = n.EMA, n.EMA
	values, mirrors := n.collect(job.Data, n.view)
	n.learn(values)
	if n.leavesOpen && n.toldWidth > 0 {
		p.sampler, p.mirrors = newSampler(n.conditioning, job, values), mirrors
	}
	return p
}

// steps returns how many the job will have.
func (n *gan) steps(job *sdk.Job) int {
	all := job.Data.Len() / min(n.Batch, job.Data.Len()) * n.Epochs
	if job.MaxSteps > 0 {
		all = min(all, job.MaxSteps)
	}
	return all
}

func (p *game) play(job *sdk.Job) error {
	for rows := range job.Batches(p.Batch, p.Epochs) {
		p.round(rows)
		p.referee.see(job, p.loss.led(p.metrics["loss_d"], p.LabelSmoothing), p.metrics)
		if err := job.Step(p.metrics); err != nil {
			return err
		}
	}
	return nil
}

// round is a step: one of the discriminator and, when it is its turn, one of the
// generator.
func (p *game) round(rows sdk.Batch) {
	p.tape.Reset()
	p.tape.Train(p.seeds.dropout, 2*p.drawn)
	if p.sampler != nil {
		rows = p.sampler.draw(rows.Len())
	}
	size := rows.Len() / p.Pac * p.Pac
	x := p.see(p.tape.Input(rows.Data[:size*p.space.Size()], size, p.space.Size()), &p.tape)
	y := p.tell(rows, size)
	fake, logits := p.make(y, size)
	if y != nil {
		p.critic.y = pack(y, p.Pac, 1)
	}

	p.improveD(x, fake)
	if (p.step+1)%p.CriticSteps == 0 {
		p.improveG(fake, logits)
	} else {
		delete(p.metrics, "loss_g")
	}
	p.compare(x, fake)
	p.step, p.drawn = p.step+1, p.drawn+size
}

// tell returns what both networks are told of rows: nil for nothing at all.
func (p *game) tell(rows sdk.Batch, size int) *tensor.Tensor {
	if p.toldWidth == 0 {
		return nil
	}
	told := rows.Conditions
	if p.sampler != nil {
		told = p.sampler.told
	}
	return p.encode(p.tape.Constant(size, p.toldWidth), told)
}

// make generates rows of which y is known, and returns their logits too.
func (p *game) make(y *tensor.Tensor, size int) (fake, logits *tensor.Tensor) {
	z := nn.Normal(p.tape.Constant(size, p.Latent), p.seeds.latents, p.drawn)
	if y != nil {
		z = z.Beside(y)
	}
	var noise *tensor.Tensor
	if p.g.finish.noisy() {
		noise = nn.Gumbel(p.tape.Constant(size, p.width()), p.seeds.categories, p.drawn)
	}
	return p.g.make(z, noise)
}

// show returns rows as D is to see them: in packs, and through noise as in Sønderby
// et al., arXiv:1610.04490, section 2.6.
func (p *game) show(rows *tensor.Tensor) *tensor.Tensor {
	packs := pack(rows, p.Pac, p.places)
	if p.Noise > 0 {
		noise := nn.Normal(p.tape.Constant(packs.Rows, packs.Cols), p.seeds.noise, p.blurred)
		packs = packs.Add(noise.Scale(float32(p.Noise)))
		p.blurred += packs.Rows
	}
	return packs
}

// improveD has the discriminator take a step.
func (p *game) improveD(x, fake *tensor.Tensor) {
	p.d.normalise(&p.tape, true)
	p.lossD(x, fake).Backward(&p.d.params)
	p.adamD.Rate = p.DiscriminatorRate * p.schedule(p.step)
	p.adamD.Step(&p.d.params)
}

// lossD returns what D descends, and notes figures about it.
func (p *game) lossD(x, fake *tensor.Tensor) *tensor.Tensor {
	real, made := p.show(x), p.show(fake)
	y := p.critic.y
	if y != nil {
		y = y.Stack(y)
	}
	logits := p.d.judge(real.Stack(made), y)
	n := real.Rows
	ofReal, ofFake := logits.Slice(0, n), logits.Slice(n, 2*n)
	loss := p.loss.discriminator(ofReal, ofFake, p.LabelSmoothing)
	p.metrics["loss_d"] = loss.Item()
	p.metrics["d_real"] = p.loss.says(ofReal).Mean().Item()
	p.metrics["d_fake"] = p.loss.says(ofFake).Mean().Item()
	return p.penalised(loss, real, made)
}

// penalised adds what slopes cost to D's loss.
func (p *game) penalised(loss, real, made *tensor.Tensor) *tensor.Tensor {
	delete(p.metrics, "penalty")
	if p.wantsPenalty() {
		mix := nn.Uniform(p.tape.Constant(real.Rows, 1), p.seeds.mix, p.drawn)
		loss = p.penalty(loss, nn.GradientPenalty(&p.critic, real, made, mix).Scale(float32(p.GradientPenalty)))
	}
	if p.R1 > 0 {
		loss = p.penalty(loss, nn.R1(&p.critic, real).Scale(float32(p.R1)))
	}
	return loss
}

// penalty adds a term to D's loss, and to the metric of all such terms.
func (p *game) penalty(loss, term *tensor.Tensor) *tensor.Tensor {
	p.metrics["penalty"] += term.Item()
	return loss.Add(term)
}

// improveG has the generator, which made the fake rows, take a step.
func (p *game) improveG(fake, logits *tensor.Tensor) {
	p.d.normalise(&p.tape, false)
	p.lossG(fake, logits).Backward(&p.g.params)
	p.adamG.Rate = p.Rate * p.schedule(p.step)
	p.adamG.Step(&p.g.params)
	p.ema.Update(&p.average.params, &p.g.params)
	p.stats.Update(&p.average.stats, &p.g.stats)
}

// lossG returns what G descends.
func (p *game) lossG(fake, logits *tensor.Tensor) *tensor.Tensor {
	loss := p.loss.generator(p.critic.Forward(p.show(fake)))
	p.metrics["loss_g"] = loss.Item()
	if p.sampler == nil {
		return loss
	}
	if term := p.disagreement(logits); term != nil {
		p.metrics["disagreement"] = term.Item()
		loss = loss.Add(term)
	}
	return loss
}

// compare finds how much fake rows differ from one another, as a part of how much
// real ones do.
func (p *game) compare(x, fake *tensor.Tensor) {
	if x.Rows < 2 {
		return
	}
	if real := spread(x).Item(); real > 0 {
		p.metrics["diversity"] = spread(fake).Item() / real
	}
}

// spread returns the mean distance between one half of the rows of x and the other.
func spread(x *tensor.Tensor) *tensor.Tensor {
	half := x.Rows / 2
	return x.Slice(0, half).Sub(x.Slice(half, 2*half)).NormRows().Mean()
}
