package main

import (
	"math"
	"math/rand/v2"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/tensor"
)

// Training by sampling is that of Xu et al., "Modeling tabular data using conditional
// GAN", arXiv:1907.00503, section 4.3: of a row the networks are told one condition,
// which is any of them as likely, and of a value that the data has often not much
// more often than of one that it has seldom; the real row is one that has it. And G
// descends how unlikely its row has what it was told, where that is a category of
// the row. Unlike there, half of the rows are told others of their conditions too,
// so that several can be asked for at once.

// A sampler draws real rows, and what is told of them.
type sampler struct {
	*conditioning
	data   sdk.Rows
	values [][]float32 // of each condition, that of each row
	rows   [][][]int32 // of each condition and value, those that have it
	often  [][]float64 // of each condition, up to and with each value, how often it is drawn
	rng    *rand.Rand

	indices []int
	batch   sdk.Batch
	told    map[string][]float32 // not a number where a row is told nothing
}

func newSampler(c *conditioning, job *sdk.Job, values [][]float32) *sampler {
	s := &sampler{conditioning: c, data: job.Data, values: values, rng: job.Rand(3), told: map[string][]float32{}}
	for k, known := range c.heeded {
		rows := make([][]int32, len(known.Values))
		for i, v := range values[k] {
			rows[int(v)] = append(rows[int(v)], int32(i))
		}
		often, sum := make([]float64, len(rows)), 0.0
		for v, of := range rows {
			sum += math.Log1p(float64(len(of)))
			often[v] = sum
		}
		s.rows, s.often = append(s.rows, rows), append(s.often, often)
	}
	return s
}

// draw returns so many rows, and sets what is told of them.
func (s *sampler) draw(n int) sdk.Batch {
	s.indices = s.indices[:0]
	for _, known := range s.heeded {
		s.told[known.Name] = s.told[known.Name][:0]
	}
	for range n {
		k := s.rng.IntN(len(s.heeded))
		i := s.row(k)
		s.indices = append(s.indices, i)
		more := s.rng.IntN(2) == 0
		for j, known := range s.heeded {
			v := float32(math.NaN())
			if j == k || more && s.rng.IntN(2) == 0 {
				v = s.values[j][i]
			}
			s.told[known.Name] = append(s.told[known.Name], v)
		}
	}
	s.batch = s.data.Gather(s.batch, s.indices)
	return s.batch
}

// row draws one, by what condition k is of it.
func (s *sampler) row(k int) int {
	often := s.often[k]
	u, v := s.rng.Float64()*often[len(often)-1], 0
	for u >= often[v] {
		v++
	}
	return int(s.rows[k][v][s.rng.IntN(len(s.rows[k][v]))])
}

// leavesAllOpen is whether conditions have none of those that are heeded, and may.
func (c *conditioning) leavesAllOpen(conditions map[string][]float32) bool {
	return c.leavesOpen && len(c.heed(conditions)) == 0
}

// drawSome returns what to tell of latents that come without conditions: as in training
// one, but of values as often as the data has them. It is drawn of a latent's bits.
func (c *conditioning) drawSome(z sdk.Batch) map[string][]float32 {
	told := map[string][]float32{}
	for _, known := range c.heeded {
		told[known.Name] = make([]float32, z.Len())
	}
	for i := range z.Len() {
		rng := rand.New(rand.NewPCG(bitsOf(z.Row(i)), 2))
		k, u := rng.IntN(len(c.heeded)), rng.Float64()
		for j, known := range c.heeded {
			told[known.Name][i] = float32(math.NaN())
			if j == k {
				told[known.Name][i] = c.quantile(k, u)
			}
		}
	}
	return told
}

// disagreement is how unlikely the logits of rows have what was told of them: the
// cross-entropy of section 4.3.
func (p *game) disagreement(logits *tensor.Tensor) *tensor.Tensor {
	var sum *tensor.Tensor
	for k, known := range p.heeded {
		if p.mirrors[k] < 0 {
			continue
		}
		classes, mask := p.tape.Full(logits.Rows, 1, 0), p.tape.Full(logits.Rows, 1, 0)
		for i, v := range p.sampler.told[known.Name][:logits.Rows] {
			if v == v {
				classes.Data[i], mask.Data[i] = v, 1
			}
		}
		from, of := p.place(p.mirrors[k])
		term := columns(logits, from, of).CrossEntropy(classes).Mul(mask).Mean()
		if sum == nil {
			sum = term
		} else {
			sum = sum.Add(term)
		}
	}
	return sum
}
