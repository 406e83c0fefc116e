package main

import (
	"math"
	"slices"
)

// meanOf returns the mean of numbers, and its standard error, 0 of one number.
func meanOf(v []float64) (mean, se float64) {
	n := float64(len(v))
	for _, x := range v {
		mean += x / n
	}
	if n < 2 {
		return mean, 0
	}
	for _, x := range v {
		se += (x - mean) * (x - mean) / (n - 1)
	}
	return mean, math.Sqrt(se / n)
}

// divergence is the Jensen-Shannon divergence of two histograms in bits: 1 where
// they share nothing, or one has nothing.
func divergence(p, q [thirds]float64) float64 {
	ofP, ofQ, js := 0.0, 0.0, 0.0
	for i := range p {
		ofP, ofQ = ofP+p[i], ofQ+q[i]
	}
	if ofP == 0 && ofQ == 0 {
		return 0
	}
	if ofP == 0 || ofQ == 0 {
		return 1
	}
	for i := range p {
		a, b := p[i]/ofP, q[i]/ofQ
		for _, v := range []float64{a, b} {
			if v > 0 {
				js += v * math.Log2(2*v/(a+b)) / 2
			}
		}
	}
	return max(0, js)
}

// wasserstein is the first Wasserstein distance of two samples: the area between
// their distribution functions.
func wasserstein(a, b []float64) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	area, i, j := 0.0, 0, 0
	at := min(a[0], b[0])
	for i < len(a) || j < len(b) {
		next := math.Inf(1)
		if i < len(a) {
			next = a[i]
		}
		if j < len(b) {
			next = min(next, b[j])
		}
		area += (next - at) * math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b)))
		for at = next; i < len(a) && a[i] == at; {
			i++
		}
		for j < len(b) && b[j] == at {
			j++
		}
	}
	return area
}
