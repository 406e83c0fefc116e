package main

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// A generator whose discriminator sees packs of two comes to all of 8 Gaussians
// on a circle, and to their places: by the protocol of Lin et al.,
// arXiv:1712.04086, section 4.1, with smaller networks and a short training. A
// row within three standard deviations of the nearest mean is of high quality,
// and a mode with one is covered.
func TestCoversARing(t *testing.T) {
	const modes, sigma = 8, 0.01
	mean := func(k int) (x, y float64) {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / modes)
		return cos, sin
	}
	s := defaults
	s.Latent, s.Generator, s.Discriminator, s.Pac = 2, []int{64, 64}, []int{64, 64}, 2
	s.Batch, s.Epochs, s.Rate, s.DiscriminatorRate, s.FinalRate, s.Beta1 = 128, 400, 1e-3, 1e-3, 1, 0.5
	s.LabelSmoothing, s.R1, s.BatchNorm, s.EMA = 0, 0, false, 0.998
	points := space(sdk.Real, 2)
	points.Conditions = nil
	n, err := newGAN(s, points)
	if err != nil {
		t.Fatal(err)
	}
	x, rng := sdk.MakeBatch(1024, 2), rand.New(rand.NewPCG(1, 2))
	for i := range x.Len() {
		cx, cy := mean(i % modes)
		x.Row(i)[0] = float32(cx + float64(sigma*rng.NormFloat64()))
		x.Row(i)[1] = float32(cy + float64(sigma*rng.NormFloat64()))
	}
	job := &sdk.Job{Data: sdk.InMemory(points, x), Seed: 1}
	if err := job.Run(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	y, err := n.Generate(t.Context(), sdk.GenerateRequest{N: 2500, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	var counts [modes]int
	good, covered := 0, 0
	for i := range y.Len() {
		for k := range modes {
			cx, cy := mean(k)
			if math.Hypot(float64(y.Row(i)[0])-cx, float64(y.Row(i)[1])-cy) < 3*sigma {
				counts[k]++
				good++
			}
		}
	}
	for _, n := range counts {
		if n > 0 {
			covered++
		}
	}
	t.Logf("%d modes, %d of 2500 rows of high quality, by mode %v", covered, good, counts)
	if covered < modes || good < 1250 {
		t.Errorf("%d modes of %d are covered, by %d rows of 2500: want all, by half", covered, modes, good)
	}
}
