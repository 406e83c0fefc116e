package optim

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkAdam is over as many parameters as the article's VAE has.
func BenchmarkAdam(b *testing.B) {
	p, a := params(480_000), NewAdam(1e-3)
	draw(rand.New(rand.NewPCG(1, 1)), p)
	for b.Loop() {
		a.Step(p)
	}
}
