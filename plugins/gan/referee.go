package main

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
)

// A referee watches a game, and tells the user when it goes wrong.
type referee struct {
	steps      int
	led        float64 // averages over the last steps
	diversity  float64
	ahead, low int // for how many steps D has led by far, and rows have been alike
}

const (
	refereeDecay = 0.99 // of its averages: 100 steps
	patience     = 1000 // steps for which something has to be wrong
	farAhead     = 0.9  // of the way from a D that cannot tell to one that always can
	littleSpread = 0.3  // of that of the data
)

// see is told of a step. Both warnings wait for averages to have been bad for long:
// most games begin with a generator whose rows are all alike, and a discriminator
// that tells them easily.
func (r *referee) see(job *sdk.Job, led float64, m sdk.Metrics) {
	keep := refereeDecay
	if r.steps == 0 {
		keep = 0
	}
	r.steps++
	r.led = keep*r.led + (1-keep)*led
	r.ahead = count(r.ahead, r.led > farAhead)
	if r.ahead >= patience {
		job.Warn("discriminator ahead", fmt.Sprintf("the discriminator has told almost all rows apart for %d steps, and the generator learns little from it: lower discriminator_rate, set r1 to 1, or set spectral_norm", patience))
	}
	if diversity, ok := m["diversity"]; ok {
		r.diversity = keep*r.diversity + (1-keep)*diversity
		r.low = count(r.low, r.diversity < littleSpread)
	}
	if r.low >= patience {
		job.Warn("mode collapse", fmt.Sprintf("generated rows differ from one another %.2g times as much as the data's, for %d steps: the generator may have collapsed onto few of them; set pac to 2 or more, set r1 to 1, or lower both rates", r.diversity, patience))
	}
}

// count returns n and 1 while something goes on, and 0 when it does not.
func count(n int, goesOn bool) int {
	if goesOn {
		return n + 1
	}
	return 0
}
