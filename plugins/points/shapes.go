package main

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

// A shape is a distribution in the plane that a dataset is drawn from.
type shape struct {
	name, doc string
	parts     int         // how many labels
	modes     [][]float64 // the centres, of a mixture of Gaussians
	sigma     float64     // and the standard deviation of each
	draw      func(rng *rand.Rand, part int) (x, y float64)
}

const (
	trainPoints = 100_000
	testPoints  = 10_000
	ownLicence  = "CC0-1.0" // of points that a program draws
)

// shapes returns the datasets that there are. Ring and grid are those of
// PacGAN (Lin et al., NeurIPS 2018, arXiv:1712.04086, section 4.1).
func shapes() []shape {
	return []shape{
		mixture("ring", "8 Gaussians on a circle of radius 1, σ 0.01", ringModes(), 0.01),
		mixture("grid", "25 Gaussians at {-4,-2,0,2,4}², σ 0.05", gridModes(), 0.05),
		{name: "moons", doc: "two half circles that reach into each other, with noise of σ 0.05", parts: 2, draw: moon},
		{name: "spiral", doc: "two arms of a spiral, one and a half turns each, with noise of σ 0.02", parts: 2, draw: arm},
	}
}

func datasets() (all []sdk.Dataset) {
	for _, s := range shapes() {
		all = append(all, sdk.Dataset{Name: s.name, Doc: s.doc + "; 100,000 training and 10,000 test points", Licence: ownLicence})
	}
	return all
}

func mixture(name, doc string, modes [][]float64, sigma float64) shape {
	return shape{name, doc, len(modes), modes, sigma, func(rng *rand.Rand, part int) (x, y float64) {
		return modes[part][0] + noise(rng, sigma), modes[part][1] + noise(rng, sigma)
	}}
}

func ringModes() (modes [][]float64) {
	for i := range 8 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 8)
		modes = append(modes, []float64{tidy(cos), tidy(sin)})
	}
	return modes
}

// tidy rounds off what is left of a sine that is 0, and its sign.
func tidy(v float64) float64 { return math.Round(v*1e12)/1e12 + 0 }

func gridModes() (modes [][]float64) {
	for x := -4.0; x <= 4; x += 2 {
		for y := -4.0; y <= 4; y += 2 {
			modes = append(modes, []float64{x, y})
		}
	}
	return modes
}

func moon(rng *rand.Rand, part int) (x, y float64) {
	sin, cos := math.Sincos(math.Pi * rng.Float64())
	if part == 1 {
		sin, cos = 0.5-sin, 1-cos
	}
	return cos - 0.5 + noise(rng, 0.05), sin - 0.25 + noise(rng, 0.05)
}

func arm(rng *rand.Rand, part int) (x, y float64) {
	along := math.Sqrt(rng.Float64()) // even along the arm, about
	sin, cos := math.Sincos(3*math.Pi*along + math.Pi*float64(part))
	return float64(along*cos) + noise(rng, 0.02), float64(along*sin) + noise(rng, 0.02)
}

// noise is rounded before anything is added to it, so that no processor fuses
// the two and points are equal on all.
func noise(rng *rand.Rand, sigma float64) float64 { return float64(sigma * rng.NormFloat64()) }

// collection is the dataset. Each of its points is of a part drawn at random,
// all with equal chances; equal splits have equal points.
func (s shape) collection() *collection {
	c := &collection{columns: columnNames(2), labelled: true, licence: ownLicence, modes: s.modes, sigma: s.sigma}
	for i, part := range []struct {
		name   string
		points int
	}{{folder.Train, trainPoints}, {folder.Test, testPoints}} {
		c.splits = append(c.splits, split{part.name, func(ctx context.Context, f func(point) error) error {
			rng := rand.New(rand.NewPCG(uint64(i), s.seed()))
			p := point{x: make([]float32, 2)}
			for n := range part.points {
				if n%checkEvery == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
				part := rng.IntN(s.parts)
				x, y := s.draw(rng, part)
				p.x[0], p.x[1], p.label = float32(x), float32(y), strconv.Itoa(part)
				if err := f(p); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	return c
}

// seed is another for each dataset.
func (s shape) seed() (seed uint64) {
	for _, b := range []byte(s.name) {
		seed = seed<<8 | uint64(b)
	}
	return seed
}
