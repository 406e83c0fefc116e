package main

// The mixture of Gaussians that a column of numbers is normalised by: Xu et
// al., "Modeling tabular data using conditional GAN", NeurIPS 2019, §4.2. It is
// fitted by variational inference, Bishop, "Pattern recognition and machine
// learning", 2006, §10.2, with the weights of a truncated Dirichlet process:
// Blei and Jordan, "Variational inference for Dirichlet process mixtures",
// 2006. Superfluous modes lose their weight and are left out.

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// A mixture is of Gaussians, with the modes' means in ascending order.
type mixture struct {
	Weights []float64 `json:"weights,omitempty"` // sum to 1, about
	Means   []float64 `json:"means,omitempty"`
	Sigmas  []float64 `json:"sigmas,omitempty"` // standard deviations
}

// The priors and limits.
const (
	concentration = 0.001 // of the Dirichlet process
	meanPrecision = 1.0   // how many numbers the prior on a mode's mean is worth
	freedom       = 1.0   // and that on its variance
	iterations    = 100
	settled       = 1e-3  // part of the numbers that change modes in an iteration that is the last
	minWeight     = 0.005 // of a mode that is kept
	negligible    = 40    // −log of a part that counts for nothing
	reach         = 4     // standard deviations from a mode's mean to where numbers are clipped
)

// fitMixture finds at most so many modes of sorted numbers in a range. It
// takes no chances: equal numbers have equal modes.
func fitMixture(sorted []float64, most int, least, greatest float64) mixture {
	span := greatest - least
	if len(sorted) == 0 || sorted[0] == sorted[len(sorted)-1] {
		sigma := span / 2 / reach
		if span == 0 {
			sigma = 1
		}
		return mixture{[]float64{1}, []float64{least + span/2}, []float64{sigma}}
	}
	p := pointsOf(sorted, least, span)
	modes := p.infer(min(most, len(p.x)))
	slices.SortFunc(modes, func(a, b component) int { return cmp.Compare(a.mean, b.mean) })
	var m mixture
	for _, c := range modes {
		sigma := rounded(span*math.Sqrt(c.variance), 3)
		m.Weights = append(m.Weights, rounded(c.weight, 3))
		m.Means = append(m.Means, near(least+span*c.mean, sigma))
		m.Sigmas = append(m.Sigmas, sigma)
	}
	return m
}

// rounded is x in so many digits.
func rounded(x float64, digits int) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	return v
}

// near is x to a thousandth of sigma or so, in few digits.
func near(x, sigma float64) float64 {
	places := 2 - int(math.Floor(math.Log10(sigma)))
	if places < 0 || places > 300 {
		if sigma < 1 { // too small for any digits
			return x
		}
		return math.Round(x)
	}
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', places, 64), 64)
	return v
}

// Points are numbers from 0 to 1 with how often they are there.
type points struct {
	x, weight      []float64
	n              float64
	mean, variance float64
}

// maxPoints is about how many points stand for all numbers.
const maxPoints = 500

// pointsOf scales sorted numbers to a range, and puts those together that lie
// so near that no mode would tell them apart.
func pointsOf(sorted []float64, least, span float64) *points {
	p := &points{n: float64(len(sorted))}
	first, most := math.Inf(-1), max(1, p.n/maxPoints)
	for _, v := range sorted {
		x, last := (v-least)/span, len(p.x)-1
		if x != first && (last < 0 || x-first > 1.0/maxPoints || p.weight[last] >= most) {
			first = x
			p.x, p.weight = append(p.x, x), append(p.weight, 1)
			continue
		}
		p.weight[last]++
		p.x[last] += (x - p.x[last]) / p.weight[last]
	}
	for i, x := range p.x {
		p.mean += p.weight[i] * x / p.n
	}
	for i, x := range p.x {
		p.variance += p.weight[i] * (x - p.mean) * (x - p.mean) / p.n
	}
	return p
}

// A component is a Gaussian as it is believed to be.
type component struct {
	n                      float64 // numbers that belong to it
	mean, variance, weight float64
	log                    float64 // E log of its density and weight, at its mean
}

// infer returns the components that some point is of, of at most so many. It
// begins again with them while there are others.
func (p *points) infer(most int) []component {
	modes := make([]component, most)
	belongs := p.clusters(most)
	for {
		for range iterations {
			moved := p.maximise(modes, belongs)
			if moved < settled*p.n {
				break
			}
			p.expect(modes, belongs)
		}
		used := p.used(modes)
		if len(used) == len(modes) {
			return modes
		}
		modes, belongs = used, belongs[:len(used)]
		p.expect(modes, belongs)
	}
}

// used are the components with weight that are the most probable of a point:
// no row would have the others.
func (p *points) used(modes []component) []component {
	logs := make([]mode, len(modes))
	for k, c := range modes {
		logs[k] = mode{c.mean, math.Sqrt(c.variance), math.Log(c.weight) - math.Log(c.variance)/2}
	}
	used := make([]bool, len(modes))
	for _, x := range p.x {
		k, _ := nearest(logs, x)
		used[k] = true
	}
	var left []component
	for k, c := range modes {
		if used[k] && c.weight > minWeight {
			left = append(left, c)
		}
	}
	return left
}

