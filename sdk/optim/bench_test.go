package optim

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkStep is over as many parameters as the article's VAE has.
func BenchmarkStep(b *testing.B) {
	for name, make := range map[string]func() optimizer{
		"adam":    func() optimizer { return NewAdam(1e-3) },
		"sgd":     func() optimizer { return NewSGD(1e-3, 0.9) },
		"rmsprop": func() optimizer { return NewRMSProp(1e-3) },
	} {
		b.Run(name, func(b *testing.B) {
			p, o := params(480_000), make()
			draw(rand.New(rand.NewPCG(1, 1)), p)
			for b.Loop() {
				o.Step(p)
			}
		})
	}
}
