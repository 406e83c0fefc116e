package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
)

// A collapse watches whether the latents are used: Bowman et al.,
// arXiv:1511.06349, section 3.1, describe how a model learns to do without.
type collapse struct {
	settings
	least int // rows to look at before a verdict

	rows         int
	kl           float64
	sum, squares []float64 // of each number of μ
}

const (
	// leastKL is a KL term, in nats a row, that says next to nothing.
	leastKL = 0.1
	// activeVariance of its mean over the rows makes a latent an active one:
	// Burda et al., section 5.2.
	activeVariance = 0.01
	// leastSteps come before a verdict.
	leastSteps = 500
)

func newCollapse(s settings, rows int) *collapse {
	return &collapse{settings: s, least: max(rows, leastSteps*min(s.Batch, rows)),
		sum: make([]float64, s.Latent), squares: make([]float64, s.Latent)}
}

// see adds a step's rows. Each time there are enough of them it warns the user
// of latents that are not used, and begins anew.
func (c *collapse) see(job *sdk.Job, t terms) {
	n := t.mu.Rows
	c.rows += n
	c.kl += float64(n) * t.kl
	for i, m := range t.mu.Data {
		c.sum[i%c.Latent] += float64(m)
		c.squares[i%c.Latent] += float64(m) * float64(m)
	}
	if c.rows < c.least {
		return
	}
	if text := c.verdict(); text != "" {
		job.Warn("posterior collapse", text)
	}
	c.rows, c.kl = 0, 0
	clear(c.sum)
	clear(c.squares)
}

// verdict says what is wrong and what to do, or nothing.
func (c *collapse) verdict() string {
	kl, active := c.kl/float64(c.rows), c.active()
	if kl >= leastKL && active > 0 {
		return ""
	}
	text := fmt.Sprintf("posterior collapse: the KL term is %.3f nats a row and %d of %d latents are active, so rows come out alike whatever z is;", kl, active, c.Latent)
	if c.Bound == "iwae" {
		return fmt.Sprintf("%s raise beta_warmup (now %g), or lower beta (now %g)", text, c.BetaWarmup, c.Beta)
	}
	return fmt.Sprintf("%s set free_bits to 0.1 or so (now %g), raise beta_warmup (now %g), or lower beta (now %g)", text, c.FreeBits, c.BetaWarmup, c.Beta)
}

// active counts the latents whose mean differs from row to row.
func (c *collapse) active() int {
	n, active := float64(c.rows), 0
	for j := range c.sum {
		mean := c.sum[j] / n
		if c.squares[j]/n-mean*mean > activeVariance {
			active++
		}
	}
	return active
}
