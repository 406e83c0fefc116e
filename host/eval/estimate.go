package eval

import "math"

// An Estimate is a figure from a sample.
type Estimate struct {
	Value float64
	SE    float64 // standard error; 0 where there is no good one
	N     int     // rows, or blocks of them, that Value is a mean over
}

// mean returns the mean of x with its standard error, s/√n.
func mean(x []float64) Estimate {
	n := float64(len(x))
	var sum, squares float64
	for _, v := range x {
		sum += v
	}
	m := sum / n
	for _, v := range x {
		squares += (v - m) * (v - m)
	}
	e := Estimate{Value: m, N: len(x)}
	if len(x) > 1 {
		e.SE = math.Sqrt(squares / (n - 1) / n)
	}
	return e
}

// share returns count/n with the standard error of a binomial proportion.
func share(count float64, n int) Estimate {
	p := count / float64(n)
	return Estimate{Value: p, SE: math.Sqrt(max(0, p*(1-p)) / float64(n)), N: n}
}