// maximise updates the components by how much each point belongs to them, and
// returns how many numbers have moved.
func (p *points) maximise(modes []component, belongs [][]float64) (moved float64) {
	for k := range modes {
		c := &modes[k]
		var n, mean, squares float64
		for i, x := range p.x {
			w := p.weight[i] * belongs[k][i]
			n, mean = n+w, mean+w*x
		}
		mean /= n + 1e-300
		for i, x := range p.x {
			squares += p.weight[i] * belongs[k][i] * (x - mean) * (x - mean)
		}
		moved += math.Abs(n - c.n)
		off := mean - p.mean
		c.n = n
		c.mean = (meanPrecision*p.mean + n*mean) / (meanPrecision + n)
		c.variance = (p.variance + squares + n*meanPrecision/(meanPrecision+n)*off*off) / (freedom + n)
		c.log = -0.5*math.Log(c.variance*(freedom+n)) + 0.5*(math.Ln2+digamma((freedom+n)/2)-1/(meanPrecision+n))
	}
	p.weigh(modes)
	return moved
}

// weigh breaks the stick: each component takes its part of what is left, the
// largest first, which the bound is best with: Kurihara et al., "Collapsed
// variational Dirichlet process mixture models", 2007, §4.
func (p *points) weigh(modes []component) {
	slices.SortStableFunc(modes, func(a, b component) int { return cmp.Compare(b.n, a.n) })
	left, log, after := 1.0, 0.0, p.n
	for k := range modes {
		c := &modes[k]
		after = max(0, after-c.n)
		a, b := 1+c.n, concentration+after
		c.weight = left * a / (a + b)
		left *= b / (a + b)
		c.log += log + digamma(a) - digamma(a+b)
		log += digamma(b) - digamma(a+b)
	}
}

// expect says how much each point belongs to each component.
func (p *points) expect(modes []component, belongs [][]float64) {
	logs := make([]float64, len(modes))
	for i, x := range p.x {
		most := math.Inf(-1)
		for k, c := range modes {
			logs[k] = c.log - (x-c.mean)*(x-c.mean)/(2*c.variance)
			most = max(most, logs[k])
		}
		total := 0.0
		for k := range logs {
			if logs[k] -= most; logs[k] < -negligible {
				logs[k] = 0
				continue
			}
			logs[k] = math.Exp(logs[k])
			total += logs[k]
		}
		for k := range logs {
			belongs[k][i] = logs[k] / total
		}
	}
}

// clusters begins with the k-means of the points, from quantiles.
func (p *points) clusters(most int) [][]float64 {
	centres := make([]float64, most)
	for k := range centres {
		centres[k] = p.x[(2*k+1)*len(p.x)/(2*most)]
	}
	belongs := make([][]float64, most)
	for range 20 {
		for k := range belongs {
			belongs[k] = make([]float64, len(p.x))
		}
		sums, counts := make([]float64, most), make([]float64, most)
		for i, x := range p.x {
			k := closest(centres, x)
			belongs[k][i] = 1
			sums[k] += p.weight[i] * x
			counts[k] += p.weight[i]
		}
		for k := range centres {
			if counts[k] > 0 {
				centres[k] = sums[k] / counts[k]
			}
		}
	}
	return belongs
}

func closest(centres []float64, x float64) int {
	best := 0
	for k := range centres {
		if math.Abs(x-centres[k]) < math.Abs(x-centres[best]) {
			best = k
		}
	}
	return best
}

// digamma is the derivative of log Γ at x > 0, by its recurrence and its
// asymptotic series: Abramowitz and Stegun, 6.3.5 and 6.3.18.
func digamma(x float64) float64 {
	below := 0.0
	for ; x < 10; x++ {
		below += 1 / x
	}
	y := 1 / (x * x)
	return math.Log(x) - 1/(2*x) - y*(1.0/12-y*(1.0/120-y*(1.0/252-y/240))) - below
}

// A mode is a component as numbers are told by it.
type mode struct{ mean, sigma, log float64 }

func (m mixture) modes() []mode {
	all := make([]mode, len(m.Means))
	for k := range all {
		all[k] = mode{m.Means[k], m.Sigmas[k], math.Log(m.Weights[k] / m.Sigmas[k])}
	}
	return all
}

// nearest returns the most probable mode of x, where the paper draws one, and
// how far x is from its mean, in reaches.
func nearest(modes []mode, x float64) (best int, alpha float64) {
	most := math.Inf(-1)
	for k, m := range modes {
		z := (x - m.mean) / m.sigma
		if log := m.log - z*z/2; log > most {
			best, most, alpha = k, log, z/reach
		}
	}
	return best, alpha
}
