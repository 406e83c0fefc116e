package chart

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
)

// few is how many points are too few to smooth.
const few = 25

// smooth returns the mean of the middle half of the values around each, a
// fiftieth of all to either side: so a value that stands out moves nothing.
func smooth(y []float64) []float64 {
	if len(y) < few {
		return y
	}
	dst := make([]float64, len(y))
	var near []float64
	for i := range y {
		// Near the beginning, where curves are steep, as many on either side,
		// or they would bend; near the end as many as there are.
		half := min(max(2, len(y)/50), i)
		near = append(near[:0], y[i-half:min(i+half+1, len(y))]...)
		slices.Sort(near)
		dst[i] = mean(near[len(near)/4 : len(near)-len(near)/4])
	}
	return dst
}

func mean(y []float64) (m float64) {
	for i, v := range y {
		m += (v - m) / float64(i+1)
	}
	return m
}

// span returns the steps that an axis covers.
func span(series []Series) (from, to float64) {
	var all []float64
	for _, s := range series {
		all = append(all, s.X...)
	}
	if len(all) == 0 {
		return 0, 1
	}
	from, to = slices.Min(all), slices.Max(all)
	if from == to {
		return from - 1, to + 1
	}
	return from, to
}

// frame returns the values that an axis covers: all of them, unless the few
// highest or lowest would make the rest small.
func frame(series []Series) (from, to float64) {
	var all []float64
	for _, s := range series {
		all = append(all, s.Y...)
	}
	if len(all) == 0 {
		return 0, 1
	}
	slices.Sort(all)
	at := func(q float64) float64 { return all[int(math.Round(q*float64(len(all)-1)))] }
	from, to = all[0], all[len(all)-1]
	if len(all) >= few {
		low, high := at(0.03), at(0.97)
		most := high - low
		if most > 0 {
			from, to = max(from, low-most/2), min(to, high+most/2)
		}
	}
	margin := (to - from) / 20
	if margin == 0 {
		margin = max(math.Abs(from)/10, 1e-9)
	}
	return from - margin, to + margin
}

// ticks marks round numbers, about so many, and no closer than least.
type ticks struct {
	about int
	least float64
}

// Ticks is for the plot package.
func (t ticks) Ticks(from, to float64) []plot.Tick {
	step := max(t.least, round((to-from)/float64(t.about)))
	if step <= 0 || math.IsInf(step, 0) || math.IsNaN(step) {
		return nil
	}
	var all []plot.Tick
	for i := math.Ceil(from/step - 1e-9); i*step <= to+1e-9*step && len(all) < 20; i++ {
		all = append(all, plot.Tick{Value: i * step, Label: label(i*step, step, max(-from, to))})
	}
	return all
}

// round returns the smallest of 1, 2 and 5 times a power of ten that is not
// smaller than v.
func round(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= v*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// label writes a multiple of step, no longer than it must be, on an axis whose
// largest value is given: all labels of an axis are of one kind.
func label(v, step, largest float64) string {
	switch {
	case v == 0:
		return "0"
	case largest >= 1e9 || step < 1e-4:
		digits := math.Floor(math.Log10(math.Abs(v))+1e-9) - math.Floor(math.Log10(step)+1e-9)
		return strconv.FormatFloat(v, 'e', max(0, int(digits)), 64)
	case largest >= 1e6 && step >= 1e3:
		return label(v/1e6, step/1e6, 0) + "M"
	}
	return strconv.FormatFloat(v, 'f', max(0, int(-math.Floor(math.Log10(step)+1e-9))), 64)
}
