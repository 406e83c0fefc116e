package optim

import "math"

// A Schedule says what part of its rate an optimiser is to have at a step,
// counted from 0. Any function will do; those of this package follow.
type Schedule func(step int) float64

// Constant is 1 throughout.
func Constant(step int) float64 { return 1 }

// CosineTo falls from 1 at step 0 to floor at step steps, along half a cosine,
// and stays there (Loshchilov and Hutter, arXiv:1608.03983, eq. 5 without
// restarts). As steps count from 0, a training of so many ends one short of floor.
func CosineTo(steps int, floor float64) Schedule {
	return func(step int) float64 {
		return floor + float64((1-floor)*halfCosine(progress(step, steps)))
	}
}

// halfCosine returns ½(1 + cos πt) of a t from 0 to 1: cos²(πt/2) up to the
// middle, and what is missing from 1 after it. It rounds each product, as
// math.Cos does not on CPUs that can multiply and add at once.
func halfCosine(t float64) float64 {
	if t > 0.5 {
		return 1 - halfCosine(1-t)
	}
	square := float64(t * t * (math.Pi * math.Pi / 4))
	cos, term := 1.0, 1.0
	for n := 1.0; n < 18; n += 2 {
		term = float64(-term * square / float64(n*(n+1)))
		cos += term
	}
	return float64(cos * cos)
}

// LinearTo falls from 1 at step 0 to floor at step steps, along a straight
// line, and stays there, one further than a training of so many, as [CosineTo].
func LinearTo(steps int, floor float64) Schedule {
	return func(step int) float64 { return 1 + float64((floor-1)*progress(step, steps)) }
}

// progress is how much of so many steps is over, from 0 to 1; none of no steps.
func progress(step, steps int) float64 {
	if steps < 1 {
		return 0
	}
	return float64(min(step, steps)) / float64(steps)
}

// Milestones is 1, multiplied by factor from each of the steps in at on.
func Milestones(factor float64, at ...int) Schedule {
	return func(step int) float64 {
		f := 1.0
		for _, m := range at {
			if step >= m {
				f *= factor
			}
		}
		return f
	}
}

// Exponential is multiplied by factor after each step.
func Exponential(factor float64) Schedule {
	return func(step int) float64 { return math.Pow(factor, float64(step)) }
}

// Warmup multiplies then by what rises in equal parts from 1/steps at step 0 to
// 1 at step steps-1, the last of so many, and stays there (Goyal et al., arXiv:1706.02677,
// section 2.2). It shifts nothing: then counts the same steps.
func Warmup(steps int, then Schedule) Schedule {
	return func(step int) float64 {
		if step+1 >= steps {
			return then(step)
		}
		return float64(step+1) / float64(steps) * then(step)
	}
}
