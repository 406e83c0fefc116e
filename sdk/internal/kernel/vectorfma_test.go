package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestFusedRoundsOnce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		x, y, z := anyFloat(rng), anyFloat(rng), anyFloat(rng)
		if rng.IntN(2) == 0 {
			z = -x * y // what is left is the rounding of the product
		}
		if got, want := fused(x, y, z), exactFMA(x, y, z); got != want {
			t.Fatalf("fused(%x, %x, %x) = %x, want %x", x, y, z, got, want)
		}
	}
}
