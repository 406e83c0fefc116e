package optim

import (
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for name, c := range map[string]struct {
		schedule Schedule
		want     map[int]float64
	}{
		"constant":      {Constant, map[int]float64{0: 1, 7: 1, 1 << 40: 1}},
		"cosine":        {CosineTo(10, 0), map[int]float64{0: 1, 5: 0.5, 10: 0, 20: 0}},
		"cosine of 12":  {CosineTo(12, 0), map[int]float64{3: (1 + math.Sqrt2/2) / 2, 9: (1 - math.Sqrt2/2) / 2}},
		"cosine of 0":   {CosineTo(0, 0), map[int]float64{0: 1, 3: 1}},
		"cosine to 0.1": {CosineTo(10, 0.1), map[int]float64{0: 1, 5: 0.55, 10: 0.1, 11: 0.1}},
		"linear":        {LinearTo(10, 0), map[int]float64{0: 1, 1: 0.9, 9: 0.1, 10: 0, 11: 0}},
		"linear to 0.2": {LinearTo(4, 0.2), map[int]float64{0: 1, 1: 0.8, 2: 0.6, 4: 0.2, 99: 0.2}},
		"linear of 0":   {LinearTo(0, 0.2), map[int]float64{0: 1, 3: 1}},
		"milestones":    {Milestones(0.1, 3, 5), map[int]float64{0: 1, 2: 1, 3: 0.1, 4: 0.1, 5: 0.01, 500: 0.01}},
		"no milestones": {Milestones(0.1), map[int]float64{0: 1, 9: 1}},
		"exponential":   {Exponential(0.5), map[int]float64{0: 1, 1: 0.5, 4: 0.0625}},
		"warm-up":       {Warmup(4, Constant), map[int]float64{0: 0.25, 1: 0.5, 2: 0.75, 3: 1, 4: 1, 99: 1}},
		"no warm-up":    {Warmup(0, Exponential(0.5)), map[int]float64{0: 1, 1: 0.5}},
		"warm-up of 1":  {Warmup(1, Constant), map[int]float64{0: 1, 1: 1}},
		"warm-up of cosine": {Warmup(5, CosineTo(10, 0.1)),
			map[int]float64{0: 0.2, 4: 0.1 + 0.45*(1+math.Cos(0.4*math.Pi)), 5: 0.55, 10: 0.1}},
		"warm-up of warm-up": {Warmup(2, Warmup(4, Constant)), map[int]float64{0: 0.125, 1: 0.5, 3: 1}},
	} {
		for step, want := range c.want {
			if got := c.schedule(step); math.Abs(got-want) > 1e-12 {
				t.Errorf("%s at step %d is %g, want %g", name, step, got, want)
			}
		}
	}
}
