package main

import (
	"fmt"
	"strings"

	"github.com/genhost/genhost/sdk"
)

// A referee watches a game, and tells the user when it goes wrong.
type referee struct {
	settings
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
		job.Warn("discriminator ahead", fmt.Sprintf("the discriminator has told almost all rows apart for %d steps, and the generator learns little from it: %s", patience, r.remedies("discriminator_rate")))
	}
	if diversity, ok := m["diversity"]; ok {
		r.diversity = keep*r.diversity + (1-keep)*diversity
		r.low = count(r.low, r.diversity < littleSpread)
	}
	if r.low >= patience {
		job.Warn("mode collapse", fmt.Sprintf("generated rows differ from one another %.2g times as much as the data's, for %d steps: the generator may have collapsed onto few of them: %s", r.diversity, patience, r.remedies("both rates")))
	}
}

// count returns n and 1 while something goes on, and 0 when it does not.
func count(n int, goesOn bool) int {
	if goesOn {
		return n + 1
	}
	return 0
}

// remedies are what has helped, the surest first (README.md has the trainings), as
// far as the settings do not have it.
func (r *referee) remedies(rates string) string {
	all := []string{"lower " + rates}
	if !r.BatchNorm {
		all = append(all, "set batch_norm")
	}
	if r.R1 == 0 && !r.wantsPenalty() {
		all = append(all, "set r1 to 0.1")
	}
	if last := len(all) - 1; last > 0 {
		all[last] = "or " + all[last]
	}
	return strings.Join(all, ", ")
}
